import { describe, expect, it } from 'vitest'
import type { Place } from '../../../../../deploy/verify/check-target.ts'
import { asked, withObject } from '../fixture-asking.ts'
import { placesFor } from '../fixture-places.ts'

describe('another spelling of a path', () => {
  const [exact, rest] = placesFor({ path: '/static/site.json' }) as [Place, Place]

  it.each<[string, string, Place?]>([
    ['/photos/dusk.jpg', '/photos/%64usk.jpg'],
    ['/photos/_a.jpg', '/photos/_%61.jpg'],
    ['/%C3%A9t%C3%A9.jpg', '/%C3%A9%74%C3%A9.jpg'],
    ['/%20a%20b.jpg', '/%20%61%20b.jpg'],
    ['/%E6%97%A5', '/%E6%97%A5'],
    // Escaped, CloudFront takes it for /*, and the function refuses it.
    ['/static/site.json', '/static/site.json', exact],
  ])('%s', async (path, expected, place = rest) => {
    const { questions } = await asked('key-spelling', withObject(place, path))
    expect(questions[0]?.path).toBe(path)
    expect(questions[1]).toMatchObject({ path: expected, query: [expect.stringMatching(/^v=%72l[0-9a-f]{12}$/)] })
  })
})

describe('an object that can show nothing of the cache', () => {
  const [place] = placesFor() as [Place]

  it.each<[string, string, string]>([
    ['cache-control', 'private', "/a says 'private'; name an object that may be cached"],
    ['cache-control', 's-maxage=0, max-age=30', '/a may be cached for 0 s; name one that lives longer'],
    ['age', '7', "/a has an age though it is a Miss: the origin's own, so that nothing is told by it"],
  ])('%s: %s', async (name, value, reason) => {
    const object = withObject(place, '/a', {
      headers: [
        ['x-cache', 'Miss from cloudfront'],
        [name, value],
      ],
    })
    expect(await asked('cached', object)).toEqual({ finding: { status: 'skipped', reason }, questions: [] })
  })
})
