/** A plain client that is not ours, from the outside: curl. */
import { execFile, spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { SAMPLES } from '../../local/host/origin-targets.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, images: true }],
}

let cloudfront: CloudFront
beforeAll(async () => {
  cloudfront = await started(CONFIG)
})
afterAll(() => cloudfront.stop())

const run = promisify(execFile)
const version = spawnSync('curl', ['--version'], { encoding: 'utf8' }).stdout ?? ''

beforeEach((context) => {
  if (!version.includes('HTTP2')) context.skip('no curl that speaks HTTP/2 is on this machine')
})

/** Nothing of a `.curlrc` or a proxy; `--disable` has to be the first. */
const OPTIONS = ['--disable', '--noproxy', '*', '--silent', '--show-error', '--insecure']

/** @returns what it prints */
async function printed(target: string, options: string[], scheme: 'http' | 'https' = 'https'): Promise<Buffer> {
  const ports = { http: new URL(cloudfront.httpUrl).port, https: new URL(cloudfront.httpsUrl).port }
  const hosts = Object.values(ports).flatMap((port) => ['--resolve', `cdn.example.com:${port}:127.0.0.1`])
  const url = `${scheme}://cdn.example.com:${ports[scheme]}${target}`
  const all = [...OPTIONS, ...hosts, ...options, url]
  return (await run('curl', all, { encoding: 'buffer', maxBuffer: 10_000_000 })).stdout
}

async function curl(target: string, options: string[] = [], scheme: 'http' | 'https' = 'https') {
  const output = await printed(target, ['--include', ...options], scheme)
  const end = output.indexOf('\r\n\r\n')
  const [line = '', ...fields] = output.subarray(0, end).toString('latin1').split('\r\n')
  const [protocol, status] = line.split(' ')
  const headers = Object.fromEntries(
    fields.map((field) => field.split(/: (.*)/, 2)).map(([name = '', value]) => [name.toLowerCase(), value]),
  )
  return { protocol, status: Number(status), headers, body: output.subarray(end + 4) }
}

const path = '/photos/lighthouse.jpg'
const original = () => readFile(join(SAMPLES, path))

it('gets the original, a Miss, then a Hit', async () => {
  await cloudfront.invalidate(['/*'])
  for (const result of ['Miss', 'Hit']) {
    const { status, headers, body } = await curl(path)
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'image/jpeg', 'x-cache': `${result} from cloudfront` })
    expect(body.equals(await original())).toBe(true)
  }
})

it.each([
  ['--http2', 'HTTP/2'],
  ['--http1.1', 'HTTP/1.1'],
])('gets WebP where it accepts that, a Miss, then a Hit: %s', async (option, expected) => {
  await cloudfront.invalidate(['/*'])
  for (const result of ['Miss', 'Hit']) {
    const found = await curl(`${path}?w=600`, [option, '--header', 'accept: image/webp,*/*'])
    expect([found.protocol, found.status]).toEqual([expected, 200])
    expect(found.headers).toMatchObject({
      'content-type': 'image/webp',
      'x-rimlight': 'webp; 640x427; q=80',
      'x-cache': `${result} from cloudfront`,
      vary: 'accept',
    })
    const { format, width } = await sharp(found.body).metadata()
    expect([format, width, found.body.length]).toEqual(['webp', 640, Number(found.headers['content-length'])])
  }
})

it('HEAD: the headers of the GET, and no body', async () => {
  const whole = await curl(path)
  const { status, headers, body } = await curl(path, ['--head'])
  expect([status, body.length]).toEqual([200, 0])
  expect(headers).toMatchObject({ 'content-length': String(whole.body.length), etag: whole.headers.etag })
})

it('a range', async () => {
  const { status, headers, body } = await curl(path, ['--range', '100-299'])
  const bytes = await original()
  expect([status, headers['content-range']]).toEqual([206, `bytes 100-299/${bytes.length}`])
  expect(body.equals(bytes.subarray(100, 300))).toBe(true)
})

it('goes on with a download where it broke off', async () => {
  const file = join(await temporaryFolder(), 'lighthouse.jpg')
  const bytes = await original()
  await writeFile(file, bytes.subarray(0, 1000))
  await printed(path, ['--continue-at', '-', '--output', file])
  expect((await readFile(file)).equals(bytes)).toBe(true)
})

it.each([
  ['if-none-match', 'etag', '"other"'],
  ['if-modified-since', 'last-modified', 'Sat, 01 Jan 2000 00:00:00 GMT'],
])('%s: 304 for what it has', async (condition, validator, other) => {
  const { headers } = await curl(path)
  const { status, body } = await curl(path, ['--header', `${condition}: ${headers[validator]}`])
  expect([status, body.length]).toEqual([304, 0])
  expect((await curl(path, ['--header', `${condition}: ${other}`])).status).toBe(200)
})

it('http:// is redirected to https://, the port of this machine included, and followed', async () => {
  const target = `${path}?w=600&v=1`
  const { status, headers } = await curl(target, [], 'http')
  const { port } = new URL(cloudfront.httpsUrl)
  expect(status).toBe(301)
  expect(headers).toMatchObject({
    location: `https://cdn.example.com:${port}${target}`,
    'x-cache': 'Redirect from cloudfront',
  })
  const { width } = await sharp(await printed(target, ['--location'], 'http')).metadata()
  expect(width).toBe(640)
})
