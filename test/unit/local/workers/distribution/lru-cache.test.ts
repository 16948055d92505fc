import { describe, expect, it } from 'vitest'
import { LruCache } from '../../../../../local/workers/distribution/lru-cache.ts'
import type { CachedObject } from '../../../../../local/workers/distribution/messages.ts'

const MB = 1024 * 1024

const object = (path: string, bytes = 0, query = '', tags = ''): CachedObject => ({
  key: { behaviour: '/*', path, query, headers: {}, cookies: '' },
  status: 200,
  headers: [],
  body: new Uint8Array(bytes),
  result: null,
  detailedResultType: null,
  originBytes: 0,
  tags,
  storedAt: 0,
  ageWhenStored: 0,
  freshUntil: 0,
  staleWhileRevalidateUntil: 0,
  staleIfErrorUntil: 0,
})

describe('memory', () => {
  it('is 512 MB for all edge locations together: what was used least recently goes first', () => {
    const cache = new LruCache(2)
    for (const name of ['a', 'b', 'c']) cache.put(name, object(`/${name}`, 80 * MB))
    cache.get('a')
    cache.put('d', object('/d', 80 * MB))
    expect(['a', 'b', 'c', 'd'].filter((name) => cache.get(name))).toEqual(['a', 'c', 'd'])
  })

  it('is given back by what is replaced and removed', () => {
    const cache = new LruCache(2)
    for (let turn = 0; turn < 20; turn += 1) cache.put('same', object('/same', 100 * MB))
    cache.put('other', object('/other', 100 * MB))
    expect(cache.get('same')).toBeDefined()
    cache.delete('same')
    cache.put('third', object('/third', 150 * MB))
    expect(cache.get('other')).toBeDefined()
  })

  it('counts what is kept besides bodies: keys, headers, and the objects themselves', () => {
    const long = 'a'.repeat(8_000)
    const kept = (count: number, put: (cache: LruCache, name: string) => void) => {
      const cache = new LruCache(64)
      for (let i = 0; i < count; i += 1) put(cache, `${i}`)
      return Array.from({ length: count }, (_, i) => cache.get(`${i}`)).filter(Boolean).length
    }
    const path = kept(1_000, (cache, name) => cache.put(name, object(`/${name}${long}`)))
    const query = kept(1_000, (cache, name) => cache.put(name, object('/', 0, long)))
    const slot = new LruCache(64)
    for (let i = 0; i < 1_000; i += 1) slot.put(`${i}${long}`, object('/'))
    const lines = kept(1_000, (cache, name) => cache.put(name, { ...object('/'), headers: [['x-long', long]] }))
    const small = kept(20_000, (cache, name) => cache.put(name, object('/')))
    for (const count of [path, query, lines]) expect([count > 300, count < 350]).toEqual([true, true])
    expect([slot.get(`0${long}`), slot.get(`999${long}`)]).toEqual([undefined, expect.anything()])
    expect(small).toBeLessThanOrEqual(8_192)
  })

  it('is not for what is larger than all of it', () => {
    const cache = new LruCache(2)
    cache.put('huge', object('/huge', 257 * MB))
    expect(cache.get('huge')).toBeUndefined()
  })
})

it('an invalidation removes what its paths are about, and says how many', () => {
  const cache = new LruCache()
  cache.put('1', object('/a'))
  cache.put('2', object('/a', 0, 'w=1'))
  cache.put('3', object('/b/c'))
  expect(cache.invalidate(['/a', '/b/*', '/a'])).toBe(2)
  expect(['1', '2', '3'].filter((key) => cache.get(key))).toEqual(['2'])
})

it('an invalidation of a tag removes what has it, whatever its query', () => {
  const cache = new LruCache()
  cache.put('1', object('/a', 0, '', '/a,album-7'))
  cache.put('2', object('/a', 0, 'w=1', '/a,Album-7'))
  cache.put('3', object('/b', 0, '', '/b,album-70'))
  cache.put('4', object('/c'))
  expect(cache.invalidate(['#album-7', '#/c'])).toBe(2)
  expect(['1', '2', '3', '4'].filter((key) => cache.get(key))).toEqual(['3', '4'])
})

it('an invalidation of a tenant leaves what others have', () => {
  const cache = new LruCache()
  for (const tenant of ['shop', 'blog']) {
    const { key, ...rest } = object('/a')
    cache.put(tenant, { ...rest, key: { tenant, ...key } })
  }
  expect(cache.invalidate(['/*'], 'shop')).toBe(1)
  expect(['shop', 'blog'].filter((key) => cache.get(key))).toEqual(['blog'])
  expect(cache.invalidate(['/*'])).toBe(1)
})
