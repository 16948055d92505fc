/** That no tenant reads what another has, whatever the path: two tenants of one local CloudFront, and paths by the thousand. */
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { readingsOf } from '../contract/viewer-oracle.ts'
import { runs, sampleOf } from '../runs.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { started } from './site.ts'
import { climbingPaths, listedPaths, PIECES } from './tenant-paths.ts'

/** Routes that are cached and that are not, with renditions and index documents, on one bucket. */
const CONFIG: Config = {
  domains: ['sites.example.com'],
  origins: { sites: { bucket: 'example-sites', region: 'us-east-1' } },
  routes: [
    { path: '/raw/*', origin: 'sites', cache: { default: '1h' }, version: null },
    { path: '/*', origin: 'sites', cache: { default: '1h' }, images: true, index: 'site' },
  ],
}

const SECRET = 'what no other tenant may read'

/** Keys that are not those of the tenant `shop`, from a folder and uploaded. */
const SECRETS = ['tenants/blog/secret.txt', 'tenants/blog/uploaded.txt', 'tenants/shop-2/secret.txt', 'root.txt']

let cloudfront: CloudFront
let session: ClientHttp2Session
beforeAll(async () => {
  const folder = await temporaryFolder()
  for (const tenant of ['shop', 'blog']) await mkdir(join(folder, tenant))
  await writeFile(join(folder, 'blog/secret.txt'), SECRET)
  await writeFile(join(folder, 'shop/a.txt'), 'of the shop')
  const tenants = { shop: join(folder, 'shop'), blog: join(folder, 'blog') }
  cloudfront = await started(CONFIG, { tenants })
  const { endpoint, region, ...credentials } = cloudfront.s3
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  for (const Key of SECRETS.slice(1))
    await s3.send(new PutObjectCommand({ Bucket: 'example-sites', Key, Body: SECRET }))
  s3.destroy()
  session = connectHttp2(`https://localhost:${portOf(cloudfront)}`, { rejectUnauthorized: false })
})
afterAll(async () => {
  session.destroy()
  await cloudfront.stop()
})

const portOf = ({ httpsUrl }: CloudFront) => new URL(httpsUrl).port

type Answer = { path: string; status: number; body: string; keys: string[] }

/** What somebody gets who asks the shop, and the keys that the bucket was asked for meanwhile. */
async function askShop(path: string): Promise<Answer> {
  const { status, id, body } = /^[\x21-\x7e]+$/.test(path) ? await overHttp2(path) : await overHttp1(path)
  const trace = id === '' ? undefined : await cloudfront.trace(id)
  const keys = (trace?.steps ?? []).flatMap((step) =>
    step.step === 'origin' ? [step.url.replace('s3://example-sites', '').replace(/\?.*$/s, '')] : [],
  )
  return { path, status, body, keys }
}

async function overHttp2(path: string, host = 'shop.sites.example.com') {
  const stream = session.request({ ':authority': host, ':path': path })
  const [head] = await once(stream, 'response')
  return { status: Number(head[':status']), id: String(head['x-amz-cf-id'] ?? ''), body: await text(stream) }
}

/** For what HTTP/2's client does not send: bytes beyond ASCII, spaces, control characters. */
async function overHttp1(path: string) {
  const socket = connectTls(Number(portOf(cloudfront)), '127.0.0.1', { rejectUnauthorized: false })
  const target = path.replace(/[\r\n]/g, encodeURIComponent)
  socket.write(`GET ${target} HTTP/1.1\r\nHost: shop.sites.example.com\r\nConnection: close\r\n\r\n`)
  const answer = await text(socket)
  const [, status = '0'] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? []
  const [, id = ''] = /^x-amz-cf-id: (.*)$/im.exec(answer) ?? []
  return { status: Number(status), id: id.trim(), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) }
}

/** Another tenant's bytes, or a key that is not below the prefix however it is read. */
const isRead = ({ body, keys }: Answer): boolean =>
  body.includes(SECRET) || keys.some((key) => !readingsOf(key).every((reading) => reading.startsWith('/tenants/shop/')))

/** One after the other: what is asked for at the same time may share an answer. */
async function askAll(paths: readonly string[]): Promise<Answer[]> {
  const answers: Answer[] = []
  for (const path of paths) answers.push(await askShop(path))
  return answers
}

it('the others’ objects are there, for those who may read them', async () => {
  for (const path of ['/secret.txt', '/uploaded.txt']) {
    expect(await overHttp2(path, 'blog.sites.example.com')).toMatchObject({ status: 200, body: SECRET })
  }
  expect(isRead({ path: '', status: 200, body: '', keys: ['/tenants/shop/..%2Fblog/secret.txt'] })).toBe(true)
  expect(await askShop('/a.txt')).toMatchObject({ status: 200, body: 'of the shop', keys: ['/tenants/shop/a.txt'] })
})

it('of the project’s own list of paths, none reads across', { timeout: 300_000 }, async () => {
  const all = climbingPaths(SECRETS)
  expect(all.length).toBeGreaterThan(7_000)
  const paths = sampleOf(all)
  const answers = await askAll(paths)
  expect(answers.filter(isRead)).toEqual([])
  // Not all are refused: the bucket was asked for many, below the prefix.
  expect(answers.filter(({ keys }) => keys.length > 0).length).toBeGreaterThan(paths.length / 5)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400, 404]))
})

it('nor of paths at random', async () => {
  const path = fc
    .array(fc.constantFrom(...PIECES, '/', '/', '..'), { maxLength: 12 })
    .map((pieces) => `/${pieces.join('')}`)
  await fc.assert(
    fc.asyncProperty(path, async (one) => {
      expect(isRead(await askShop(one))).toBe(false)
    }),
    { numRuns: runs(300) },
  )
})

/** Files with further paths, with commas between them. */
const LISTS = process.env.RIMLIGHT_PATHS?.split(',') ?? []

const listed = LISTS.length > 0 ? it : it.skip
listed(
  'nor of the lists that RIMLIGHT_PATHS names, files with paths',
  async () => {
    for (const list of LISTS) {
      const paths = listedPaths(list, SECRETS)
      const answers = await askAll(paths)
      console.info(
        `${list}: ${answers.length} paths, ${answers.filter(({ keys }) => keys.length > 0).length} to the bucket`,
      )
      expect(answers.filter(isRead)).toEqual([])
    }
  },
  600_000,
)
