/** `examples/annotation/`, from end to end: pictures behind an API, then from the bucket, private on every request. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { loadConfig } from '../../build/config.ts'
import { warningsOf } from '../../build/warnings.ts'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { replay } from '../../local/replay/replay-events.ts'
import { isReplayFine, replayCounts } from '../../local/replay/report.ts'
import { signToken } from '../../sign/sign.ts'
import { NOW, OTHER, SECRET, token } from '../contract/tokens.ts'
import { siteOf } from '../sites.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { bearer, type Grants, refusedWithout } from './grants.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'

const EXAMPLE = join(ROOT, 'examples/annotation')

/** What the application's login gives to a user. */
const grantFor = (user: string, ...projects: string[]): string =>
  signToken({
    secret: SECRET,
    kid: 'a',
    expiresIn: 900,
    path: projects.map((project) => `/proxy-image/projects/${project}/`),
    pathClaim: 'paths',
    claims: { sub: user },
  })
const KEYS = { 'jwt/a': SECRET.toString('base64url'), 'jwt/b': OTHER.toString('base64url') }

async function builtExample(name: string): Promise<{ dist: string; warnings: string[] }> {
  const settings = await loadConfig(join(EXAMPLE, name))
  return { dist: await siteOf(settings), warnings: warningsOf(settings) }
}

/** By key. */
const OBJECTS = {
  'projects/7/scan.png': 'scan of 7',
  'demo/scan.png': 'demo',
  'proxy-image/projects/7/scan.png': 'the key with the prefix',
}

/** The API: what it was asked, and the Lambda function that reads the bucket behind it. */
type Asked = { method: string | undefined; url: string | undefined; authorization: string | undefined }
const asked: Asked[] = []
let api: ScriptedOrigin
let folder: string
beforeAll(async () => {
  api = await openOrigin(({ method, url, headers }, response) => {
    asked.push({ method, url, authorization: headers.authorization })
    if (url?.includes('/proxy-image/')) {
      response.setHeader('cache-control', 'public, max-age=31536000, immutable')
      response.setHeader('content-type', 'image/png')
    }
    response.end('from the API')
  })
  folder = await temporaryFolder()
  for (const [key, content] of Object.entries(OBJECTS)) {
    await mkdir(dirname(join(folder, key)), { recursive: true })
    await writeFile(join(folder, key), content)
  }
})
afterAll(() => api?.close())

const SCAN = '/proxy-image/projects/7/scan.png'

/** What opens nothing of project 7, and a grant that does. */
const grantsBeside = (good: string): Grants => ({
  good,
  expired: token({ sub: 'mira', exp: NOW - 60, paths: ['/proxy-image/projects/7/'] }),
  foreign: token({ sub: 'mira', exp: NOW + 600, paths: ['/proxy-image/projects/7/'] }, {}, OTHER),
  elsewhere: grantFor('noor', '8'),
})

describe('the first step: the API behind it as it was', () => {
  let cloudfront: CloudFront
  let warnings: string[]
  beforeAll(async () => {
    const example = await builtExample('with-lambda.config.ts')
    warnings = example.warnings
    cloudfront = await startCloudFront({ dist: example.dist, origins: { api: `${api.url}/prod` }, keyValues: KEYS })
  })
  afterAll(() => cloudfront?.stop())

  it('the token is verified on hits too, and reaches the API with the path as it is', async () => {
    const grant = grantFor('mira', '7')
    asked.length = 0
    const first = await cloudfront.fetch(SCAN, bearer(grant))
    const second = await cloudfront.fetch(SCAN, bearer(grant))
    expect([await first.text(), await second.text()]).toEqual(['from the API', 'from the API'])
    expect([first, second].map(({ headers }) => headers.get('x-cache'))).toEqual([
      'Miss from cloudfront',
      'Hit from cloudfront',
    ])
    await refusedWithout(cloudfront, SCAN, grantsBeside(grant), 'Function')
    expect(asked).toEqual([{ method: 'GET', url: `/prod${SCAN}`, authorization: `Bearer ${grant}` }])
  })

  it('says at its build what that costs: each token has an object of its own', () => {
    expect(warnings).toEqual([
      'routes[0] (/proxy-image/*): auth.forward puts the token in the cache key: each token has cache entries of its own',
      'routes[2] (/*): auth.path names no claim, so whoever has any valid token reads all of it',
    ])
  })
})

describe('then: the pictures from the bucket', () => {
  let cloudfront: CloudFront
  let dist: string
  beforeAll(async () => {
    dist = (await builtExample('edge.config.ts')).dist
    cloudfront = await startCloudFront({
      dist,
      buckets: { annotations: folder },
      origins: { api: `${api.url}/prod` },
      keyValues: KEYS,
    })
  })
  afterAll(() => cloudfront?.stop())

  it('two users of a project share one object of the bucket, and nobody else gets it from the cache', async () => {
    asked.length = 0
    const grant = grantFor('mira', '7')
    const first = await cloudfront.fetch(SCAN, bearer(grant))
    const second = await cloudfront.fetch(SCAN, { headers: { cookie: `annotation=${grantFor('noor', '6', '7')}` } })
    expect([await first.text(), await second.text()]).toEqual(['scan of 7', 'scan of 7'])
    expect([first, second].map(({ headers }) => headers.get('x-cache'))).toEqual([
      'Miss from cloudfront',
      'Hit from cloudfront',
    ])
    await refusedWithout(cloudfront, SCAN, grantsBeside(grant), 'Function')
    expect(asked).toEqual([])
  })

  /** As the application writes it: the time of the upload. @param later seconds, of a version that is yet to come */
  const version = async (key: string, later = 0) => Math.floor((await stat(join(folder, key))).mtimeMs / 1000) + later
  const daysLeft = (response: { headers: { get(name: string): string | null } }) =>
    (Date.parse(response.headers.get('expires') ?? '') - Date.now()) / 86_400_000

  it('is kept for a year where a version bears it out, by the viewer alone; and not where none does', async () => {
    const grant = bearer(grantFor('mira', '7'))
    const settled = await cloudfront.fetch(`${SCAN}?v=${await version('projects/7/scan.png')}`, grant)
    expect(settled.headers.get('cache-control')).toBe('private')
    expect(Math.round(daysLeft(settled))).toBe(365)
    const early = await cloudfront.fetch(`${SCAN}?v=${await version('projects/7/scan.png', 7_200)}`, grant)
    expect(early.headers.get('cache-control')).toBe('private')
    expect(daysLeft(early)).toBeLessThan(0.01)
    expect(Math.round(daysLeft(await cloudfront.fetch(SCAN, grant)))).toBe(1)
  })

  it('is immutable for a year in the demo project, which needs no token', async () => {
    const settled = await cloudfront.fetch(`/proxy-image/demo/scan.png?v=${await version('demo/scan.png')}`)
    expect(await settled.text()).toBe('demo')
    expect(settled.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    const early = await cloudfront.fetch(`/proxy-image/demo/scan.png?v=${await version('demo/scan.png', 7_200)}`)
    expect(early.headers.get('cache-control')).toBe('public, max-age=30')
    for (const path of ['/proxy-image/demo/../projects/7/scan.png', '/proxy-image/demo%2f..%2fprojects/7/scan.png']) {
      expect([400, 401]).toContain((await cloudfront.fetch(path)).status)
    }
  })

  it('the API gets the token, path and query as they are; its login needs none', async () => {
    const grant = grantFor('mira', '7')
    asked.length = 0
    const written = await cloudfront.fetch('/projects/7/labels?page=2&a=%20', {
      method: 'POST',
      ...bearer(grant),
      body: 'x',
    })
    expect(await written.text()).toBe('from the API')
    expect((await cloudfront.fetch('/login', { method: 'POST', body: 'x' })).status).toBe(200)
    expect((await cloudfront.fetch('/projects/7/labels')).status).toBe(401)
    expect(asked).toEqual([
      { method: 'POST', url: '/prod/projects/7/labels?page=2&a=%20', authorization: `Bearer ${grant}` },
      { method: 'POST', url: '/prod/login', authorization: undefined },
    ])
  })

  it("the application's page may ask with the header, and no other page", async () => {
    const preflight = (origin: string) =>
      cloudfront.fetch(SCAN, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
      })
    const own = await preflight('https://annotate.example.com')
    expect([own.status, own.headers.get('access-control-allow-origin')]).toEqual([204, 'https://annotate.example.com'])
    expect(own.headers.get('access-control-allow-headers')).toMatch(/(?:^|, )authorization$/i)
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  it('its recorded events are replayed as they were recorded, in all three functions', async () => {
    const { results, skipped } = await replay([join(EXAMPLE, 'events.json')], { dist })
    expect(isReplayFine(replayCounts(results))).toBe(true)
    expect(results.map(({ expectation }) => expectation)).toEqual(results.map(() => 'met'))
    expect(new Set(results.map(({ trigger }) => trigger)).size).toBe(3)
    expect(skipped).toEqual([])
  })
})

it('its README names every file beside it', async () => {
  const text = await readFile(join(EXAMPLE, 'README.md'), 'utf8')
  const others = (await readdir(EXAMPLE)).filter((name) => name !== 'README.md')
  expect(others.length).toBeGreaterThan(2)
  expect(others.filter((name) => !text.includes(name))).toEqual([])
})
