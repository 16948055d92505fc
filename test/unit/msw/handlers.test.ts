import { type SetupServer, setupServer } from 'msw/node'
import { afterEach, describe, expect, it } from 'vitest'
import type { Config } from '../../../edge/config.ts'
import { cloudfrontHandlers, type MswOptions } from '../../../msw/handlers.ts'
import { temporaryFolder } from '../local/fixture.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { items: { bucket: 'example-items', region: 'us-east-1' }, api: { domain: 'api.example.com' } },
  routes: [
    { path: '/uploads/*', origin: 'items', cache: 'never' },
    { path: '/api/*', origin: 'api', cache: 'never' },
    { path: '/*', origin: 'items', cache: { default: '24h' } },
  ],
}

let server: SetupServer | undefined
afterEach(() => {
  server?.close()
  server = undefined
})

async function listening(options: MswOptions, config = CONFIG): Promise<void> {
  server = setupServer(...(await cloudfrontHandlers(config, options)))
  server.listen({ onUnhandledFrame: 'error' })
}

const CDN = 'https://cdn.example.com'

describe('objects', () => {
  it('are bytes, texts, or have more to them', async () => {
    const lastModified = new Date('2026-11-01T12:00:00Z')
    const seconds = `${lastModified.getTime() / 1000}`
    const items = {
      'a b.txt': 'hello',
      raw: new Uint8Array([1, 2, 3]),
      'c.jpg': { body: 'x', contentType: 'image/jpeg', cacheControl: 'max-age=60', metadata: { version: '7' } },
      'd.jpg': { body: 'x', lastModified },
    }
    await listening({ buckets: { items } })
    const text = await fetch(`${CDN}/a%20b.txt`)
    expect([await text.text(), text.headers.get('content-type')]).toEqual(['hello', 'text/plain'])
    const raw = await fetch(`${CDN}/raw`)
    expect([...(await raw.bytes())]).toEqual([1, 2, 3])
    expect(raw.headers.get('content-length')).toBe('3')
    const cacheOf = async (path: string) => (await fetch(CDN + path)).headers.get('cache-control')
    expect(await cacheOf('/a%20b.txt')).toBe('public, max-age=86400')
    expect(await cacheOf('/c.jpg')).toBe('max-age=60')
    // The object bears these versions out.
    expect(await cacheOf('/c.jpg?v=7')).toBe('public, max-age=31536000, immutable')
    expect(await cacheOf(`/d.jpg?v=${seconds}`)).toBe('public, max-age=31536000, immutable')
    expect(await cacheOf('/d.jpg?v=8')).not.toContain('immutable')
  })

  it('are uploaded and removed by presigned URL', async () => {
    await listening({ buckets: { items: {} } })
    const url = `${CDN}/uploads/a.png?X-Amz-Signature=0`
    const headers = { 'content-type': 'image/png' }
    expect((await fetch(url)).status).toBe(404)
    expect((await fetch(url, { method: 'PUT', body: 'picture', headers })).status).toBe(200)
    const found = await fetch(url)
    expect([await found.text(), found.headers.get('content-type')]).toEqual(['picture', 'image/png'])
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(204)
    expect((await fetch(url)).status).toBe(404)
    expect((await fetch(url, { method: 'POST', body: '' })).status).toBe(405)
  })

  it('of a folder are below it', async () => {
    await listening({ buckets: { items: await temporaryFolder() } })
    for (const path of ['/..%2fa', '/%2e%2e/%2e%2e/etc/passwd', '/a%00', '/'])
      expect([400, 404]).toContain((await fetch(CDN + path)).status)
  })
})

it('tells of each request the key that it came to', async () => {
  const seen: unknown[] = []
  await listening({ buckets: { items: { 'a.txt': '' } }, onRequest: (request) => seen.push(request) })
  await fetch(`${CDN}/a.txt?utm_source=mail&v=2`)
  await fetch(`${CDN}/a%2fb%00`)
  const url = `${CDN}/a.txt?utm_source=mail&v=2`
  expect(seen).toEqual([
    { method: 'GET', url, status: 200, key: '/a.txt?v=2', rimlight: '' },
    { method: 'GET', url: `${CDN}/a%2fb%00`, status: 400, key: '', rimlight: '' },
  ])
})

it('leaves other hosts to other handlers', async () => {
  await listening({})
  await expect(fetch('https://cdn.example.com.example.org/a')).rejects.toThrow()
  await expect(fetch(`${CDN}/api/items`)).rejects.toThrow()
})

describe('what can’t be mocked says why', () => {
  const closed: Config = {
    ...CONFIG,
    routes: [
      { path: '/mine/*', origin: 'items', cache: { default: '1h' }, auth: { type: 'jwt', algorithms: ['HS256'] } },
      ...CONFIG.routes,
    ],
  }

  it('private routes', async () => {
    await expect(cloudfrontHandlers(closed)).rejects.toMatchObject({
      code: 'needs-grants',
      message:
        "the route /mine/* is private: expected grants: 'assumed', because nothing is verified here, found none; rimlight/local verifies signatures and tokens",
    })
    await listening({ grants: 'assumed', buckets: { items: { 'mine/a.txt': 'mine' } } }, closed)
    expect(await (await fetch(`${CDN}/mine/a.txt`)).text()).toBe('mine')
  })

  it('buckets that there are not', async () => {
    await expect(cloudfrontHandlers(CONFIG, { buckets: { api: {} } })).rejects.toMatchObject({
      code: 'unknown-bucket',
      message: 'buckets: expected S3 origins (items), found api',
    })
  })

  it('a config that is none', async () => {
    await expect(cloudfrontHandlers({ ...CONFIG, domains: [] })).rejects.toThrow(/domains/)
  })
})
