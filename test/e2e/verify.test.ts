/** `rimlight verify` against the local CloudFront: all holds, and each thing that was set wrong is found and named. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Behaviour, Policies } from '../../bundle/policies.ts'
import { readBundle } from '../../bundle/read-bundle.ts'
import { verifyText } from '../../deploy/verify/report.ts'
import type { Report } from '../../deploy/verify/results.ts'
import { type VerifyOptions, verify } from '../../deploy/verify/run.ts'
import type { TimedSeries } from '../../deploy/verify/timing.ts'
import { main } from '../../deploy/verify.ts'
import type { Route } from '../../edge/config.ts'
import type { Trigger } from '../../edge/limits.ts'
import { type CloudFront, type CloudFrontOptions, startCloudFront } from '../../local/cloudfront.ts'
import { EXTENT, sampleOf } from '../runs.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { type Built, built } from './site.ts'
import { openProxy } from './verify-proxy.ts'
import {
  behaviourOf,
  bucketFolder,
  CONFIG,
  cachePolicyOf,
  type Fault,
  faulty,
  keyOf,
  NO_FUNCTION,
  OBJECTS,
  objectOptions,
  openApi,
  originRequestOf,
  responseHeadersOf,
  unkeyed,
} from './verify-site.ts'

let site: Built
let api: ScriptedOrigin
let folder: string
beforeAll(async () => {
  ;[site, api, folder] = await Promise.all([built(CONFIG), openApi(), bucketFolder()])
})
afterAll(async () => {
  await api.close()
  await site.remove()
})

const start = (dist: string, options: CloudFrontOptions = { buckets: { photos: folder } }) =>
  startCloudFront({ dist, origins: { api: api.url }, ...options })

/** Against what should be there; time passes by the distribution's clock. */
const reportOn = async (cloudfront: CloudFront, options: Partial<VerifyOptions> = {}): Promise<Report> =>
  verify({
    bundle: await readBundle(site.dist),
    url: new URL(cloudfront.httpsUrl),
    objects: OBJECTS,
    wait: (seconds) => cloudfront.advance(seconds),
    ...options,
  })

const differing = ({ checks }: Report, place: string): string[] =>
  checks.filter((check) => check.place === place && check.status === 'differs').map(({ id }) => id)

const skippedIn = ({ checks }: Report): Record<string, string> =>
  Object.fromEntries(
    checks.flatMap((check) => (check.status === 'skipped' ? [[`${check.place} ${check.id}`, check.reason]] : [])),
  )

const unpainted = (_: unknown, text: string) => text

type Run = { code: number; out: string; err: string }

async function run(...args: string[]): Promise<Run> {
  const stdout = output()
  const stderr = output()
  const code = await main([...args, '--dist', site.dist], stdout, stderr)
  return { code, out: stdout.said(), err: stderr.said() }
}

describe('a distribution as it should be', () => {
  let cloudfront: CloudFront
  beforeAll(async () => {
    cloudfront = await start(site.dist)
  })
  afterAll(() => cloudfront.stop())

  it('all holds', async () => {
    // All routes in a full run; in a short one, the next test has the others.
    const routes = new Set([...sampleOf(CONFIG.routes.map(({ path }) => path)), '/api/*'])
    const chosen = [...routes].flatMap((route) => ['--route', route])
    const { code, out, err } = await run(cloudfront.httpsUrl, ...objectOptions, ...chosen)
    const [plan = ''] = out.split('\n')
    expect(plan).toMatch(/^https:\/\/localhost:\d+: \d+ checks, at most \d+ requests, none of which writes anything$/)
    expect(out).toContain('\nAll that was asked holds\n')
    expect(out).toContain('\n/api/*  api api, cached for 60 s\n')
    expect(out).toMatch(/ {2}✓ key-version +another version is another object\n/)
    expect(out).toContain('  · HEAD of what origin-response replaces  /*\n')
    expect(out).not.toMatch(/^ +[✗?] /m)
    expect(err).toBe('')
    expect(code).toBe(0)
  })

  it('asks for everything but what is not on this machine, with an object for each route and time to wait', async () => {
    const report = await reportOn(cloudfront, { isSlow: true })
    const reason = 'the distribution is on this machine, not in S3'
    expect(skippedIn(report)).toEqual({
      's3://example-photos bucket-object': reason,
      's3://example-photos bucket-list': reason,
      's3://example-photos bucket-region': reason,
    })
    expect(report.counts).toEqual({ holds: report.checks.length - 3, differs: 0, skipped: 3, unasked: 0 })
    expect(report.requests.made).toBeLessThanOrEqual(report.requests.atMost)
  })

  it('whose clock is not that of this machine: time is told by its answers', async () => {
    const other = await start(site.dist)
    try {
      await other.advance(400 * 86_400)
      const { checks, counts } = await reportOn(other, { routes: sampleOf(CONFIG.routes.map(({ path }) => path)) })
      expect(checks.filter(({ status }) => status === 'differs')).toEqual([])
      expect(counts).toMatchObject({ differs: 0, unasked: 0 })
    } finally {
      await other.stop()
    }
  })

  it('writes nothing to an origin', async () => {
    const methods = new Set(cloudfront.requests().map(({ method }) => method))
    expect([...methods].toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST'])
    const posts = cloudfront.requests().filter(({ method }) => method === 'POST')
    expect(posts.every(({ status }) => status === 403)).toBe(true)
  })

  it('times hits and misses, each over a connection of its own', async () => {
    const args = ['--route', '/static/*', '--object', '/static/site.json', '--timing', '4']
    const { code, out } = await run(cloudfront.httpsUrl, ...args, '--json', '--within', '60000')
    const { timing, requests }: Report = JSON.parse(out)
    expect({ code, ...timing }).toMatchObject({
      ...{ code: 0, place: '/static/*', path: '/static/site.json', figures: [100, 200, 300], notes: [] },
    })
    expect(requests.made).toBeLessThanOrEqual(requests.atMost)
    for (const series of [timing?.hit, timing?.miss]) {
      expect(series?.count).toBe(4)
      const { dns, connect, tls, firstByte, total } = series as TimedSeries
      for (const part of [dns, connect, tls, firstByte, total]) {
        expect(part.median).toBeGreaterThanOrEqual(0)
        expect(part.median).toBeLessThanOrEqual(part.p95)
      }
      expect(tls.median).toBeGreaterThan(0)
      expect(firstByte.median).toBeLessThanOrEqual(total.median)
      expect(tls.median).toBeLessThan(firstByte.median)
    }
  })

  it('what takes longer than --within is too slow', async () => {
    const args = ['--route', '/static/*', '--object', '/static/site.json', '--timing', '2', '--within', '1']
    const { code, out } = await run(cloudfront.httpsUrl, ...args)
    expect(code).toBe(1)
    expect(out).toContain('\nAll that was asked holds\n')
    expect(out).toMatch(
      /\nTiming {2}\/static\/\* \/static\/site\.json, [\d.]+ kB, each over a connection of its own; in ms\n/,
    )
    expect(out).toMatch(/\nToo slow: expected 95 % of hits within 1 ms, found [\d.]+ ms\n$/)
  })

  it('without objects, what needs one is skipped, and says so', async () => {
    const { code, out } = await run(cloudfront.httpsUrl, '--route', '/static/*', '--json')
    const report: Report = JSON.parse(out)
    expect(code).toBe(0)
    expect(report.counts.holds).toBeGreaterThan(8)
    expect(skippedIn(report)).toMatchObject({
      '/static/* cached':
        "no object of this route is known; name one with --object '/static/*=/a/path/that/exists.jpg'",
      '/static/* range': expect.stringContaining('no object of this route is known'),
    })
    expect(report.checks.find(({ id }) => id === 'missing')?.status).toBe('holds')
    const text = verifyText(report, unpainted)
    expect(text).toContain("  – skipped  no object of this route is known; name one with --object '/static/*=")
  })

  it('an object that is not there differs, and what needs it is skipped', async () => {
    const { code, out } = await run(cloudfront.httpsUrl, '--route', '/static/*', '--object', '/static/lost.json')
    expect(code).toBe(1)
    expect(out).toContain('✗ object')
    expect(out).toContain("found     404, Error from cloudfront, x-rimlight: 'missing; s3=404'\n")
    expect(out).toContain("  – skipped  shows nothing while 'object' differs\n")
    expect(out).toContain('\nDiffers: /static/* object\n')
  })

  /** Of the routes of the bucket, the one of which the least is asked besides: it is cached nowhere. */
  const BUCKET_ROUTES = ['/drafts/*']

  it('buckets: S3 itself gives nobody anything', async () => {
    const bucketUrl = () => new URL(`${cloudfront.s3.endpoint}/example-photos`)
    const report = await reportOn(cloudfront, { routes: BUCKET_ROUTES, bucketUrl })
    const found = report.checks.filter(({ place }) => place === 's3://example-photos')
    expect(found).toMatchObject([
      { id: 'bucket-object', status: 'holds', found: expect.stringMatching(/^403, /) },
      { id: 'bucket-list', status: 'holds', found: expect.stringMatching(/^403, /) },
      { id: 'bucket-region', status: expect.stringMatching(/^(holds|skipped)$/) },
    ])
  })

  it('buckets: a public one is found', async () => {
    const s3 = await openOrigin()
    const report = await reportOn(cloudfront, { routes: BUCKET_ROUTES, bucketUrl: () => new URL(s3.url) })
    await s3.close()
    expect(differing(report, 's3://example-photos')).toEqual(['bucket-object', 'bucket-list'])
    expect(s3.requests).toEqual(['/drafts/plan.json', '/', '/'])
    expect(verifyText(report, unpainted)).toContain('Everybody can read past the distribution, its rules and its log.')
  })

  it('buckets: what is no answer of a bucket is skipped', async () => {
    const s3 = await openOrigin((_, response) => response.writeHead(404).end('<Code>NoSuchBucket</Code>'))
    const report = await reportOn(cloudfront, { routes: BUCKET_ROUTES, bucketUrl: () => new URL(s3.url) })
    await s3.close()
    const reason = 'S3 answers 404: whether the bucket example-photos can be read is not to be seen'
    expect(skippedIn(report)).toMatchObject({
      's3://example-photos bucket-object': reason,
      's3://example-photos bucket-list': reason,
    })
    expect(differing(report, 's3://example-photos')).toEqual(['bucket-region'])
    expect(verifyText(report, unpainted)).toContain('no such bucket')
  })

  it('buckets: one in another region is found', async () => {
    const elsewhere = { 'x-amz-bucket-region': 'us-west-2' }
    const s3 = await openOrigin((_, response) => response.writeHead(403, elsewhere).end())
    const report = await reportOn(cloudfront, { routes: BUCKET_ROUTES, bucketUrl: () => new URL(s3.url) })
    await s3.close()
    const check = report.checks.find(({ id }) => id === 'bucket-region')
    expect(check).toMatchObject({ status: 'differs', expected: 'eu-central-1', found: 'us-west-2' })
    expect(verifyText(report, unpainted)).toContain('CloudFront signs for eu-central-1, and S3 refuses that')
  })

  it('buckets: one out of reach is skipped', async () => {
    const report = await reportOn(cloudfront, {
      routes: BUCKET_ROUTES,
      bucketUrl: () => new URL('http://127.0.0.1:1'),
    })
    expect(skippedIn(report)['s3://example-photos bucket-list']).toMatch(
      /^example-photos\.s3\.eu-central-1\.amazonaws\.com can't be reached from here: .*ECONNREFUSED/,
    )
  })

  it('what has no answer could not be asked, and that is not fine', async () => {
    const proxy = await openProxy(cloudfront.httpsUrl, {
      answers: ({ url = '', method }) => !/rimlight-verify.*%01|%zz/.test(url) && method !== 'POST',
    })
    const { code, out } = await run(
      proxy.url,
      ...['--route', '/static/*', '--object', '/static/site.json', '--http-url', cloudfront.httpUrl],
    )
    await proxy.close()
    expect(code).toBe(1)
    expect(out).toMatch(/ {2}\? viewer-request +what is at viewer-request runs/)
    expect(out).toMatch(/not asked +GET https:\/\/127\.0\.0\.1:\d+\/static\/rimlight-verify-%01/)
    expect(out).toContain('\nNot settled\n')
    expect(out).toMatch(/, 0 differ, \d+ skipped, 3 could not be asked; /)
  })

  it('headers that are lost on the way, and one that is sent along', async () => {
    const proxy = await openProxy(cloudfront.httpsUrl, { loses: ['etag', 'last-modified', 'content-range'] })
    const report = await reportOn(cloudfront, {
      url: new URL(proxy.url),
      httpUrl: new URL(cloudfront.httpUrl),
      routes: ['/brief/*'],
      headers: { 'aws-cf-cd-staging': 'true' },
    })
    await proxy.close()
    expect(proxy.requests.at(-1)?.headers).toMatchObject({ 'aws-cf-cd-staging': 'true' })
    expect(differing(report, '/brief/*')).toEqual(['range'])
    expect(skippedIn(report)).toMatchObject({
      '/brief/* not-modified': 'the object has no etag and no last-modified',
      '/brief/* version-etag': 'the object has no ETag of the kind that S3 makes',
    })
  })

  describe('what nobody can ask', () => {
    it.each([
      ['no URL', [], 'expected one URL such as https://cdn.example.com, found 0; `rimlight verify --help`'],
      [
        'HTTP',
        ['http://cdn.example.com'],
        'URL: expected one such as https://cdn.example.com, without a path or credentials, found',
      ],
      ['a path', ['https://cdn.example.com/a'], 'without a path or credentials, found "https://cdn.example.com/a"'],
      ['credentials', ['https://me:mine@cdn.example.com'], 'or credentials, found "https://me:mine@cdn.example.com"'],
      ['a header that is none', ['https://a.example', '--header', 'x'], '--header: expected NAME:VALUE, such as'],
      [
        'an object that is no path',
        ['https://a.example', '--object', 'a.jpg'],
        '--object: expected a path as it stands in a URL, such as /photos/dusk.jpg',
      ],
      [
        "another route's object",
        ['https://a.example', '--object', '/static/*=/a.jpg'],
        '--object: expected a path of the route /static/*, found /a.jpg, which is of /*',
      ],
      [
        'no number of times',
        ['https://a.example', '--timing', '0'],
        '--timing: expected a whole number from 1 to 1000, found "0"',
      ],
      [
        'a limit of nothing',
        ['https://a.example', '--within', '100'],
        'expected --timing N beside --within, found none; ',
      ],
      [
        'no such route',
        ['https://a.example', '--route', '/x'],
        '--route: expected patterns among /drafts/*, /session/*, /api/*, /brief/*, /static/*, /*, found /x',
      ],
    ])('%s', async (_, args, message) => {
      const { code, out, err } = await run(...args)
      expect(err).toContain(message)
      expect(out).toBe('')
      expect(code).toBe(2)
    })

    it('nobody there: that is no mistake of the options', async () => {
      const { code, err } = await run('https://127.0.0.1:1')
      expect(err).toContain('nobody answers at https://127.0.0.1:1: GET https://127.0.0.1:1/__rim')
      expect(code).toBe(1)
    })

    it('a server that is no CloudFront', async () => {
      const proxy = await openProxy(cloudfront.httpsUrl, { says: 'hello' })
      const { code, err } = await run(proxy.url)
      await proxy.close()
      expect(err).toBe(
        `expected a CloudFront at ${proxy.url}, found a server that sends neither x-cache nor x-amz-cf-id\n`,
      )
      expect(code).toBe(1)
    })
  })
})

it('what the config drops is not missed', async () => {
  const [route] = CONFIG.routes.filter(({ path }) => path === '/*')
  const own = await built({
    ...CONFIG,
    routes: route ? [route] : [],
    headers: { dropResponse: ['x-*'] },
  })
  const cloudfront = await start(own.dist)
  const report = await reportOn(cloudfront, { bundle: await readBundle(own.dist), objects: ['/photos/dusk.jpg'] })
  await cloudfront.stop()
  await own.remove()
  expect(differing(report, '/*')).toEqual([])
  expect(report.checks.find(({ id }) => id === 'version-future')?.status).toBe('holds')
  expect(skippedIn(report)['/* image-webp']).toBe('the config drops x-rimlight, which says what was made')
})

it('samples are found where no bucket is given', async () => {
  const cloudfront = await start(site.dist, {})
  const { out } = await run(cloudfront.httpsUrl, '--route', '/*', '--json')
  await cloudfront.stop()
  const report: Report = JSON.parse(out)
  expect(report.counts.differs).toBe(0)
  expect(report.checks.find(({ id }) => id === 'object')).toMatchObject({
    found: '/photos/dusk.jpg, /drawings/logo.svg, /texts/gallery.json',
  })
})

type FaultCase = {
  name: string
  fault: Fault
  /** Where it is named: route, check, and the beginning of what it means. */
  finds: [route: string, id: string, means: string]
  /** Ids of what follows from it on the same route. */
  also?: string[]
}

const wrong = (policies: (policies: Policies) => void): Fault => ({ policies })
const without = (trigger: Trigger, policies?: (policies: Policies) => void): Fault => ({
  code: { [trigger]: NO_FUNCTION[trigger] },
  ...(policies && { policies }),
})

/**
 * Faults that share a distribution, each on a route of its own. A short run has every second of these, and the last: policies,
 * a function missing at each trigger, another order. Each check is tried without a distribution in `test/unit/deploy/verify`.
 */
const FAULTS: Record<string, FaultCase[]> = {
  'policies that lack something': [
    {
      name: 'a cache policy without v',
      fault: wrong((policies) => unkeyed(policies, '/*', 'v')),
      finds: ['/*', 'key-version', 'The cache policy of /* does not key on v, or the function drops it: an update'],
    },
    {
      name: 'a cache policy without the header that an API answers by',
      fault: wrong((policies) => unkeyed(policies, '/api/*', 'authorization')),
      finds: ['/api/*', 'key-headers', 'The cache policy of /api/* does not key on authorization, or'],
    },
    {
      name: 'CachingDisabled',
      fault: wrong((policies) => {
        Object.assign(cachePolicyOf(policies, '/static/*'), { MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 })
      }),
      finds: ['/static/*', 'cached', 'Every request goes to the origin: CachingDisabled'],
    },
    {
      name: 'a MinTTL above the lifetimes of the handlers',
      fault: wrong((policies) => {
        cachePolicyOf(policies, '/brief/*').MinTTL = 3600
      }),
      finds: ['/brief/*', 'lifetime', 'The MinTTL of the cache policy is above what the handlers allow'],
    },
    {
      name: 'a cache where there should be none',
      fault: wrong((policies) => {
        behaviourOf(policies, '/session/*').cachePolicy = behaviourOf(policies, '/api/*').cachePolicy
      }),
      finds: [
        '/session/*',
        'never-cached',
        'What changes with every save, or is for one viewer, is given to the next.',
      ],
    },
    {
      name: 'origin access control where presigned URLs go',
      fault: wrong((policies) => {
        behaviourOf(policies, '/drafts/*').originAccessControl = true
      }),
      finds: ['/drafts/*', 'never-unsigned', 'Presigned URLs protect nothing: CloudFront signs for everybody'],
    },
  ],
  'policies that are not the right ones': [
    {
      name: 'a cache policy without w',
      fault: wrong((policies) => unkeyed(policies, '/*', 'w')),
      finds: ['/*', 'key-w', 'The cache policy of /* does not key on w, or the function drops it: the first'],
    },
    {
      name: "a cache policy without an API's parameter",
      fault: wrong((policies) => unkeyed(policies, '/api/*', 'term')),
      finds: ['/api/*', 'key-query', 'The cache policy of /api/* does not key on term, or'],
    },
    {
      name: 'the browser in the key',
      fault: wrong((policies) => {
        const Headers = { Quantity: 1, Items: ['User-Agent'] }
        keyOf(policies, '/static/*').HeadersConfig = { HeaderBehavior: 'whitelist', Headers }
      }),
      finds: ['/static/*', 'key-other-headers', 'Every browser and every language has a copy'],
    },
    {
      name: "CloudFront's own error-caching minimum for 404",
      fault: wrong((policies) => {
        policies.errorCachingMinimums = {}
      }),
      finds: ['/brief/*', 'missing-lifetime', 'What was uploaded meanwhile stays away: the error-caching minimum TTL'],
    },
    {
      name: 'https-only',
      fault: wrong((policies) => {
        behaviourOf(policies, '/session/*').viewerProtocolPolicy = 'https-only'
      }),
      finds: ['/session/*', 'https', 'Over HTTP everybody on the way can read and change what is sent.'],
    },
  ],
  'no viewer-request': [
    {
      name: 'and nothing else',
      fault: without('viewer-request'),
      finds: ['/*', 'viewer-request', 'No function, or not this one, answers at viewer-request'],
    },
    {
      name: 'and all query strings in the key',
      fault: without('viewer-request', (policies) => {
        keyOf(policies, '/static/*').QueryStringsConfig = { QueryStringBehavior: 'all' }
      }),
      finds: ['/static/*', 'key-unknown', 'Every link with a tracking parameter misses the cache'],
      also: ['viewer-request'],
    },
    {
      name: 'and cookies in the key',
      fault: without('viewer-request', (policies) => {
        keyOf(policies, '/api/*').CookiesConfig = { CookieBehavior: 'all' }
      }),
      finds: ['/api/*', 'key-cookies', 'Every visitor has a copy of every object'],
      also: ['viewer-request'],
    },
    {
      name: 'and allow-all',
      fault: without('viewer-request', (policies) => {
        behaviourOf(policies, '/session/*').viewerProtocolPolicy = 'allow-all'
      }),
      finds: ['/session/*', 'https', 'Over HTTP everybody on the way can read and change what is sent.'],
      also: ['viewer-request'],
    },
    {
      name: 'and every method allowed',
      fault: without('viewer-request', (policies) => {
        behaviourOf(policies, '/brief/*').allowedMethods = behaviourOf(policies, '/api/*').allowedMethods
      }),
      finds: ['/brief/*', 'method', 'What is not for reading reaches the bucket'],
      also: ['viewer-request'],
    },
  ],
  'headers and methods': [
    {
      name: 'a cache policy without fm',
      fault: wrong((policies) => unkeyed(policies, '/*', 'fm')),
      finds: ['/*', 'key-fm', 'The cache policy of /* does not key on fm'],
    },
    {
      name: 'a header that the response headers policy lacks',
      fault: wrong((policies) => {
        delete responseHeadersOf(policies, '/static/*').CustomHeadersConfig
      }),
      finds: ['/static/*', 'headers-generated', 'origin-response sets these headers too, but not on what never gets'],
    },
    {
      name: 'another strict-transport-security',
      fault: wrong((policies) => {
        const security = responseHeadersOf(policies, '/api/*').SecurityHeadersConfig
        if (security?.StrictTransportSecurity) security.StrictTransportSecurity.AccessControlMaxAgeSec = 300
      }),
      finds: ['/api/*', 'headers-set', 'Browsers are not told what the config tells them.'],
      also: ['headers-generated'],
    },
    {
      name: 'OPTIONS is not allowed',
      fault: wrong((policies) => {
        behaviourOf(policies, '/brief/*').allowedMethods = ['GET', 'HEAD']
      }),
      finds: ['/brief/*', 'options', 'Preflights of browsers fail'],
    },
  ],
  'no origin-request': [
    {
      name: 'on a route with images, which has the root',
      fault: without('origin-request'),
      finds: ['/*', 'origin-request', 'origin-response is not told which route this is: everything lives 60 s'],
      also: ['root'],
    },
  ],
  'reads across origins, compression': [
    {
      name: 'Accept is not forwarded',
      fault: wrong((policies) => {
        const { HeadersConfig } = originRequestOf(policies, '/*')
        HeadersConfig.Headers = { Quantity: 1, Items: ['cloudfront-forwarded-proto'] }
      }),
      finds: ['/*', 'vary', 'A cache between CloudFront and the viewer gives a picture to browsers that'],
    },
    {
      name: 'no CORS in the response headers policy',
      fault: wrong((policies) => {
        delete responseHeadersOf(policies, '/api/*').CorsConfig
      }),
      finds: ['/api/*', 'cors', "Scripts, fonts and canvases of other sites can't read what is here."],
    },
    {
      name: 'CORS for everybody',
      fault: wrong((policies) => {
        const { CorsConfig } = responseHeadersOf(policies, '/static/*')
        if (CorsConfig) CorsConfig.AccessControlAllowOrigins = { Quantity: 1, Items: ['*'] }
      }),
      finds: ['/static/*', 'cors-stranger', 'Scripts of any site can read what only some may.'],
      also: ['cors', 'preflight'],
    },
    {
      name: 'Compress is off',
      fault: wrong((policies) => {
        behaviourOf(policies, '/brief/*').compress = false
      }),
      finds: ['/brief/*', 'compression', 'Text takes three to five times the bytes and the time.'],
    },
  ],
  'an origin-response that throws': [
    {
      name: 'for everything',
      fault: { code: { 'origin-response': 'exports.handler = async () => { throw new Error("no") }' } },
      finds: ['/brief/*', 'object', 'a Lambda function throws or runs out of time: its log is in CloudWatch'],
      also: ['missing'],
    },
  ],
  'behaviours in another order': [
    {
      name: 'an API',
      fault: wrong((policies) => {
        policies.behaviours.unshift(policies.behaviours.pop() as Behaviour)
      }),
      finds: ['/api/*', 'object', 'The API does not answer this with 200, or it is not what is behind /api/*'],
    },
    {
      name: 'a route without caching',
      fault: {},
      finds: ['/drafts/*', 'never-unsigned', 'Presigned URLs protect nothing'],
      also: ['cors-stranger', 'never-cached'],
    },
  ],
}

/** What each of them does, one after another. */
const together = (cases: readonly FaultCase[]): Fault => ({
  code: Object.assign({}, ...cases.map(({ fault }) => fault.code)),
  policies: (policies) => {
    for (const { fault } of cases) fault.policies?.(policies)
  },
})

describe.each(sampleOf(Object.entries(FAULTS), EXTENT, 2))('%s', (_, cases) => {
  let report: Report
  beforeAll(async () => {
    const cloudfront = await start(await faulty(site.dist, together(cases)))
    report = await reportOn(cloudfront, { routes: cases.map(({ finds: [route] }) => route) })
    await cloudfront.stop()
  })

  it.each(cases)('$name: found, and nothing else', ({ finds: [route, id, means], also = [] }) => {
    const check = report.checks.find((one) => one.place === route && one.id === id)
    expect(check).toMatchObject({ status: 'differs', means: expect.stringContaining(means) })
    expect(differing(report, route).toSorted()).toEqual([id, ...also].toSorted())
    const text = verifyText(report, unpainted)
    expect(text).toContain(`  ✗ ${id} `)
    expect(text).toContain(`${route} ${id}`)
  })
})

describe('functions of another kind', () => {
  it('without origin-response, S3 tells of itself, and nothing says how long anything lives', async () => {
    const cloudfront = await start(await faulty(site.dist, without('origin-response')))
    const { endpoint, region, ...credentials } = cloudfront.s3
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    const text = { Body: 'x'.repeat(2_000), ContentType: 'text/plain', Metadata: { owner: 'somebody' } }
    await s3.send(new PutObjectCommand({ Bucket: 'example-photos', Key: 'brief/told.txt', ...text }))
    s3.destroy()
    const report = await reportOn(cloudfront, { routes: ['/brief/*'], objects: ['/brief/told.txt'] })
    await cloudfront.stop()
    expect(differing(report, '/brief/*')).toEqual(['origin-response', 'headers-dropped'])
    expect(verifyText(report, unpainted)).toContain('X-Amz-Meta-Owner: somebody')
    expect(verifyText(report, unpainted)).toContain('Nothing decides how long a response lives: browsers guess')
  })

  it("another build's viewer-request", async () => {
    const changes: Record<string, Partial<Route>> = {
      '/static/*': { query: ['colour'] },
      '/*': { images: { widths: [640], qualities: [50, 80] } },
    }
    const routes = CONFIG.routes.map((route) => ({ ...route, ...changes[route.path] }))
    const older = await built({ ...CONFIG, routes })
    const code = await readFile(join(older.dist, 'viewer-request.js'), 'utf8')
    await older.remove()
    const cloudfront = await start(await faulty(site.dist, { code: { 'viewer-request': code } }))
    const report = await reportOn(cloudfront, { routes: ['/static/*', '/*'] })
    await cloudfront.stop()
    expect(differing(report, '/static/*')).toEqual(['key-query'])
    expect(differing(report, '/*')).toEqual(['key-w', 'key-h', 'key-accept'])
  })
})
