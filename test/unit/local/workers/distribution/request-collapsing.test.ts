import { describe, expect, it } from 'vitest'
import type { LookupRequest } from '../../../../../local/workers/distribution/cache-lookup.ts'
import type { FetchResult } from '../../../../../local/workers/distribution/messages.ts'
import { PendingFetches, type Sharing } from '../../../../../local/workers/distribution/request-collapsing.ts'

const KEY = { behaviour: '/*', path: '/a.jpg', query: '', headers: {}, cookies: '' }

const UNCACHED = { kind: 'uncached' } as FetchResult

/** A fetch of `/a.jpg` under way, what it was given, and how it ends. */
function started(tenant?: string) {
  const pending = new PendingFetches()
  const { promise, resolve, reject } = Promise.withResolvers<FetchResult>()
  const waited: Promise<unknown>[] = []
  const key = { ...KEY, ...(tenant === undefined ? {} : { tenant }) }
  const request = { key, waitUntil: (work) => void waited.push(work) } as Partial<LookupRequest> as LookupRequest
  let sharing: Sharing | undefined
  const result = pending.start('slot', request, (given) => {
    sharing = given
    return promise
  })
  return { pending, result, resolve, reject, waited, sharing: sharing as unknown as Sharing }
}

describe('a fetch that is under way', () => {
  it('is there for its slot alone, until it has ended', async () => {
    const { pending, result, resolve } = started()
    expect(pending.get('slot')).toBe(result)
    expect(pending.get('another')).toBeUndefined()
    resolve(UNCACHED)
    expect(await result).toBe(UNCACHED)
    expect(pending.get('slot')).toBeUndefined()
  })

  it('is over once nobody can wait for it any more', () => {
    const { pending, sharing } = started()
    sharing.over()
    expect(pending.get('slot')).toBeUndefined()
  })

  it('keeps the Worker awake, and its failure is for those who wait alone', async () => {
    const { pending, result, reject, waited } = started()
    reject(new Error('gone'))
    await expect(result).rejects.toThrow('gone')
    await expect(Promise.all(waited)).resolves.toEqual([undefined])
    expect(pending.get('slot')).toBeUndefined()
  })
})

describe('one that is invalidated on its way', () => {
  it.each([
    ['by its path', '/a.jpg', undefined, false],
    ['by a path with a *', '/*', undefined, false],
    ['by its tag', '#album-7', undefined, false],
    ['not by another path', '/b.jpg', undefined, true],
    ['not for another tenant', '/*', 'other', true],
    ['for its own tenant', '/*', 'shop', false],
  ])('is not wanted any more: %s', (_, path, tenant, isWanted) => {
    const { pending, sharing } = started('shop')
    sharing.tagged('a,album-7')
    pending.invalidate([path], tenant)
    expect(sharing.isWanted()).toBe(isWanted)
    expect(pending.get('slot') !== undefined).toBe(isWanted)
  })

  it('does not end the one that has come in its place', async () => {
    const { pending, sharing } = started()
    pending.invalidate(['/*'], undefined)
    const request = { key: KEY, waitUntil() {} } as Partial<LookupRequest> as LookupRequest
    const later = pending.start('slot', request, () => Promise.withResolvers<FetchResult>().promise)
    sharing.over()
    expect(pending.get('slot')).toBe(later)
  })
})
