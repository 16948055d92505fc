/** A site of pages through a CloudFront on this machine: indexes, one host, cache tags, what is shown for missing pictures. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readBundle } from '../../bundle/read-bundle.ts'
import { verify } from '../../deploy/verify/run.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { main as replayMain } from '../../local/replay.ts'
import { originRequestEvent, originResponseEvent, s3Origin, viewerEvent } from '../contract/events.ts'
import { photo } from '../images/pictures.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { CHROMIUM, CHROMIUM_MISSING, openChromium, openViewer } from './chromium.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { type Built, built, started } from './site.ts'

const CONFIG: Config = {
  domains: ['www.example.com', 'example.com'],
  canonicalHost: true,
  cacheTags: true,
  origins: {
    site: { bucket: 'example-site', region: 'eu-central-1' },
    api: { domain: 'api.example.com' },
  },
  routes: [
    { path: '/api/*', origin: 'api', cache: {}, query: ['n'] },
    {
      path: '/*',
      origin: 'site',
      cache: {},
      missing: '60s',
      images: { formats: ['webp'], widths: [100, 200], qualities: [80] },
      index: { file: 'index.html', redirect: true },
      placeholder: 'site/missing.png',
    },
  ],
}

let site: Built
let api: ScriptedOrigin
let cloudfront: CloudFront
let missing: Buffer
beforeAll(async () => {
  const folder = await temporaryFolder()
  missing = await photo(300, 200).png().toBuffer()
  const write = async (key: string, content: string | Buffer) => {
    await mkdir(join(folder, key, '..'), { recursive: true })
    await writeFile(join(folder, key), content)
  }
  await write('index.html', '<h1>Home</h1>')
  await write('docs/index.html', '<h1>Docs</h1>')
  await write('photos/dusk.jpg', await photo(480, 320).jpeg().toBuffer())
  await write('site/missing.png', missing)
  site = await built(CONFIG)
  api = await openOrigin((_, response) => {
    response.writeHead(200, { 'cache-tag': 'items, Album-7', 'content-type': 'text/plain' }).end('api')
  })
  cloudfront = await startCloudFront({ dist: site.dist, buckets: { site: folder }, origins: { api: api.url } })
})
afterAll(async () => {
  await cloudfront.stop()
  await api.close()
  await site.remove()
})

const WEBP = { accept: 'image/webp,*/*' }

async function ask(path: string, init: Parameters<CloudFront['fetch']>[1] = {}) {
  const response = await cloudfront.fetch(path, init)
  const body = Buffer.from(await response.arrayBuffer())
  const said = (name: string) => response.headers.get(name)
  return { status: response.status, said, body, text: body.toString(), xCache: said('x-cache')?.split(' ')[0] }
}

describe('an index', () => {
  it('is shown for a folder, and for the whole site', async () => {
    expect(await ask('/')).toMatchObject({ status: 200, text: '<h1>Home</h1>' })
    const docs = await ask('/docs/')
    expect(docs).toMatchObject({ status: 200, text: '<h1>Docs</h1>' })
    expect([docs.said('content-type'), docs.said('vary')]).toEqual(['text/html', null])
  })

  it('is one object, whatever images a viewer takes and whatever else is asked for', async () => {
    await ask('/docs/')
    expect((await ask('/docs/', { headers: WEBP })).xCache).toBe('Hit')
    expect((await ask('/docs/?w=100&utm_source=x')).xCache).toBe('Hit')
  })

  it('of a folder without its slash is a redirect that works on any host', async () => {
    const answer = await ask('/docs?v=7')
    expect([answer.status, answer.said('location')]).toEqual([301, './docs/?v=7'])
    const there = new URL('./docs/?v=7', `${cloudfront.httpsUrl}/docs?v=7`)
    expect(there.href).toBe(`${cloudfront.httpsUrl}/docs/?v=7`)
  })
})

describe('the canonical host', () => {
  it('is where the others are redirected to', async () => {
    const get = await ask('https://example.com/a%20b.jpg?w=1&x')
    expect([get.status, get.said('location')]).toEqual([301, 'https://www.example.com/a%20b.jpg?w=1&x'])
    const post = await ask('https://example.com/api/a', { method: 'POST', body: 'x' })
    expect([post.status, post.said('location')]).toEqual([308, 'https://www.example.com/api/a'])
  })

  it('is not forced on this machine, nor on the name that CloudFront gives', async () => {
    expect((await ask('https://localhost/docs/')).status).toBe(200)
    expect((await ask('/docs/', { headers: { host: 'd111111abcdef8.cloudfront.net' } })).status).toBe(200)
  })
})

describe('a missing picture', () => {
  it('is another, with the status and the lifetime of what is missing', async () => {
    const lost = await ask('/lost.svg')
    expect([lost.status, lost.said('content-type'), lost.said('x-rimlight')]).toEqual([
      404,
      'image/png',
      'placeholder; s3=404',
    ])
    expect(lost.body.equals(missing)).toBe(true)
    expect(lost.said('cache-control')).toBe('public, max-age=60')
    expect((await ask('/lost.svg')).said('age')).not.toBeNull()
    await cloudfront.advance(61)
    expect((await ask('/lost.svg')).said('age')).toBeNull()
  })

  it('is in the size and the format that were asked for', async () => {
    const lost = await ask('/lost.jpg?w=100', { headers: WEBP })
    expect([lost.status, lost.said('content-type'), lost.said('vary')]).toEqual([404, 'image/webp', 'accept'])
    expect(lost.said('x-rimlight')).toMatch(/^placeholder; webp; 100x67; q=80; s3=404$/)
    expect(await sharp(lost.body).metadata()).toMatchObject({ format: 'webp', width: 100, height: 67 })
  })

  it('has no body for HEAD', async () => {
    const lost = await ask('/lost-head.jpg', { method: 'HEAD' })
    expect([lost.status, lost.said('content-type'), lost.body.length]).toEqual([404, 'image/png', 0])
  })

  it('of what is no picture there is a text', async () => {
    expect(await ask('/lost.css')).toMatchObject({ status: 404, text: 'Not Found\n' })
  })
})

describe('cache tags', () => {
  const photos = ['/photos/dusk.jpg', '/photos/dusk.jpg?w=100', '/photos/dusk.jpg?w=200&v=7']
  const load = async (...paths: string[]) => {
    for (const path of paths) await ask(path)
  }
  const results = async (...paths: string[]) => {
    const found: (string | undefined)[] = []
    for (const path of paths) found.push((await ask(path)).xCache)
    return found
  }

  it('of the path: one picture with all its variants goes, and no other', async () => {
    await load(...photos, '/docs/')
    expect(await cloudfront.invalidate(['#/photos/dusk.jpg'])).toBe(3)
    expect(await results(...photos, '/docs/')).toEqual(['Miss', 'Miss', 'Miss', 'Hit'])
  })

  it('of a page under both its paths', async () => {
    await load('/docs/', '/docs/index.html')
    expect(await cloudfront.invalidate(['#/docs/index.html'])).toBe(2)
  })

  it('of a placeholder: all that it was shown for', async () => {
    await load('/lost1.png', '/lost2.png')
    expect(await cloudfront.invalidate(['#/site/missing.png'])).toBeGreaterThanOrEqual(2)
    expect((await ask('/lost1.png')).said('age')).toBeNull()
  })

  it("of an API's own header, in any case", async () => {
    await load('/api/a', '/api/a?n=2', '/api/b')
    expect(await cloudfront.invalidate(['#ALBUM-7'])).toBe(3)
    await load('/api/a', '/api/b')
    expect(await cloudfront.invalidate(['#/api/b'])).toBe(1)
  })

  it('do not reach viewers', async () => {
    for (const path of ['/api/a', '/docs/', '/photos/dusk.jpg?w=100', '/lost3.png']) {
      expect((await ask(path)).said('cache-tag')).toBeNull()
    }
  })

  it("of an object's metadata: an album goes", async () => {
    const own = await started({ ...CONFIG, canonicalHost: false }, { origins: { api: api.url } })
    try {
      const { endpoint, region, accessKeyId, secretAccessKey } = own.s3
      const credentials = { accessKeyId, secretAccessKey }
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
      const put = (Key: string, tags: string) =>
        client.send(
          new PutObjectCommand({
            ...{ Bucket: 'example-site', Key, Body: missing, ContentType: 'image/png' },
            Metadata: { tags },
          }),
        )
      await put('one.png', 'album-7, summer')
      await put('two.png', 'Album-7')
      await put('three.png', 'album-70')
      client.destroy()
      for (const path of ['/one.png', '/one.png?w=100', '/two.png', '/three.png']) {
        await (await own.fetch(path)).arrayBuffer()
      }
      expect(await own.invalidate(['#album-7'])).toBe(3)
      expect((await own.fetch('/three.png')).headers.get('x-cache')).toBe('Hit from cloudfront')
      // A revalidated object keeps its tags: S3's 304 has no metadata.
      await (await own.fetch('/one.png')).arrayBuffer()
      await own.advance(86_401)
      expect((await own.fetch('/one.png')).headers.get('x-cache')).toBe('RefreshHit from cloudfront')
      expect(await own.invalidate(['#summer'])).toBe(1)
    } finally {
      await own.stop()
    }
  })

  it('are refused where the distribution keeps none', async () => {
    const own = await started({ ...CONFIG, cacheTags: false }, { origins: { api: api.url } })
    await expect(own.invalidate(['#album-7'])).rejects.toThrow(
      'expected paths: cacheTags is not set in the config, so that nothing has tags, found the tag #album-7',
    )
    await own.stop()
  })

  it('are kept with a cache that persists', async () => {
    const persist = await temporaryFolder()
    const before = await started(CONFIG, { origins: { api: api.url }, persist })
    for (const path of ['/api/x', '/api/y']) await (await before.fetch(path)).text()
    await before.stop()
    const after = await started(CONFIG, { origins: { api: api.url }, persist })
    expect(await after.invalidate(['#/api/x'])).toBe(1)
    expect((await after.fetch('/api/y')).headers.get('x-cache')).toBe('Hit from cloudfront')
    await after.stop()
  })
})

describe('in a browser', () => {
  beforeEach((context) => {
    if (CHROMIUM === undefined) context.skip(CHROMIUM_MISSING)
  })

  it('a folder without its slash is its page, and a missing picture is shown in the size that was asked for', async () => {
    const browser = await openChromium()
    try {
      const { page } = await openViewer(browser)
      const answer = await page.goto(`${cloudfront.httpsUrl}/docs?v=7`)
      expect([answer?.status(), page.url()]).toEqual([200, `${cloudfront.httpsUrl}/docs/?v=7`])
      expect(await page.textContent('h1')).toBe('Docs')
      const width = await page.evaluate(async () => {
        const image = new Image()
        image.src = '/lost-in-a-browser.jpg?w=100'
        await image.decode()
        return image.naturalWidth
      })
      expect(width).toBe(100)
    } finally {
      await browser.close()
    }
  })
})

describe('rimlight verify', () => {
  const objects = ['/docs/index.html', '/photos/dusk.jpg', '/api/a']
  const report = async (url: URL) =>
    verify({
      bundle: await readBundle(site.dist),
      url,
      objects,
      wait: (seconds) => cloudfront.advance(seconds),
    })

  it('holds, for what is new as well', async () => {
    const { checks, counts } = await report(new URL(cloudfront.httpsUrl))
    expect(checks.filter(({ status }) => status === 'differs')).toEqual([])
    expect(counts.unasked).toBe(0)
    const held = checks.filter(({ status, place }) => status === 'holds' && place === '/*').map(({ id }) => id)
    expect(held).toEqual(expect.arrayContaining(['canonical-host', 'index', 'index-slash', 'missing']))
  })

  it('asks the first host alone', async () => {
    await expect(report(new URL('https://example.com'))).rejects.toThrow(
      'expected https://www.example.com, to which all other hosts are redirected (canonicalHost), found https://example.com',
    )
  })
})

it('the bundle says what the distribution has to have', async () => {
  const policies = JSON.parse(await readFile(join(site.dist, 'policies.json'), 'utf8'))
  expect(policies.cacheTagHeader).toBe('cache-tag')
  for (const { RemoveHeadersConfig } of policies.responseHeadersPolicies) {
    expect(RemoveHeadersConfig.Items).toContainEqual({ Header: 'cache-tag' })
  }
})

it('without images, a placeholder takes an S3 client and no sharp', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'missing.png'), missing)
  const routes: Config['routes'] = [{ path: '/*', origin: 'site', cache: {}, placeholder: 'missing.png' }]
  const origins = { site: { bucket: 'example-site', region: 'eu-central-1' } }
  const plain = await built({ domains: ['www.example.com'], origins, routes })
  const { artefacts } = (await readBundle(plain.dist)).manifest
  expect(artefacts['origin-response'].bytes).toBeLessThan(300_000)
  const own = await startCloudFront({ dist: plain.dist, buckets: { site: folder } })
  try {
    const response = await own.fetch('/lost.jpg')
    expect([response.status, response.headers.get('x-rimlight')]).toEqual([404, 'placeholder; s3=404'])
    expect(Buffer.from(await response.arrayBuffer()).equals(missing)).toBe(true)
  } finally {
    await own.stop()
    await plain.remove()
  }
})

it('rimlight replay takes events of such a site', async () => {
  const folder = await temporaryFolder()
  const events = [
    {
      name: 'another host',
      event: viewerEvent({ headers: { host: 'example.com' } }),
      expect: { statusCode: 301, headers: { location: { value: 'https://www.example.com/photo.jpg' } } },
    },
    {
      name: 'a folder without its slash',
      event: viewerEvent({ uri: '/docs' }),
      expect: { statusCode: 301, headers: { location: { value: './docs/' } } },
    },
    {
      name: 'a folder',
      event: originRequestEvent({ uri: '/docs/', origin: s3Origin('example-site.s3.eu-central-1.amazonaws.com') }),
    },
    { name: 'tags', event: originResponseEvent({ route: 1, headers: { 'x-amz-meta-tags': 'album-7' } }) },
  ]
  const file = join(folder, 'events.json')
  await writeFile(file, JSON.stringify(events))
  const stdout = output()
  expect(await replayMain([file, '--dist', site.dist, '--json'], stdout, output())).toBe(0)
  const { results } = JSON.parse(stdout.said())
  const said = JSON.stringify(results)
  expect(said).toContain('/docs/index.html')
  expect(said).toContain('/photo.jpg,album-7')
})
