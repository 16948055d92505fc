/** What opens nothing of a private route, whoever made it: asked for while the object is in the cache. */
import { expect } from 'vitest'
import type { CloudFront } from '../../local/cloudfront.ts'
import { type Claims, NOW } from '../contract/tokens.ts'

export type Grants = {
  /** One that opens the path: a changed one is made of it. */
  good: string
  expired: string
  /** Signed by somebody else. */
  foreign: string
  /** Good for another path. */
  elsewhere: string
}

type Init = NonNullable<Parameters<CloudFront['fetch']>[1]>

/** Of a user for a path, for an hour. */
export const claims = (paths: string, sub = 'user-1', exp = NOW + 3_600) => ({ sub, exp, paths })

/** @param path that the good one opens @param signed a token of the claims, by a stranger's key where `isForeign` */
export const grantsFor = (path: string, signed: (claims: Claims, isForeign?: boolean) => string): Grants => ({
  good: signed(claims(path)),
  expired: signed(claims(path, 'user-1', NOW - 60)),
  foreign: signed(claims(path), true),
  elsewhere: signed(claims('/elsewhere/')),
})

export const bearer = (text: string): Init => ({ headers: { authorization: `Bearer ${text}` } })

/**
 * Each of them is refused by what is at viewer-request, kept by nobody, and tells nothing of the object.
 * @param generatedBy which of the two it is, as `x-cache` has it
 */
export async function refusedWithout(
  cloudfront: Pick<CloudFront, 'fetch'>,
  path: string,
  { good, expired, foreign, elsewhere }: Grants,
  generatedBy: 'Function' | 'Lambda',
): Promise<void> {
  const granted = await cloudfront.fetch(path, bearer(good))
  const body = await granted.text()
  expect(granted.headers.get('x-cache')).toBe('Hit from cloudfront')
  const attempts: [name: string, init: Init, status: number][] = [
    ['no grant', {}, 401],
    ['an expired one', bearer(expired), 401],
    ["a stranger's", bearer(foreign), 401],
    ['a changed one', bearer(`${good.slice(0, -4)}AAAA`), 401],
    ["another path's", bearer(elsewhere), 403],
  ]
  for (const [name, init, status] of attempts) {
    const response = await cloudfront.fetch(path, init)
    expect(response.status, name).toBe(status)
    expect(response.headers.get('x-cache'), name).toBe(`${generatedBy}GeneratedResponse from cloudfront`)
    expect(response.headers.get('cache-control'), name).toBe('no-store')
    expect(await response.text(), name).not.toContain(body)
  }
}
