import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { asked, withObject } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

describe('another spelling of a path', () => {
  const [exact, rest] = targetsFor({ path: '/static/site.json' }) as [CheckTarget, CheckTarget]

  it.each<[string, string, CheckTarget?]>([
    ['/photos/dusk.jpg', '/photos/%64usk.jpg'],
    ['/photos/_a.jpg', '/photos/_%61.jpg'],
    ['/%C3%A9t%C3%A9.jpg', '/%C3%A9%74%C3%A9.jpg'],
    ['/%20a%20b.jpg', '/%20%61%20b.jpg'],
    ['/%E6%97%A5', '/%E6%97%A5'],
    // Escaped, CloudFront takes it for /*, and the function refuses it.
    ['/static/site.json', '/static/site.json', exact],
  ])('%s', async (path, expected, target = rest) => {
    const { requests } = await asked('key-spelling', withObject(target, path))
    expect(requests[0]?.path).toBe(path)
    expect(requests[1]).toMatchObject({ path: expected, query: [expect.stringMatching(/^v=%72l[0-9a-f]{12}$/)] })
  })
})

describe('an object that can show nothing of the cache', () => {
  const [target] = targetsFor() as [CheckTarget]

  it.each<[string, string, string]>([
    ['cache-control', 'private', "/a says 'private'; name an object that may be cached"],
    ['cache-control', 's-maxage=0, max-age=30', '/a may be cached for 0 s; name one that lives longer'],
    ['age', '7', "/a has an age though it is a Miss: the origin's own, so that nothing is told by it"],
  ])('%s: %s', async (name, value, reason) => {
    const object = withObject(target, '/a', {
      headers: [
        ['x-cache', 'Miss from cloudfront'],
        [name, value],
      ],
    })
    expect(await asked('cached', object)).toEqual({ finding: { status: 'skipped', reason }, requests: [] })
  })
})
