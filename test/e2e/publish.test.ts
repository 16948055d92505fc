/** `rimlight publish` with the real SDK, against a real S3 over HTTP: the bucket of the local CloudFront. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { main } from '../../cli/publish.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { encodeHeic, NO_ENCODER } from '../images/heic.ts'
import { photo } from '../images/pictures.ts'
import { type Listener, listening } from '../listener.ts'
import { runs } from '../runs.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { type Built, built } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-central-1', prefix: 'site' },
    plain: { bucket: 'example-plain', region: 'eu-central-1' },
  },
  routes: [
    { path: '/private/*', origin: 'photos', cache: 'never' },
    { path: '/plain/*', origin: 'plain', cache: {}, version: null },
    { path: '/*', origin: 'photos', cache: { default: '24h' } },
  ],
}

const RIMLIGHT = fileURLToPath(new URL('../../cli/rimlight.mjs', import.meta.url))
const YEAR = 'public, max-age=31536000, immutable'

let site: Built
let cloudfront: CloudFront
let front: Listener
let s3: S3Client
/** What came to the listener in front of the bucket: method and key. */
let asked: string[] = []
/** Whether it has answered in the bucket's place. */
let answer: (request: IncomingMessage, response: ServerResponse) => boolean

beforeAll(async () => {
  site = await built(CONFIG)
  cloudfront = await startCloudFront({ dist: site.dist })
  const { endpoint, region, ...credentials } = cloudfront.s3
  s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  front = await listening(
    createServer((request, response) => {
      asked.push(`${request.method} ${decodeURIComponent(request.url?.replace(/\?.*/, '') ?? '')}`)
      if (!answer(request, response)) passOn(request, response)
    }),
  )
})
afterAll(async () => {
  s3.destroy()
  await front.close()
  await cloudfront.stop()
  await site.remove()
})

beforeEach(() => {
  asked = []
  answer = () => false
  for (const [name, value] of Object.entries(environment())) vi.stubEnv(name, value)
})
afterEach(() => vi.unstubAllEnvs())

const environment = () => ({
  AWS_ENDPOINT_URL_S3: front.url,
  AWS_ACCESS_KEY_ID: cloudfront.s3.accessKeyId,
  AWS_SECRET_ACCESS_KEY: cloudfront.s3.secretAccessKey,
  AWS_REGION: 'eu-central-1',
})

function passOn(request: IncomingMessage, response: ServerResponse): void {
  const { endpoint } = cloudfront.s3
  const upstream = send(endpoint, {
    agent: false,
    method: request.method,
    path: request.url,
    headers: request.rawHeaders,
    setHost: false,
  })
  upstream.once('response', (found) => {
    response.writeHead(found.statusCode ?? 502, found.rawHeaders)
    found.pipe(response)
  })
  upstream.once('error', () => response.destroy())
  request.pipe(upstream)
}

async function folderOf(files: Record<string, string | Buffer>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

async function run(...args: string[]) {
  asked = []
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

/** With the bundle, and a manifest of its own. */
async function publish(folder: string, to: string, ...args: string[]) {
  const manifest = join(await temporaryFolder(), 'urls.json')
  const done = await run(folder, to, '--dist', site.dist, '--manifest', manifest, ...args)
  return { ...done, manifest, urls: () => readFile(manifest, 'utf8').then(JSON.parse) }
}

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')
const count = (method: string): number => asked.filter((line) => line.startsWith(`${method} `)).length

const stored = (key: string, bucket = 'example-photos') =>
  s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }))

const numbered = (length: number) =>
  Object.fromEntries(Array.from({ length }, (_, i) => [`${i % 10}/${i}.txt`, `file ${i}`]))

describe('a folder', () => {
  it('of 1,000 files is uploaded once; of one change, one upload', async () => {
    const files = runs(1_000)
    const folder = await folderOf(numbered(files))
    const first = await publish(folder, 's3://example-photos/site/thousand')
    expect(first).toMatchObject({ code: 0, stderr: '' })
    expect([count('PUT'), count('HEAD'), count('GET')]).toEqual([files, 0, 1])

    await writeFile(join(folder, '7/7.txt'), 'FILE 7')
    const changed = await publish(folder, 's3://example-photos/site/thousand')
    const version = sha256('FILE 7').slice(0, 16)
    expect(changed.stdout).toBe(
      `Uploaded 1 of ${files.toLocaleString('en')} files, 6 B, to s3://example-photos/site/thousand/\n\n  changed  https://cdn.example.com/thousand/7/7.txt?v=${version}\n\nThe URLs of all files: ${changed.manifest}\n`,
    )
    expect(asked.filter((line) => line.startsWith('PUT'))).toEqual(['PUT /example-photos/site/thousand/7/7.txt'])
    // One page of a listing, and a look at each file of the same size.
    expect([count('PUT'), count('HEAD'), count('GET')]).toEqual([1, files, 1])

    const before = await first.urls()
    const urls = await changed.urls()
    expect(Object.keys(urls)).toEqual(Object.keys(before))
    expect(Object.keys(urls).filter((path) => urls[path].url !== before[path].url)).toEqual(['7/7.txt'])
  })

  it('interrupted by Ctrl-C half way, and run again: the rest', async () => {
    const folder = await folderOf(numbered(200))
    const manifest = join(await temporaryFolder(), 'urls.json')
    const args = [folder, 's3://example-photos/site/interrupted', '--dist', site.dist, '--manifest', manifest]
    const child = spawn(process.execPath, [RIMLIGHT, 'publish', ...args], { env: { ...process.env, ...environment() } })
    let done = 0
    answer = (request, response) => {
      if (request.method !== 'PUT') return false
      // Whatever comes now waits for an answer.
      if (done === 100) return true
      if (++done === 100) response.once('finish', () => child.kill('SIGINT'))
      return false
    }
    const [stderr, stdout, [code]] = await Promise.all([
      buffer(child.stderr),
      buffer(child.stdout),
      once(child, 'close'),
    ])
    const [, said] =
      /^Interrupted: (\d+) of 200 files are uploaded; run the same command again: it uploads the rest\n$/.exec(
        stderr.toString(),
      ) ?? [stderr.toString()]
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 130, stdout: '' })
    expect(Number(said)).toBeLessThanOrEqual(100)
    expect(Number(said)).toBeGreaterThan(80)
    expect(await readdir(dirname(manifest))).toEqual([])

    answer = () => false
    const rest = await run(...args)
    expect(rest).toMatchObject({ code: 0, stderr: '' })
    // What was on its way at the Ctrl-C may have come through or not.
    expect(count('PUT')).toBeGreaterThanOrEqual(100)
    expect(count('PUT')).toBeLessThanOrEqual(116)
    expect(Object.keys(JSON.parse(await readFile(manifest, 'utf8')))).toHaveLength(200)
  })
})

describe('an object', () => {
  it('has its type, its hash and a checksum that S3 verified, and its URL is cached for a year', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    const folder = await folderOf({
      'icons/a b+ü.svg': svg,
      'empty.css': '',
      'sub/photo.AVIF': Buffer.alloc(3_000_000, 7),
    })
    const { code, urls, manifest } = await publish(folder, 's3://example-photos/site/types')
    expect(code).toBe(0)
    expect(await stored('site/types/icons/a b+ü.svg')).toMatchObject({
      ContentType: 'image/svg+xml',
      ContentLength: svg.length,
      Metadata: { sha256: sha256(svg) },
      ChecksumSHA256: Buffer.from(sha256(svg), 'hex').toString('base64'),
    })
    const { ContentType, CacheControl, ContentEncoding } = await stored('site/types/empty.css')
    expect([ContentType, CacheControl, ContentEncoding]).toEqual(['text/css; charset=utf-8', undefined, undefined])
    expect(await stored('site/types/sub/photo.AVIF')).toMatchObject({
      ContentType: 'image/avif',
      ContentLength: 3_000_000,
      Metadata: { sha256: sha256(Buffer.alloc(3_000_000, 7)) },
    })

    const found = await urls()
    expect(found).toEqual({
      'empty.css': {
        url: `https://cdn.example.com/types/empty.css?v=${sha256('').slice(0, 16)}`,
        key: 'site/types/empty.css',
        sha256: sha256(''),
        bytes: 0,
        contentType: 'text/css; charset=utf-8',
      },
      'icons/a b+ü.svg': {
        url: `https://cdn.example.com/types/icons/a%20b%2B%C3%BC.svg?v=${sha256(svg).slice(0, 16)}`,
        key: 'site/types/icons/a b+ü.svg',
        sha256: sha256(svg),
        bytes: svg.length,
        contentType: 'image/svg+xml',
      },
      'sub/photo.AVIF': expect.objectContaining({ bytes: 3_000_000 }),
    })
    expect(Object.keys(found)).toEqual(['empty.css', 'icons/a b+ü.svg', 'sub/photo.AVIF'])
    expect((await readFile(manifest, 'utf8')).endsWith('}\n')).toBe(true)

    const versioned = await cloudfront.fetch(found['icons/a b+ü.svg'].url)
    expect([versioned.status, await versioned.text(), versioned.headers.get('cache-control')]).toEqual([200, svg, YEAR])
    const again = await publish(folder, 's3://example-photos/site/types')
    expect(again.stdout).toBe(
      `Nothing to upload: 3 files are in s3://example-photos/site/types/ as they are here\nThe URLs of all files: ${again.manifest}\n`,
    )
    expect(await readFile(again.manifest, 'utf8')).toBe(await readFile(manifest, 'utf8'))
    expect([count('PUT'), count('HEAD'), count('GET')]).toEqual([0, 3, 1])

    const bare = await cloudfront.fetch('/types/icons/a%20b%2B%C3%BC.svg')
    expect([await bare.text(), bare.headers.get('cache-control')]).toEqual([svg, 'public, max-age=86400'])
  })

  it('with --previews: what the edge itself makes of it, beside its URL; other files have none', async () => {
    const picture = await photo(600, 400).jpeg({ quality: 90 }).toBuffer()
    const folder = await folderOf({ 'a.jpg': picture, 'b.txt': 'b', 'broken.jpg': picture.subarray(0, 400) })
    const { code, urls } = await publish(folder, 's3://example-photos/site/previews', '--previews')
    expect(code).toBe(0)
    const { 'a.jpg': a, ...others } = await urls()
    expect(a).toMatchObject({
      bytes: picture.length,
      width: 600,
      height: 400,
      color: expect.stringMatching(/^#\w{6}$/),
    })
    const [, base64 = ''] = /^data:image\/webp;base64,(.+)$/.exec(a.preview) ?? []
    const preview = Buffer.from(base64, 'base64')
    expect(preview.length).toBeLessThan(200)
    expect(await sharp(preview).metadata()).toMatchObject({ format: 'webp', width: 16, height: 11 })
    for (const other of Object.values(others)) expect(other).not.toHaveProperty('preview')
  })

  describe.skipIf(NO_ENCODER)('with --convert-heic', () => {
    const to = 's3://example-photos/site/phones'
    const uploadsOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).uploads

    it('photographs in HEIC become JPEG under their names, once; the manifest says of what', async () => {
      const heic = await encodeHeic(await photo(320, 240).png().toBuffer())
      const folder = await folderOf({
        'IMG_1.jpg': heic,
        'IMG_2.heic': heic,
        'c.jpg': await photo(64, 48).jpeg().toBuffer(),
      })
      const first = await publish(folder, to, '--convert-heic', '--previews', '--json')
      expect({ code: first.code, uploads: uploadsOf(first).length }).toEqual({ code: 0, uploads: 3 })
      const urls = await first.urls()
      const made = { contentType: 'image/heic', sha256: sha256(heic) }
      for (const path of ['IMG_1.jpg', 'IMG_2.heic']) {
        const { url, ...file } = urls[path]
        expect(file).toMatchObject({
          key: `site/phones/${path}`,
          contentType: 'image/jpeg',
          convertedFrom: made,
          width: 320,
          height: 240,
          preview: expect.stringMatching(/^data:image\/webp;base64,/),
        })
        const { ContentType, ContentLength, Metadata } = await stored(file.key)
        expect({ ContentType, ContentLength, Metadata }).toEqual({
          ContentType: 'image/jpeg',
          ContentLength: file.bytes,
          Metadata: { sha256: file.sha256, 'heic-sha256': made.sha256 },
        })
        const shown = await cloudfront.fetch(new URL(url).pathname + new URL(url).search)
        expect(shown.headers.get('cache-control')).toBe(YEAR)
        const picture = Buffer.from(await shown.arrayBuffer())
        expect(sha256(picture)).toBe(file.sha256)
        expect(await sharp(picture).metadata()).toMatchObject({ format: 'jpeg', width: 320, height: 240 })
      }
      expect(urls['c.jpg']).not.toHaveProperty('convertedFrom')

      const again = await publish(folder, to, '--convert-heic', '--previews', '--json')
      expect([uploadsOf(again), await again.urls()]).toEqual([[], urls])

      await writeFile(join(folder, 'IMG_1.jpg'), await encodeHeic(await photo(160, 120).png().toBuffer()))
      const changed = await publish(folder, to, '--convert-heic', '--json')
      expect(uploadsOf(changed)).toMatchObject([{ path: 'IMG_1.jpg', reason: 'changed' }])
    })

    it('what can’t be converted is uploaded as it is, and named; without the option all is', async () => {
      const heic = await encodeHeic(await photo(64, 48).png().toBuffer())
      const folder = await folderOf({ 'whole.heic': heic, 'cut.jpg': heic.subarray(0, heic.length / 2) })
      const converted = await publish(folder, `${to}/broken`, '--convert-heic')
      expect(converted.stderr).toContain("HEIC that can't be converted, uploaded as it is: cut.jpg")
      const urls = await converted.urls()
      expect([urls['cut.jpg'].contentType, urls['whole.heic'].contentType]).toEqual(['image/jpeg', 'image/jpeg'])
      expect(urls['cut.jpg']).not.toHaveProperty('convertedFrom')
      expect((await stored('site/phones/broken/cut.jpg')).Metadata).not.toHaveProperty('heic-sha256')

      const plain = await publish(folder, `${to}/plain`)
      expect((await plain.urls())['whole.heic']).toMatchObject({ contentType: 'image/heic', bytes: heic.length })
    })
  })

  it('of another type or lifetime is uploaded again; --dry-run says why, and does nothing', async () => {
    const folder = await folderOf({ 'a.svg': '<svg/>', 'b.txt': 'b', 'c.txt': 'c', 'd.txt': 'new' })
    const to = 's3://example-photos/site/again'
    const object = (Key: string, Body: string, type: string) =>
      new PutObjectCommand({
        Bucket: 'example-photos',
        Key: `site/again/${Key}`,
        Body,
        ContentType: type,
        Metadata: { sha256: sha256(Body) },
        ChecksumSHA256: createHash('sha256').update(Body).digest('base64'),
      })
    await s3.send(object('a.svg', '<svg/>', 'text/plain'))
    await s3.send(object('b.txt', 'b', 'text/plain; charset=utf-8'))
    await s3.send(object('c.txt', 'C', 'text/plain; charset=utf-8'))

    const dry = await publish(folder, to, '--dry-run')
    expect(dry).toMatchObject({ code: 0, stderr: '' })
    expect(dry.stdout).toBe(
      [
        'Would upload 3 of 4 files, 10 B, to s3://example-photos/site/again/',
        '',
        '  headers  a.svg, 6 B (content-type: text/plain → image/svg+xml)',
        '  changed  c.txt, 1 B',
        '  new      d.txt, 3 B',
        '',
      ].join('\n'),
    )
    expect(count('PUT')).toBe(0)
    expect(await readdir(dirname(dry.manifest))).toEqual([])

    expect((await publish(folder, to)).stdout).toMatch(/^Uploaded 3 of 4 files, 10 B/)
    expect((await publish(folder, to)).stdout).toMatch(/^Nothing to upload/)
    const cached = await publish(folder, to, '--cache-control', 'public, max-age=60', '--json')
    expect(JSON.parse(cached.stdout)).toMatchObject({
      destination: to.concat('/'),
      isDryRun: false,
      uploads: ['a.svg', 'b.txt', 'c.txt', 'd.txt'].map((path) => ({
        path,
        reason: 'headers',
        differences: ['cache-control: none → public, max-age=60'],
      })),
      unchanged: 0,
      leftOut: [],
      manifest: cached.manifest,
      files: await cached.urls(),
    })
    expect((await stored('site/again/b.txt')).CacheControl).toBe('public, max-age=60')
    const bare = await cloudfront.fetch('/again/b.txt')
    expect(bare.headers.get('cache-control')).toBe('public, max-age=60')
    await bare.text()
  })

  it('that claims a hash which its bytes do not have is uploaded again', async () => {
    const folder = await folderOf({ 'a.txt': 'right' })
    await s3.send(
      new PutObjectCommand({
        Bucket: 'example-photos',
        Key: 'site/liar/a.txt',
        Body: 'wrong',
        ContentType: 'text/plain; charset=utf-8',
        Metadata: { sha256: sha256('right') },
        ChecksumSHA256: createHash('sha256').update('wrong').digest('base64'),
      }),
    )
    expect((await publish(folder, 's3://example-photos/site/liar')).stdout).toMatch(/ {2}changed {2}https:/)
  })
})

describe('what leads to no URL, or to one without a version, is said', () => {
  it('a route that is never cached, one without versions, a hidden file', async () => {
    const folder = await folderOf({ 'private/a.txt': 'a', 'b.txt': 'b', '.env': 'SECRET=1', 'c.blob': 'c' })
    const { stderr, stdout, urls } = await publish(folder, 's3://example-photos/site')
    expect(stderr.split('\n')).toEqual([
      'Left out, hidden: .env',
      'No URL, because its path belongs to the route /private/*, which is never cached: a URL that S3 has signed leads to it: private/a.txt',
      'Of no type that is known, so that browsers take them for downloads: c.blob',
      '',
    ])
    expect(stdout).toContain('  new      s3://example-photos/site/private/a.txt\n')
    expect((await urls())['private/a.txt']).toMatchObject({ url: null, key: 'site/private/a.txt' })

    const plain = await publish(await folderOf({ 'plain/a.txt': 'a' }), 's3://example-plain')
    expect(plain.stderr).toBe('No version in the URL, because the route has no parameter for one: plain/a.txt\n')
    expect(plain.stdout).toContain('  new      https://cdn.example.com/plain/a.txt\n')
  })

  it('with --url, URLs below it', async () => {
    const folder = await folderOf({ 'a.txt': 'a' })
    const manifest = join(await temporaryFolder(), 'deeper', 'urls.json')
    const args = [folder, 's3://example-photos/no/bundle', '--manifest', manifest]
    const based = await run(...args, '--url', 'http://localhost:3000/x/')
    const url = `http://localhost:3000/x/a.txt?v=${sha256('a').slice(0, 16)}`
    expect(based).toMatchObject({ code: 0, stderr: '' })
    expect(based.stdout).toContain(`  new      ${url}\n`)
    expect(JSON.parse(await readFile(manifest, 'utf8'))['a.txt'].url).toBe(url)
  })

  it('with neither a bundle nor --url, keys; the list of them lies here, and is not published', async () => {
    const cwd = await folderOf({ 'a.txt': 'a' })
    const args = [RIMLIGHT, 'publish', '.', 's3://example-photos/here']
    const publishHere = async () => {
      const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...environment() } })
      const parts = [buffer(child.stdout), buffer(child.stderr)]
      return (await Promise.all(parts)).map(String)
    }
    const none = 'No URL, because there is neither a bundle nor --url: a.txt\n'
    expect(await publishHere()).toEqual([
      'Uploaded 1 of 1 file, 1 B, to s3://example-photos/here/\n\n  new      s3://example-photos/here/a.txt\n\nThe URLs of all files: published.json\n',
      none,
    ])
    const published = JSON.parse(await readFile(join(cwd, 'published.json'), 'utf8'))
    expect(published['a.txt']).toMatchObject({ url: null, key: 'here/a.txt' })
    expect(await publishHere()).toEqual([
      'Nothing to upload: 1 file is in s3://example-photos/here/ as it is here\nThe URLs of all files: published.json\n',
      `Left out, the list of URLs itself: published.json\n${none}`,
    ])
  })
})

const XML = { 'content-type': 'application/xml' }

describe("S3's own", () => {
  it('region is found where the one given is wrong', async () => {
    vi.stubEnv('AWS_REGION', 'us-west-2')
    const folder = await folderOf({ 'a.txt': 'a' })
    const manifest = join(await temporaryFolder(), 'urls.json')
    const args = [folder, 's3://example-photos/region', '--url', 'https://a.example', '--manifest', manifest]
    expect(await run(...args)).toMatchObject({ code: 0, stderr: '' })
    expect([count('GET'), count('PUT')]).toEqual([2, 1])

    // As S3's other endpoints say it.
    answer = ({ headers }, response) => {
      if (!headers.authorization?.includes('/us-west-2/')) return false
      const redirect = { ...XML, 'x-amz-bucket-region': 'eu-central-1' }
      response.writeHead(301, redirect).end('<Error><Code>PermanentRedirect</Code><Message>Elsewhere</Message></Error>')
      return true
    }
    expect((await run(...args)).stdout).toMatch(/^Nothing to upload/)
    expect([count('GET'), count('HEAD')]).toEqual([2, 1])
  })

  it('moments of weakness, 503s and broken connections, are waited out', async () => {
    const folder = await folderOf({ 'a.txt': 'a', 'b.txt': Buffer.alloc(400_000, 'b') })
    let failures = 0
    answer = (request, response) => {
      if (request.method !== 'PUT' || failures === 4) return false
      failures++
      if (failures % 2) response.writeHead(503, XML).end('<Error><Code>SlowDown</Code></Error>')
      else request.socket.destroy()
      return true
    }
    expect(await publish(folder, 's3://example-photos/site/weak')).toMatchObject({ code: 0, stderr: '' })
    expect(count('PUT')).toBe(6)
    expect((await stored('site/weak/b.txt')).Metadata).toEqual({ sha256: sha256(Buffer.alloc(400_000, 'b')) })
  })

  it('refusal ends it, and says how far it came', async () => {
    const folder = await folderOf({ 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' })
    answer = (request, response) => {
      if (request.method !== 'PUT' || count('PUT') === 1) return false
      const message = 'User: ci is not authorized to perform: kms:GenerateDataKey'
      response.writeHead(403, XML).end(`<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`)
      return true
    }
    const { code, stdout, stderr } = await publish(folder, 's3://example-photos/site/denied', '--concurrency', '1')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      'expected permission for kms:GenerateDataKey on example-photos/site/denied/b.txt, to upload (and kms:GenerateDataKey, where the bucket is encrypted with a key of your own), found none (AccessDenied: User: ci is not authorized to perform: kms:GenerateDataKey); allow it to whoever runs this\n1 of 3 files is uploaded; run the same command again: it uploads the rest\n',
    )
    expect(count('PUT')).toBe(2)
  })

  it('absence', async () => {
    const gone = await listening(createServer())
    await gone.close()
    vi.stubEnv('AWS_ENDPOINT_URL_S3', gone.url)
    const { code, stderr } = await publish(await folderOf({ 'a.txt': 'a' }), 's3://example-photos/site')
    expect(stderr).toBe(
      `S3 can't be reached for example-photos (connect ECONNREFUSED ${gone.url.slice('http://'.length)})\n`,
    )
    expect(code).toBe(1)
  })

  it.each<[string, Record<string, string>, string, RegExp]>([
    [
      'no such bucket',
      {},
      's3://example-photoz/site --url https://cdn.example.com',
      /^there is no bucket example-photoz; `aws s3 ls` lists those of the account\. .*\n$/,
    ],
    [
      'credentials of nobody',
      { AWS_ACCESS_KEY_ID: 'AKIDNOBODY' },
      's3://example-photos/site',
      /^expected credentials that AWS takes, found some that it refuses \(InvalidAccessKeyId: .*\n$/,
    ],
    [
      'no credentials',
      {
        ...{ AWS_ACCESS_KEY_ID: '', AWS_EC2_METADATA_DISABLED: 'true', AWS_PROFILE: '' },
        ...{ AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_CONFIG_FILE: '/dev/null' },
      },
      's3://example-photos/site',
      /^expected credentials for AWS, found none \(.*\n$/,
    ],
  ])('%s', async (_, variables, to, message) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value)
    const [destination = '', ...url] = to.split(' ')
    const source = url.length > 0 ? url : ['--dist', site.dist]
    const { code, stderr } = await run(await folderOf({ 'a.txt': 'a' }), destination, ...source)
    expect(stderr).toMatch(message)
    expect(code).toBe(1)
    expect(count('PUT')).toBe(0)
  })

  it('is not asked for a bucket that the bundle does not have', async () => {
    const { code, stderr } = await publish(await folderOf({ 'a.txt': 'a' }), 's3://example-photoz/site')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `expected a bucket of the bundle in ${site.dist} (example-photos, example-plain), found example-photoz; with --url BASE it may be any, and nothing is asked of a bundle\n`,
    })
    expect(asked).toEqual([])
  })

  it('silence on why a look is refused is made up for', async () => {
    const folder = await folderOf({ 'a.txt': 'a' })
    await publish(folder, 's3://example-photos/site/look')
    answer = (request, response) => {
      if (request.method !== 'HEAD') return false
      response.writeHead(403).end()
      return true
    }
    const { code, stderr } = await publish(folder, 's3://example-photos/site/look')
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^expected permission for s3:GetObject on example-photos\/site\/look\/a\.txt, to compare what is there \(and kms:Decrypt, .*\), found none \(.*\n$/,
    )
  })

  const listed = (keys: string[]) =>
    `<ListBucketResult><Name>example-photos</Name><IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>${keys
      .map((key) => `<Contents><Key>${key}</Key><Size>1</Size></Contents>`)
      .join('')}</ListBucketResult>`

  it('a page that is no listing is taken for none', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html><body>Sign in</body></html>')
      return true
    }
    expect(await publish(await folderOf({ 'a.txt': 'x' }), 's3://example-photos/site')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^expected an answer of S3's for example-photos, found one that is none/),
    })
    expect(count('PUT')).toBe(0)
  })

  it('keys that an S3 lists as they are', async () => {
    answer = (request, response) => {
      if (request.method !== 'GET') return false
      response.writeHead(200, XML).end(listed(['site/100%+.txt']).replace('true', 'false').replace('next', ''))
      return true
    }
    expect(await publish(await folderOf({ '100%+.txt': 'x' }), 's3://example-photos/site')).toMatchObject({ code: 0 })
    expect([count('GET'), count('HEAD'), count('PUT')]).toEqual([1, 1, 1])
  })

  it.each([
    ['that goes past all files is not read on', 'site/zz', [1, 0]],
    ['that does not come to an end is given up for looks', 'site/a+a', [11, 1]],
  ])('listing %s', async (_, key, [pages, looks]) => {
    answer = (request, response) => {
      if (request.method !== 'GET') return false
      response.writeHead(200, XML).end(listed([key]))
      return true
    }
    const file = `listed-${pages}.txt`
    expect(await publish(await folderOf({ [file]: 'x' }), 's3://example-photos/site')).toMatchObject({ code: 0 })
    expect([count('GET'), count('HEAD'), count('PUT')]).toEqual([pages, looks, 1])
  })
})

describe('a file that changes while it is published', () => {
  it('is looked at again: what is in the bucket has the hash that it says', async () => {
    const folder = await folderOf({ 'a.txt': 'a', 'b.txt': 'before', 'c.txt': 'c'.repeat(1000) })
    let uploads = Promise.resolve()
    answer = (request, response) => {
      if (request.method !== 'PUT' || count('PUT') > 1) return false
      // What came of the comparison is known; of these files, nothing has been sent.
      uploads = Promise.all([
        writeFile(join(folder, 'b.txt'), 'behind'),
        writeFile(join(folder, 'c.txt'), 'shorter'),
      ]).then(() => passOn(request, response))
      return true
    }
    const { code, urls } = await publish(folder, 's3://example-photos/site/moving', '--concurrency', '1')
    await uploads
    expect(code).toBe(0)
    const found = await urls()
    for (const [path, text] of Object.entries({ 'a.txt': 'a', 'b.txt': 'behind', 'c.txt': 'shorter' })) {
      expect(found[path]).toMatchObject({ sha256: sha256(text), bytes: text.length })
      const { Metadata, ContentLength } = await stored(`site/moving/${path}`)
      expect([Metadata, ContentLength]).toEqual([{ sha256: sha256(text) }, text.length])
    }
  })
})

it('a file that is gone before it is read ends it, and nothing is uploaded', async () => {
  const folder = await folderOf({ 'a.txt': 'a', 'b.txt': 'b' })
  answer = (request, response) => {
    if (request.method !== 'GET') return false
    void rm(join(folder, 'b.txt')).then(() => passOn(request, response))
    return true
  }
  const { code, stderr } = await publish(folder, 's3://example-photos/site/gone')
  expect([code, count('PUT')]).toEqual([2, 0])
  expect(stderr).toMatch(/^expected to read b\.txt: ENOENT: .*\n$/)
})

describe('what is written', () => {
  it('to a person: how far it is, over the same line', async () => {
    const stderr = output(true)
    const manifest = join(await temporaryFolder(), 'urls.json')
    const args = [await folderOf({ 'a.txt': 'a' }), 's3://example-photos/tty', '--url', 'https://a.example']
    expect(await main([...args, '--manifest', manifest], output(), stderr)).toBe(0)
    expect(stderr.said()).toMatch(/^Looking at the folder and at the bucket …/)
    expect(stderr.said().endsWith('\r\u001b[K')).toBe(true)
  })

  it('to a file that can not be: said, after everything is uploaded', async () => {
    const folder = await folderOf({ 'a.txt': 'a' })
    const manifest = join(folder, 'a.txt', 'urls.json')
    const { code, stderr } = await run(
      folder,
      's3://example-photos/site/x',
      '--dist',
      site.dist,
      '--manifest',
      manifest,
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^everything is uploaded, but the URLs could not be written to .*urls\.json \(E.*\); run the same command again with another --manifest\n$/,
    )
    expect(await stored('site/x/a.txt')).toMatchObject({ ContentLength: 1 })
  })
})
