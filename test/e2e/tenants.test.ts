/** Several tenants of one multi-tenant distribution, by their host names. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BuiltBundle, readBundle } from '../../bundle/read-bundle.ts'
import type { Config, Route } from '../../edge/config.ts'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { realTenantDependencies } from '../../tenants/commands/session.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { type Built, built, started } from './site.ts'

const CONFIG: Config = {
  domains: ['sites.example.com'],
  origins: { sites: { bucket: 'example-sites', region: 'us-east-1' }, api: { domain: 'api.example.com' } },
  routes: [
    { path: '/api/*', origin: 'api', cache: { default: '60s' } },
    { path: '/*', origin: 'sites', cache: { default: '1h' }, images: true },
  ],
}

const picture = (colour: string) =>
  sharp({ create: { width: 120, height: 80, channels: 3, background: colour } })
    .jpeg()
    .toBuffer()

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
let site: Built
beforeAll(async () => {
  origin = await openOrigin((request, response) => response.end(`${request.url}`))
  const shop = await folderOf({ 'a.txt': 'shop', 'photo.jpg': await picture('red') })
  const blog = await folderOf({ 'a.txt': 'blog', 'photo.jpg': await picture('blue'), 'only.txt': 'of the blog' })
  site = await built(CONFIG)
  cloudfront = await startCloudFront({
    dist: site.dist,
    origins: { api: origin.url },
    tenants: { shop, blog: { folder: blog, hostNames: ['Blog.Example.org'] } },
  })
})
afterAll(async () => {
  await cloudfront.stop()
  await site.remove()
  await origin.close()
})

async function ask(tenant: string, path: string, headers: Record<string, string> = {}) {
  const host = tenant.includes('.') ? tenant : `${tenant}.sites.example.com`
  const response = await cloudfront.fetch(`https://${host}${path}`, { headers })
  const body = Buffer.from(await response.arrayBuffer())
  return {
    status: response.status,
    xCache: response.headers.get('x-cache'),
    id: response.headers.get('x-amz-cf-id') ?? '',
    text: `${body}`,
    body,
  }
}

describe('each tenant', () => {
  it('has objects and cache keys of its own', async () => {
    expect(await ask('shop', '/a.txt')).toMatchObject({ text: 'shop', xCache: 'Miss from cloudfront' })
    expect(await ask('blog', '/a.txt')).toMatchObject({ text: 'blog', xCache: 'Miss from cloudfront' })
    expect(await ask('shop', '/a.txt')).toMatchObject({ text: 'shop', xCache: 'Hit from cloudfront' })
    expect(await ask('blog', '/a.txt')).toMatchObject({ text: 'blog', xCache: 'Hit from cloudfront' })
    expect(await ask('blog', '/only.txt')).toMatchObject({ status: 200, text: 'of the blog' })
    expect(await ask('shop', '/only.txt')).toMatchObject({ status: 404 })
  })

  it('has several names for one cache', async () => {
    await ask('blog', '/only.txt')
    for (const name of ['blog.localhost', 'blog.example.org', 'BLOG.Example.ORG']) {
      expect(await ask(name, '/only.txt')).toMatchObject({ text: 'of the blog', xCache: 'Hit from cloudfront' })
    }
  })

  it('has renditions of its own pictures', async () => {
    const colourOf = async (tenant: string) => {
      const { body, status } = await ask(tenant, '/photo.jpg?w=64', { accept: 'image/webp' })
      const { dominant } = await sharp(body).stats()
      return [status, (await sharp(body).metadata()).format, dominant.r > 200, dominant.b > 200]
    }
    expect(await colourOf('shop')).toEqual([200, 'webp', true, false])
    expect(await colourOf('blog')).toEqual([200, 'webp', false, true])
  })

  it('shares an API, which is one for all, but not what is cached of it', async () => {
    for (const tenant of ['shop', 'blog']) {
      expect(await ask(tenant, '/api/a')).toMatchObject({ text: '/api/a', xCache: 'Miss from cloudfront' })
    }
  })

  it('is invalidated alone, or with all others', async () => {
    await Promise.all([ask('shop', '/a.txt'), ask('blog', '/a.txt')])
    expect(await cloudfront.invalidate(['/a.txt'], { tenant: 'shop' })).toBe(1)
    expect((await ask('blog', '/a.txt')).xCache).toBe('Hit from cloudfront')
    expect((await ask('shop', '/a.txt')).xCache).toBe('Miss from cloudfront')
    expect(await cloudfront.invalidate(['/a.txt'])).toBe(2)
    await expect(cloudfront.invalidate(['/a.txt'], { tenant: 'toString' })).rejects.toMatchObject({
      code: 'unknown-tenant',
      message: 'tenant: expected shop, blog, found "toString"',
    })
  })

  it('keeps its host name when it is sent to HTTPS', async () => {
    const { port } = new URL(cloudfront.httpsUrl)
    const response = await cloudfront.fetch('http://shop.sites.example.com/a.txt?b=c')
    expect([response.status, response.headers.get('location')]).toEqual([
      301,
      `https://shop.sites.example.com:${port}/a.txt?b=c`,
    ])
  })
})

it('a host name that no tenant has is refused, whatever it is of the distribution', async () => {
  for (const name of ['sites.example.com', 'localhost', 'other.sites.example.com', 'd111111abcdef8.cloudfront.net']) {
    const asked = await viaHttp1(`GET /a.txt HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`)
    expect(asked).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/)
    expect(asked).toContain('X-Cache: Error from cloudfront')
    expect(asked).toContain(`No tenant here is called ${name}.`)
  }
})

async function viaHttp1(request: string): Promise<string> {
  const socket = connectTls(Number(new URL(cloudfront.httpsUrl).port), '127.0.0.1', { rejectUnauthorized: false })
  socket.write(request)
  return text(socket)
}

it('the page, the requests and their traces say which tenant it is', async () => {
  const { id } = await ask('shop', '/a.txt?x=1')
  await expect
    .poll(() => cloudfront.requests().at(-1))
    .toMatchObject({ id, tenant: 'shop', host: 'shop.sites.example.com' })
  const steps = (await cloudfront.trace(id))?.steps
  expect(steps?.[0]).toEqual({ step: 'tenant', tenant: 'shop', prefix: 'tenants/shop' })
  expect(steps?.find(({ step }) => step === 'key')).toMatchObject({ key: { tenant: 'shop', path: '/a.txt' } })
  const { port } = new URL(cloudfront.httpsUrl)
  expect(cloudfront.httpsUrl).toBe(`https://shop.localhost:${port}`)
  expect(cloudfront.site.tenants).toMatchObject([
    { id: 'shop', url: `https://shop.localhost:${port}`, hostNames: ['shop.localhost', 'shop.sites.example.com'] },
    { id: 'blog', hostNames: ['blog.localhost', 'blog.sites.example.com', 'blog.example.org'] },
  ])
  const page = await cloudfront.fetch('https://blog.sites.example.com/__rimlight/site')
  expect(await page.json()).toEqual(cloudfront.site)
  const key = await cloudfront.fetch('/__rimlight/key', {
    method: 'POST',
    body: JSON.stringify({ url: 'https://blog.localhost/a.txt' }),
  })
  expect(await key.json()).toMatchObject({ kind: 'key', text: expect.stringMatching(/^blog \/\* \/a\.txt /) })
})

it('an object that is uploaded below a prefix is that tenant’s, and caches that persist stay apart', async () => {
  const persist = await temporaryFolder()
  const options = { persist, tenants: { one: '', two: '' }, tenantKeyPrefix: 'sites/all', tenantDomain: 'example.net' }
  const askOne = async (running: CloudFront, tenant: string) => {
    const response = await running.fetch(`https://${tenant}.example.net/x.txt`)
    return [response.status, response.headers.get('x-cache'), await response.text()]
  }
  const first = await started(CONFIG, options)
  const { endpoint, region, ...credentials } = first.s3
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  for (const tenant of ['one', 'two']) {
    await s3.send(
      new PutObjectCommand({ Bucket: 'example-sites', Key: `sites/all/${tenant}/x.txt`, Body: `of ${tenant}` }),
    )
    expect(await askOne(first, tenant)).toEqual([200, 'Miss from cloudfront', `of ${tenant}`])
  }
  s3.destroy()
  await first.stop()

  const second = await started(CONFIG, options)
  expect(await second.invalidate(['/*'], { tenant: 'two' })).toBe(1)
  expect(await askOne(second, 'one')).toEqual([200, 'Hit from cloudfront', 'of one'])
  expect(await askOne(second, 'two')).toEqual([200, 'Miss from cloudfront', 'of two'])
  await second.stop()
})

it('an S3-compatible endpoint in place of the bucket is asked below the prefix', async () => {
  const s3 = await openOrigin((request, response) => response.end(`${request.url}`))
  const running = await started(CONFIG, { origins: { sites: s3.url }, tenants: { shop: '' } })
  expect(await (await running.fetch('/a.txt')).text()).toBe('/example-sites/tenants/shop/a.txt')
  await running.stop()
  await s3.close()
})

it('what an upgrade verifies by default is asked of the tenant, over HTTPS', async () => {
  const bundle = await readBundle(site.dist)
  const verified = (of: BuiltBundle) => realTenantDependencies.verify(of, new URL(cloudfront.httpsUrl))
  expect(await verified(bundle)).toEqual([])
  expect(cloudfront.requests().at(-1)).toMatchObject({ tenant: 'shop', scheme: 'https' })
  const other = await built({ ...CONFIG, headers: { setResponse: { 'x-frame-options': 'DENY' } } })
  expect(await verified(await readBundle(other.dist))).not.toEqual([])
  await other.remove()
  expect(await realTenantDependencies.verify(bundle, new URL('https://127.0.0.1:1'))).toEqual([
    expect.stringMatching(/^nobody answers at https:\/\/127\.0\.0\.1:1: /),
  ])
}, 120_000)

describe('what can not be is said', () => {
  it.each([
    [{ Shop: '' }, 'tenant-id', /^expected a tenant's id of 1 to 63 lower-case letters, .*, found "Shop"$/],
    [
      { a: { hostNames: ['x.example.org'] }, b: { hostNames: ['X.example.org'] } },
      'host-name-twice',
      /^x\.example\.org: expected one tenant of this name, found a and b$/,
    ],
    [
      { a: { hostNames: ['x'] } },
      'option-value',
      /^tenant a: expected a host name such as sites.example.com, found "x"$/,
    ],
    [{ a: '/nowhere' }, 'folder-not-found', /^expected a folder, found none at \/nowhere /],
  ])('%j', async (tenants, code, message) => {
    await expect(startCloudFront({ dist: site.dist, tenants })).rejects.toMatchObject({
      name: 'InputError',
      code,
      message: expect.stringMatching(message),
    })
  })

  it('private routes: their grants would be those of all tenants', async () => {
    const auth: Route['auth'] = { type: 'jwt', algorithms: ['HS256'], path: 'path' }
    const [api, rest] = CONFIG.routes as [Route, Route]
    const guarded = await built({
      ...CONFIG,
      routes: [api, { path: '/mine/*', origin: 'sites', cache: {}, auth }, rest],
    })
    await expect(startCloudFront({ dist: guarded.dist, tenants: { shop: '' } })).rejects.toMatchObject({
      code: 'private-routes',
      found: '/mine/*',
    })
    await guarded.remove()
  })
})
