import fc from 'fast-check'
import { expect, it } from 'vitest'
import { ABSENT, CacheModel } from '../../../../logs/simulate/cache-model.ts'

it('keeps what is kept until it expires, in each place by itself', () => {
  const caches = new CacheModel(2, Number.POSITIVE_INFINITY)
  expect(caches.expiryOf(0, 7)).toBe(ABSENT)
  caches.keep(0, 7, 100, 10)
  expect([caches.expiryOf(0, 7), caches.expiryOf(1, 7), caches.expiryOf(0, 8)]).toEqual([100, ABSENT, ABSENT])
})

it('lets the least recently used go, and never takes in what is larger than it is', () => {
  const caches = new CacheModel(1, 25)
  for (const object of [1, 2]) caches.keep(0, object, 100, 10)
  caches.expiryOf(0, 1)
  caches.keep(0, 3, 100, 10)
  expect([1, 2, 3].map((object) => caches.expiryOf(0, object))).toEqual([100, ABSENT, 100])
  caches.keep(0, 3, 100, 26)
  expect([1, 3].map((object) => caches.expiryOf(0, object))).toEqual([100, ABSENT])
})

/** The same, slowly: a Map in the order of use for each place. */
function plainCaches(capacity: number) {
  const places = new Map<number, Map<number, { expiry: number; bytes: number }>>()
  const of = (place: number) => {
    const objects = places.get(place) ?? new Map<number, { expiry: number; bytes: number }>()
    places.set(place, objects)
    return objects
  }
  return {
    expiryOf(place: number, object: number): number {
      const found = of(place).get(object)
      if (!found) return ABSENT
      of(place).delete(object)
      of(place).set(object, found)
      return found.expiry
    },
    keep(place: number, object: number, expiry: number, bytes: number): void {
      const objects = of(place)
      objects.delete(object)
      if (bytes > capacity) return
      objects.set(object, { expiry, bytes })
      const used = () => [...objects.values()].reduce((sum, one) => sum + one.bytes, 0)
      while (used() > capacity) objects.delete(objects.keys().next().value as number)
    },
  }
}

it('does what a Map in the order of use does', () => {
  const step = fc.record({
    keeps: fc.boolean(),
    place: fc.nat(2),
    object: fc.oneof(fc.nat(12), fc.nat(2 ** 40)),
    expiry: fc.nat(1000),
    bytes: fc.nat(40),
  })
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 400 }),
      fc.constantFrom(0, 30, 100, Number.POSITIVE_INFINITY),
      (steps, capacity) => {
        const [model, plain] = [new CacheModel(3, capacity), plainCaches(capacity)]
        for (const { keeps, place, object, expiry, bytes } of steps) {
          if (keeps) for (const caches of [model, plain]) caches.keep(place, object, expiry, bytes)
          else expect(model.expiryOf(place, object)).toBe(plain.expiryOf(place, object))
        }
      },
    ),
  )
})

it('grows: more objects than its first tables hold', () => {
  const caches = new CacheModel(3, Number.POSITIVE_INFINITY)
  for (let object = 0; object < 20_000; object += 1) caches.keep(object % 3, object, object, 1)
  for (let object = 0; object < 20_000; object += 1) expect(caches.expiryOf(object % 3, object)).toBe(object)
})
