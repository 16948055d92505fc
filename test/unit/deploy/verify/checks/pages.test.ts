import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { appliesTo, asked, withObject } from '../fixture-asking.ts'
import { answerOf, targetsOfConfig } from '../fixture-targets.ts'

const [pages] = targetsOfConfig({
  domains: ['www.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: {}, index: { file: 'index.html', redirect: true } }],
}) as [CheckTarget]

const [site] = targetsOfConfig({
  domains: ['www.example.com', 'example.com'],
  canonicalHost: true,
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: {}, placeholder: 'site/missing.png' }],
}) as [CheckTarget]

describe('the redirect to one host', () => {
  const redirected = (location: string, status = 301) =>
    asked('canonical-host', site, ({ path, query = [] }) => ({
      status,
      headers: [['location', `${location}${path}?${query.join('&')}`]],
    }))

  it('is asked of the second host, and holds', async () => {
    const { finding, requests } = await redirected('https://www.example.com')
    expect(finding.status).toBe('holds')
    expect(requests.map(({ headers }) => headers)).toEqual([{ host: 'example.com' }])
  })

  it.each([
    ['https://example.com', 301],
    ['https://www.example.com', 302],
    ['http://www.example.com', 301],
  ])('to %s with %i differs', async (location, status) => {
    expect(await redirected(location, status)).toMatchObject({
      finding: {
        status: 'differs',
        expected: expect.stringMatching(/^301 to https:\/\/www\.example\.com\/.+ for example\.com$/),
      },
    })
  })

  it('is not asked for where there is one host', () => {
    expect([appliesTo('canonical-host', site), appliesTo('canonical-host', pages)]).toEqual([true, false])
  })
})

describe('an index', () => {
  const PAGE = { bytes: 4, beginning: Buffer.from('page') }
  const known = withObject(pages, '/docs/index.html', PAGE)

  it('is what the page itself is', async () => {
    const { finding, requests } = await asked('index', known, () => PAGE)
    expect(finding.status).toBe('holds')
    expect(requests.map(({ path }) => path)).toEqual(['/docs/'])
  })

  it.each([{ status: 404 }, { bytes: 5, beginning: Buffer.from('other') }])('%j differs', async (answer) => {
    expect((await asked('index', known, () => answer)).finding).toMatchObject({
      status: 'differs',
      expected: '200, the 4 bytes of /docs/index.html',
    })
  })

  it('of no page that is known, is not asked for', async () => {
    expect(await asked('index', withObject(pages, '/a.jpg'))).toMatchObject({
      finding: {
        status: 'skipped',
        reason: "no page of this route is known; name one with --object '/*=/a/path/index.html'",
      },
      requests: [],
    })
  })

  it('takes the place of what would list the bucket', () => {
    expect([appliesTo('root', pages), appliesTo('root', site)]).toEqual([false, true])
  })
})

describe('a slash', () => {
  it('is added by a relative redirect', async () => {
    const { finding } = await asked('index-slash', pages, ({ path }) => ({
      status: 301,
      headers: [['location', `.${path}/`]],
    }))
    expect(finding.status).toBe('holds')
  })

  it.each([
    ['to another page', (path: string) => `.${path}x/`],
    ['to another host', (path: string) => `https://d111111abcdef8.cloudfront.net${path}/`],
    ['to itself', (path: string) => path],
  ])('that redirects %s differs from what is expected', async (_, location) => {
    const { finding } = await asked('index-slash', pages, ({ path }) => ({
      status: 301,
      headers: [['location', location(path)]],
    }))
    expect(finding).toMatchObject({ status: 'differs', expected: expect.stringMatching(/^301 to \.\/\w+\/$/) })
  })

  it('is missed', async () => {
    expect((await asked('index-slash', pages, () => ({ status: 404 }))).finding).toMatchObject({
      status: 'differs',
      found: '404, Miss from cloudfront, location: none',
    })
  })
})

describe('what is shown for a missing picture', () => {
  const missing = (type: string, rimlight: string, target = withObject(site, '/a.jpg'), lifetime = 300) =>
    asked('missing', target, () =>
      answerOf({
        status: 404,
        headers: [
          ['content-type', type],
          ['cache-control', `public, max-age=${lifetime}`],
          ['x-rimlight', rimlight],
        ],
      }),
    )

  it('is an image', async () => {
    expect((await missing('image/png', 'placeholder')).finding.status).toBe('holds')
  })

  it('lives as long as the route says, and no other time', async () => {
    expect((await missing('image/png', 'placeholder; s3=404', undefined, 86_400)).finding).toMatchObject({
      status: 'differs',
      expected: "404, an image, cache-control: 'public, max-age=300'",
      found: expect.stringContaining("cache-control: 'public, max-age=86400'"),
    })
  })

  it('is a text where it can not be had, which says why', async () => {
    expect((await missing('text/plain', 'placeholder; reason=changed')).finding).toMatchObject({
      status: 'differs',
      expected: "404, an image, cache-control: 'public, max-age=300'",
      found: expect.stringContaining("x-rimlight: 'placeholder; reason=changed'"),
      means: expect.stringContaining('the placeholder site/missing.png is not in the bucket of photos'),
    })
  })

  it('is a text for what is no picture', async () => {
    expect((await missing('text/plain', '', withObject(site, '/a.json'))).finding.status).toBe('holds')
  })
})
