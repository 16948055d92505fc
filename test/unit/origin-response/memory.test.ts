import { expect, it } from 'vitest'
import { hasRoomFor } from '../../../origin-response/memory.ts'

const residentMegabytes = () => process.memoryUsage.rss() / 1e6

/** Takes memory, and lets go of it at once. */
function litter(megabytes: number): void {
  Buffer.alloc(megabytes * 1e6, 1)
}

it('there is room below what the function has, less a reserve of 32 MB', () => {
  const memory = residentMegabytes() + 132
  expect(hasRoomFor(50, memory)).toBe(true)
  expect(hasRoomFor(150, memory)).toBe(false)
})

it('what earlier images left serves later ones: half of it, and for six tenths of what they need', () => {
  const held = Buffer.alloc(200e6, 1)
  const resident = residentMegabytes()
  const left = (resident - 100) / 2
  expect(left).toBeGreaterThan(10)
  const needed = 4 * left
  expect(hasRoomFor(needed, resident + 34 + needed, false)).toBe(true)
  expect(hasRoomFor(needed, resident + 40 + needed - left, false)).toBe(false)
  expect(hasRoomFor(needed, resident + 40 + needed - left, true)).toBe(true)
  expect(hasRoomFor(left, resident + 40 + left * 0.4, true)).toBe(true)
  expect(hasRoomFor(left, resident + 20 + left * 0.4, true)).toBe(false)
  expect(held.length).toBe(200e6)
})

it('what is left of earlier images makes room where it is in the way', () => {
  const before = residentMegabytes()
  litter(400)
  expect(residentMegabytes()).toBeGreaterThan(before + 300)
  expect(hasRoomFor(10, before + 200)).toBe(true)
  expect(residentMegabytes()).toBeLessThan(before + 150)
})
