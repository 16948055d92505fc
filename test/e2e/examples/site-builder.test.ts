/** `examples/site-builder/`, from end to end: built, published, served at the tenant's URL, changed and invalidated. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { loadConfig } from '../../../build/config.ts'
import { main as publish } from '../../../cli/publish.ts'
import { type CloudFront, startCloudFront } from '../../../local/cloudfront.ts'
import { tenantsCommand } from '../../../tenants/commands.ts'
import { openTenants, type Tenants } from '../../../tenants/tenants.ts'
import { run } from '../../aws/fixture.ts'
import { install } from '../../aws/memory-aws.ts'
import { TenantAws } from '../../aws/tenant-aws.ts'
import { TENANT_COMMANDS } from '../../aws/tenant-commands.ts'
import { siteOf } from '../../sites.ts'
import { clockDependencies } from '../../tenants/clock.ts'
import { temporaryFolder } from '../../unit/local/fixture.ts'

const EXAMPLE = join(ROOT, 'examples/site-builder')

const aws = new TenantAws()
const clock = clockDependencies()
aws.now = () => clock.time

let folder: string
let dist: string
let store: string
let tenants: Tenants
let cloudfront: CloudFront
let installed: { restore(): void }
beforeAll(async () => {
  folder = await temporaryFolder()
  store = `sqlite:${join(folder, 'tenants.db')}`
  dist = await siteOf(await loadConfig(join(EXAMPLE, 'edge.config.ts')))
  installed = install(aws, TENANT_COMMANDS)
  tenants = await openTenants({ store, dist }, clock)
  cloudfront = await startCloudFront({ dist, tenants: { shop: '', blog: '' } })
  const { endpoint, region, accessKeyId, secretAccessKey } = cloudfront.s3
  vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint)
  vi.stubEnv('AWS_REGION', region)
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await tenants.close()
  installed.restore()
  await cloudfront.stop()
})

/** What the tenant has written becomes a folder. */
async function build(site: string): Promise<string> {
  const out = await temporaryFolder()
  await promisify(execFile)(process.execPath, [join(EXAMPLE, 'builder.ts'), site, out])
  return out
}

const published = async (site: string, tenant: string, ...args: string[]) => {
  const where = ['--tenant', tenant, '--store', store, '--dist', dist, '--manifest', join(folder, 'urls.json')]
  return run(publish, [await build(site), ...where, ...args])
}

/** A viewer of the tenant's URL, through the local CloudFront. */
async function viewed(url: string | URL) {
  const response = await cloudfront.fetch(`${url}`)
  return { status: response.status, xCache: response.headers.get('x-cache'), text: await response.text() }
}

/** What CloudFront was told to remove is removed from the caches here. */
const carryOut = async (): Promise<number> => {
  const { of, paths } = aws.invalidations.at(-1) ?? { of: '', paths: [] }
  const tenant = (await tenants.list()).find(({ awsId }) => awsId === of)?.tenant
  return cloudfront.invalidate(paths, tenant === undefined ? {} : { tenant })
}

it('build → publish → tenant URL → invalidate', async () => {
  const shop = join(EXAMPLE, 'shop.json')
  await tenants.getOrCreate('shop', { wait: true })
  await tenants.getOrCreate('blog', { wait: true })

  const first = await published(shop, 'shop')
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toContain('Uploaded 3 of 3 files')
  expect(first.stdout).toContain('\nshop is at https://shop.sites.example.com/\n')

  const url = await tenants.deploymentUrl('shop')
  expect(url).toBe('https://shop.sites.example.com/')
  const page = await viewed(url)
  expect(page).toMatchObject({ status: 200, text: expect.stringContaining('<p>Open from nine to six.</p>') })
  const [, style = ''] = /href="([^"]+)"/.exec(page.text) ?? []
  expect(await viewed(new URL(style, url))).toMatchObject({ status: 200, text: 'body { color: darkred }\n' })
  expect(await viewed(new URL('about/', url))).toMatchObject({ text: expect.stringContaining('Since 1911.') })
  expect(await viewed('https://blog.sites.example.com/')).toMatchObject({ status: 404 })

  const changed = join(folder, 'changed.json')
  const site = JSON.parse(await readFile(shop, 'utf8'))
  await writeFile(changed, JSON.stringify({ ...site, pages: { ...site.pages, '.': 'Closed on Mondays.' } }))
  const second = await published(changed, 'shop', '--json')
  const { tenant, uploads, unchanged, files } = JSON.parse(second.stdout)
  expect(tenant).toEqual({ id: 'shop', url, status: 'deployed' })
  expect([uploads, unchanged]).toEqual([[expect.objectContaining({ key: 'tenants/shop/index.html' })], 2])

  // The page's own URL stays what it was until it is invalidated; the one with its version is new at once.
  expect(await viewed(url)).toEqual({ ...page, xCache: 'Hit from cloudfront' })
  expect(files['index.html'].url).toMatch(/^https:\/\/shop\.sites\.example\.com\/index\.html\?v=[0-9a-f]{16}$/)
  expect(await viewed(files['index.html'].url)).toMatchObject({ text: expect.stringContaining('Closed on Mondays.') })

  await tenants.invalidate('shop', ['#/index.html'], { wait: true })
  expect(await carryOut()).toBeGreaterThan(0)
  expect(await viewed(url)).toMatchObject({
    xCache: 'Miss from cloudfront',
    text: expect.stringContaining('Closed on Mondays.'),
  })
  expect(await viewed(new URL('about/', url))).toMatchObject({ xCache: 'Hit from cloudfront' })
})

it('what the builder called its calls is one call of the library each', async () => {
  const builder = {
    createTenantDistribution: (tenant: string) => tenants.create(tenant, { wait: true }),
    getTenantDistribution: (tenant: string) => tenants.get(tenant),
    getOrCreateTenantDistribution: (tenant: string) => tenants.getOrCreate(tenant),
    invalidateTenantCache: (tenant: string, paths: string[]) => tenants.invalidate(tenant, paths),
    deleteTenantDistribution: (tenant: string) => tenants.delete(tenant),
  }
  const rows = async () => (await tenants.list()).map(({ tenant }) => tenant)
  const before = await rows()
  expect(await builder.getTenantDistribution('inn')).toBeNull()
  const made = await builder.createTenantDistribution('inn')
  // `storeTenantDistribution` is part of it: id, domain, status, unique id and creation time are in the database.
  expect(made).toMatchObject({
    awsId: expect.stringMatching(/^dt_/),
    domain: 'inn.sites.example.com',
    status: 'deployed',
    uniqueId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  })
  expect(await rows()).toEqual([...before, 'inn'].toSorted())
  expect(await builder.getTenantDistribution('inn')).toEqual(made)
  expect(await builder.getOrCreateTenantDistribution('inn')).toEqual(made)
  expect(await builder.invalidateTenantCache('inn', ['/*'])).toMatchObject({ tenant: 'inn', paths: ['/*'] })
  expect(aws.invalidations.at(-1)?.of).toBe(made.awsId)
  expect((await builder.deleteTenantDistribution('inn')).status).toBe('deleted')
  expect([await builder.getTenantDistribution('inn'), await rows()]).toEqual([null, before])
  expect([...aws.tenants.values()].some(({ tenant }) => tenant.Name?.endsWith('-inn'))).toBe(false)
})

it('another tenant’s site is another, by the commands as well', async () => {
  const own = join(folder, 'blog.json')
  await writeFile(own, JSON.stringify({ title: 'Blog', colour: 'navy', pages: { '.': 'Hello.' } }))
  const dependencies = {
    ...clock,
    interrupt: () => ({ signal: new AbortController().signal, close() {} }),
    ask: null,
    verify: async () => [],
  }
  const tenantsMain = (...args: string[]) =>
    run(tenantsCommand(dependencies), [...args, '--store', store, '--dist', dist])
  expect(await tenantsMain('create', 'blog', '--yes')).toMatchObject({ code: 0 })
  expect((await published(own, 'blog')).stdout).toContain('blog is at https://blog.sites.example.com/')
  // It was asked for before there was anything: the 404 is in the cache.
  expect(await tenantsMain('invalidate', 'blog', '/*')).toMatchObject({ code: 0 })
  expect(await carryOut()).toBe(1)
  expect(await viewed('https://blog.sites.example.com/')).toMatchObject({ text: expect.stringContaining('Hello.') })
  expect(await viewed('https://shop.sites.example.com/')).toMatchObject({ text: expect.stringContaining('Closed on') })
})

it('what can’t be published says why', async () => {
  const shop = join(EXAMPLE, 'shop.json')
  expect(await published(shop, 'bakery')).toMatchObject({
    code: 2,
    stderr: `unknown tenant: expected one that ${store} has, found none called bakery; \`rimlight tenants create bakery\` makes it\n`,
  })
  expect((await published(shop, 'Shop')).stderr).toMatch(/^expected a tenant's id of 1 to 63 lower-case letters/)
  expect((await published(shop, 'shop', '--url', 'https://a')).stderr).toMatch(/^expected --dist or --url, found both/)
})
