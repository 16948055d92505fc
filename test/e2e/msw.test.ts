/** `rimlight/msw` with the real msw: what it answers is what the local CloudFront answers, which runs what is deployed. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HttpResponse, http } from 'msw'
import { type SetupServer, setupServer } from 'msw/node'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { cloudfrontHandlers, type MockedRequest } from '../../msw/handlers.ts'
import { photo } from '../images/pictures.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com', 'old.example.com'],
  canonicalHost: true,
  origins: {
    items: { bucket: 'example-items', region: 'us-east-1' },
    pages: { bucket: 'example-pages', region: 'us-east-1', prefix: 'site' },
    api: { domain: 'api.example.com' },
  },
  routes: [
    { path: '/uploads/*', origin: 'items', cache: 'never' },
    { path: '/api/*', origin: 'api', cache: { default: '60s' }, query: ['page'] },
    { path: '/pages/*', origin: 'pages', strip: '/pages', cache: { default: '1h' }, index: 'index.html' },
    {
      path: '/*',
      origin: 'items',
      cache: { default: '24h' },
      missing: '5m',
      images: { widths: [128, 384] },
      cors: { origins: ['https://app.example.com'] },
    },
  ],
}

let cloudfront: CloudFront
let server: SetupServer
const seen: MockedRequest[] = []
beforeAll(async () => {
  // As in a process of its own: a file before this one may have loaded the image step, which forbids its process this.
  sharp.unblock({ operation: ['VipsForeignLoad'] })
  const [items, pages] = [await temporaryFolder(), await temporaryFolder()]
  const picture = await photo(600, 400).jpeg().toBuffer()
  const files: [folder: string, key: string, body: Buffer | string][] = [
    [items, 'a b.jpg', picture],
    [items, 'logo.svg', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    [items, 'broken.jpg', picture.subarray(0, 400)],
    [items, 'uploads/draft.json', '{}'],
    [pages, 'site/about/index.html', '<p>Since 1911.'],
  ]
  for (const [folder, key, body] of files) {
    await mkdir(dirname(join(folder, key)), { recursive: true })
    await writeFile(join(folder, key), body)
  }
  cloudfront = await started(CONFIG, { buckets: { items, pages } })
  const handlers = await cloudfrontHandlers(CONFIG, { buckets: { items, pages }, onRequest: (one) => seen.push(one) })
  server = setupServer(
    ...handlers,
    http.get('https://cdn.example.com/api/*', () => HttpResponse.json({ from: 'api' })),
  )
  server.listen({ onUnhandledFrame: 'bypass' })
})
afterAll(async () => {
  server?.close()
  await cloudfront?.stop()
})
beforeEach(() => {
  seen.length = 0
})

/** That of the connection, of a cache, or of another day. */
const OWN = [
  'age',
  'connection',
  'date',
  'via',
  'x-amz-cf-id',
  'x-amz-cf-pop',
  'x-cache',
  'server-timing',
  'keep-alive',
]
/** Of a file's state on the disk: the local bucket tells it by other means. */
const OF_FILES = ['etag', 'last-modified', 'accept-ranges', 'server', 'transfer-encoding', 'content-length']

async function whatOf(response: Response) {
  const body = Buffer.from(await response.arrayBuffer())
  const headers = Object.fromEntries([...response.headers].filter(([name]) => ![...OWN, ...OF_FILES].includes(name)))
  return { status: response.status, headers, body: body.toString('base64') }
}

const both = async (url: string, init: RequestInit = {}) => {
  const real = await cloudfront.fetch(url, init as Parameters<CloudFront['fetch']>[1])
  const mocked = await fetch(new URL(url, 'https://cdn.example.com'), { redirect: 'manual', ...init })
  return { real: await whatOf(real as unknown as Response), mocked: await whatOf(mocked) }
}

const WEBP = { headers: { accept: 'image/webp,*/*' } }

describe('the same as from the local CloudFront', () => {
  it.each<[string, string, RequestInit, number, string]>([
    ['a rendition', '/a%20b.jpg?w=300&utm_source=mail', WEBP, 200, '/a%20b.jpg?fm=webp&w=384'],
    ['a cut', '/a%20b.jpg?h=100&w=100&fit=crop&fm=png', {}, 200, '/a%20b.jpg?fit=crop&fm=png&h=128&w=128'],
    ['an original', '/a%20b.jpg?v=7', {}, 200, '/a%20b.jpg?v=7'],
    ['a picture that is none', '/broken.jpg?w=128', WEBP, 200, '/broken.jpg?fm=webp&w=128'],
    ['SVG', '/logo.svg?w=128', WEBP, 200, '/logo.svg'],
    ['HEAD', '/a%20b.jpg', { method: 'HEAD' }, 200, '/a%20b.jpg'],
    ['a missing one', '/nothing.jpg?w=128', WEBP, 404, '/nothing.jpg?fm=webp&w=128'],
    ['the index of a folder', '/pages/about/', {}, 200, '/pages/about/'],
    ['the root of a bucket', '/', {}, 404, '/'],
    ['a path of two readings', '/uploads%2Fdraft.json', {}, 400, ''],
    ['a read across origins', '/logo.svg', { headers: { origin: 'https://app.example.com' } }, 200, '/logo.svg'],
    ['one of strangers', '/logo.svg', { headers: { origin: 'https://example.org' } }, 200, '/logo.svg'],
    ['another host', 'https://old.example.com/a%20b.jpg?w=1', {}, 301, ''],
  ])('%s', async (_, url, init, status, key) => {
    const { real, mocked } = await both(url, init)
    expect(mocked.status).toBe(status)
    expect(mocked).toEqual(real)
    expect(seen.map((one) => [one.status, one.key])).toEqual([[status, key]])
  })

  it('a method that the behaviour does not allow', async () => {
    const { real, mocked } = await both('/a%20b.jpg', { method: 'POST', body: 'x' })
    const { 'content-type': _, ...headers } = real.headers
    // CloudFront has a page for it.
    expect(mocked).toEqual({ status: 403, headers, body: '' })
  })

  it('a preflight', async () => {
    const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' }
    const { real, mocked } = await both('/a%20b.jpg', { method: 'OPTIONS', headers })
    expect(mocked).toEqual(real)
    expect(mocked.headers['access-control-allow-origin']).toBe('https://app.example.com')
  })
})

it('HTTP is sent to HTTPS', async () => {
  const response = await fetch('http://cdn.example.com/a%20b.jpg?w=300', { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([301, 'https://cdn.example.com/a%20b.jpg?w=300'])
  const followed = await fetch('http://cdn.example.com/a%20b.jpg?w=300', WEBP)
  expect(followed.headers.get('content-type')).toBe('image/webp')
  const { width } = await sharp(await followed.arrayBuffer()).metadata()
  expect(width).toBe(384)
})

it('an API is for the handlers that come after, once the function lets a request through', async () => {
  const response = await fetch('https://cdn.example.com/api/items?page=2')
  expect(await response.json()).toEqual({ from: 'api' })
  expect((await fetch('http://cdn.example.com/api/items', { redirect: 'manual' })).status).toBe(301)
})

it('a viewer that has it already gets 304', async () => {
  const first = await fetch('https://cdn.example.com/logo.svg')
  const etag = first.headers.get('etag') ?? ''
  expect((await fetch('https://cdn.example.com/logo.svg', { headers: { 'if-none-match': etag } })).status).toBe(304)
})

it("a test's own sharp is left as it is", async () => {
  await fetch('https://cdn.example.com/a%20b.jpg?w=300', WEBP)
  const file = join(await temporaryFolder(), 'a.png')
  await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).toFile(file)
  // The image step forbids this at the edge.
  expect((await sharp(file).metadata()).width).toBe(1)
})
