/** Clients that others have written, against the local CloudFront: they work as they are. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import Imgix from '@imgix/js-core'
import sharp from 'sharp'
import { getProviderForUrl, transformUrl } from 'unpic'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { photo } from '../images/pictures.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { type NextImage, stageNext, urlsOfNext } from './next.ts'
import { openOrigin } from './origin.ts'
import { type Renditions, renditionsOf, type Size } from './renditions.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, images: true }],
}

// Its types are those of a CommonJS module, which it is not for an `import`.
const ImgixClient = Imgix as unknown as typeof Imgix.default

const SAMPLES = [
  ...['photos/dusk.jpg', 'photos/lighthouse.jpg', 'photos/desert.jpg', 'photos/forest.jpg', 'photos/window.webp'],
  'drawings/balloons.png',
]

/** Pixels of the longer side: six rungs of the ladder are below it, and those above end at it, as they do at any size. */
const LONGER_SIDE = 1_000

let cloudfront: CloudFront
let renditions: Renditions
const sizes = new Map<string, Size>()
beforeAll(async () => {
  const folder = await temporaryFolder()
  for (const sample of SAMPLES) {
    // In memory: where a file of this process has loaded origin-response, libvips may read nothing by its name.
    const picture = sharp(await readFile(join(ROOT, 'local/samples', sample))).keepMetadata()
    const bytes = await picture.resize(LONGER_SIDE, LONGER_SIDE, { fit: 'inside', withoutEnlargement: true }).toBuffer()
    sizes.set(`/${sample}`, (await sharp(bytes).metadata()).autoOrient)
    await mkdir(dirname(join(folder, sample)), { recursive: true })
    await writeFile(join(folder, sample), bytes)
  }
  cloudfront = await started(CONFIG, { buckets: { photos: folder } })
  renditions = renditionsOf(cloudfront)
})
afterAll(() => cloudfront.stop())

/** @param path of a sample */
function sizeOf(path: string): Size {
  const size = sizes.get(path)
  if (!size) throw new Error(`there is no sample at ${path}`)
  return size
}

const candidatesOf = (srcset: string): string[] =>
  srcset.split(/,\s+/).map((candidate) => candidate.split(' ')[0] ?? '')

describe('@imgix/js-core', () => {
  const settings = { domain: 'cdn.example.com', useHTTPS: true }
  const imgix = new ImgixClient({ ...settings, includeLibraryParam: false })
  const told = new ImgixClient({ ...settings, includeLibraryParam: true })
  const signing = new ImgixClient({ ...settings, includeLibraryParam: false, secureURLToken: 'secret' })

  it.each([
    ['nothing but a format', '/photos/dusk.jpg', { auto: 'format' }],
    ['a width', '/photos/dusk.jpg', { w: 500, auto: 'format' }],
    ['a height', '/photos/dusk.jpg', { h: 333 }],
    ['a box, the whole picture in it', '/photos/lighthouse.jpg', { w: 700, h: 200, fit: 'max' }],
    ['a square, cut out', '/photos/dusk.jpg', { w: 300, h: 300, fit: 'crop', auto: 'format' }],
    ['16:9, cut out of a portrait', '/photos/desert.jpg', { w: 640, h: 360, fit: 'crop' }],
    ['a cut larger than the source', '/photos/dusk.jpg', { w: 4000, h: 4000, fit: 'crop' }],
    ['a scale', '/photos/dusk.jpg', { w: 300, h: 200, dpr: 2, fit: 'crop', q: 60 }],
    ['a scale that is no whole number', '/photos/dusk.jpg', { w: 300, dpr: 1.5 }],
    ['a quality', '/photos/dusk.jpg', { w: 500, q: 35 }],
    ['another format', '/drawings/balloons.png', { w: 200, fm: 'jpg' }],
    ['transparency', '/drawings/balloons.png', { w: 200, auto: 'format,compress' }],
    ['a source turned by EXIF', '/photos/forest.jpg', { w: 400, h: 600, fit: 'crop' }],
    ['a source that is WebP', '/photos/window.webp', { w: 400, fm: 'png' }],
  ])('buildURL: %s', async (_, path, parameters) => {
    await renditions.expectAll([imgix.buildURL(path, parameters)], sizeOf(path))
  })

  it.each([
    ['fluid', '/photos/dusk.jpg', { auto: 'format' }, {}],
    ['fluid, of a portrait, between widths', '/photos/forest.jpg', {}, { minWidth: 300, maxWidth: 900 }],
    ['of widths', '/photos/dusk.jpg', {}, { widths: [320, 641, 5000] }],
    ['fixed, by width', '/photos/lighthouse.jpg', { w: 320 }, {}],
    ['fixed, by height, without variable quality', '/photos/dusk.jpg', { h: 200 }, { disableVariableQuality: true }],
    ['fixed, cut out', '/photos/lighthouse.jpg', { w: 320, h: 240, fit: 'crop' }, { devicePixelRatios: [1, 2, 3] }],
  ])('buildSrcSet: %s', async (_, path, parameters, options) => {
    await renditions.expectAll(candidatesOf(imgix.buildSrcSet(path, parameters, options)), sizeOf(path))
  })

  it('a fluid srcset makes one rendition for each rung of the ladder, and no more', async () => {
    const urls = candidatesOf(imgix.buildSrcSet('/photos/desert.jpg', {}))
    const keys = new Set<string>()
    for (const url of urls) keys.add((await renditions.ask(url, '*/*')).key)
    expect(urls).toHaveLength(31)
    const rungs = [128, 256, 384, 640, 750, 828, 1080, 1920, 2048, 3840]
    expect([...keys]).toEqual(rungs.map((width) => `/photos/desert.jpg?w=${width}`))
  })

  const url = (parameters: object, client = imgix) => client.buildURL('/photos/desert.jpg', parameters)
  it.each([
    ['parameters in another order', url({ w: 320, h: 320, fit: 'crop' }), url({ fit: 'crop', h: 320, w: 320 })],
    ["the library's name", url({ w: 96 }), url({ w: 96 }, told)],
    ['a scale and its product', url({ w: 64, dpr: 2 }), url({ w: 128 })],
    ['a width and its rung', url({ w: 200 }), url({ w: 256 })],
    ['what is the default', url({ w: 384 }), url({ w: 384, q: 80, fit: 'max', auto: 'format' })],
    ["a signature of imgix's", url({ w: 750 }), url({ w: 750 }, signing)],
    ['parameters that Rimlight has not', url({ w: 828 }), url({ w: 828, sharp: 10, 'txt-color': 'fff', bri: 5 })],
  ])('%s: one key', async (_, one, other) => {
    expect(other).not.toBe(one)
    const first = await renditions.ask(one, '*/*')
    expect(await renditions.ask(other, '*/*')).toEqual({ ...first, xCache: 'Hit' })
  })

  it('a quality is the nearest on the ladder', async () => {
    const found = await renditions.ask(imgix.buildURL('/photos/lighthouse.jpg', { w: 600, q: 35 }), 'image/webp')
    expect(found.says).toBe('webp; 640x427; q=50')
  })

  it("the library's name is in every URL of a srcset, and in no key", async () => {
    const urls = candidatesOf(told.buildSrcSet('/photos/dusk.jpg', {}, { minWidth: 600, maxWidth: 1300 }))
    expect(urls.filter((url) => url.includes('ixlib=js-'))).toEqual(urls)
    for (const url of urls) expect((await renditions.ask(url, 'image/webp')).key).not.toContain('ixlib')
    await renditions.expectAll(urls, sizeOf('/photos/dusk.jpg'))
  })

  it('escapes of a path', async () => {
    const { endpoint, region, ...credentials } = cloudfront.s3
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    const key = 'Über uns/a+b (1) & 100%.jpg'
    const Body = await photo(900, 600).jpeg().toBuffer()
    await s3.send(new PutObjectCommand({ Bucket: 'example-photos', Key: key, Body, ContentType: 'image/jpeg' }))
    s3.destroy()
    await renditions.expectAll([imgix.buildURL(key, { w: 300 })], { width: 900, height: 600 })
  })
})

describe('unpic', () => {
  const url = 'https://cdn.example.com/photos/lighthouse.jpg'
  const source = () => sizeOf('/photos/lighthouse.jpg')
  const transformed = (options: object, operations: Record<string, string | number> = {}, from = url) =>
    transformUrl({ url: from, provider: 'imgix', ...options }, { imgix: operations }) ?? ''

  it.each([
    ['a width', { width: 500 }, {}],
    ['a height', { height: 300 }, {}],
    ['a format', { width: 500, format: 'png' }, {}],
    ['a quality', { width: 500, quality: 50 }, {}],
    ['a cut', { width: 400, height: 300 }, { fit: 'crop' }],
    ['a scale', { width: 400 }, { dpr: 2 }],
  ])('%s', async (_, options, operations) => {
    await renditions.expectAll([transformed(options, operations)], source())
  })

  it('takes its own URLs further', async () => {
    const small = transformed({ width: 300, quality: 50 })
    const large = transformed({ width: 900 }, {}, small)
    expect(new URL(large).searchParams.get('q')).toBe('50')
    await renditions.expectAll([small, large], source())
  })

  it('does not know the domain, and takes imgix where it is told to', async () => {
    expect(getProviderForUrl(url)).toBe(false)
    expect(transformUrl({ url, width: 640 })).toBeUndefined()
    const found = transformUrl({ url, width: 640, fallback: 'imgix' }) ?? ''
    expect(found).toBe(transformed({ width: 640 }))
    await renditions.expectAll([found], source())
  })

  it('its fit=min is a cut', async () => {
    const found = transformed({ width: 300, height: 300 })
    expect(new URL(found).searchParams.get('fit')).toBe('min')
    expect(await renditions.ask(found, '*/*')).toMatchObject({ status: 200, width: 384, height: 384 })
  })

  it('shares its keys with imgix', async () => {
    const imgix = new ImgixClient({ domain: 'cdn.example.com', includeLibraryParam: true })
    const first = await renditions.ask(transformed({ width: 1080, quality: 65 }), 'image/webp')
    const same = imgix.buildURL('/photos/lighthouse.jpg', { q: 65, w: 540, dpr: 2, auto: 'format' })
    expect(await renditions.ask(same, 'image/webp')).toEqual({ ...first, xCache: 'Hit' })
  })
})

describe("Next.js's image component, with its imgix loader", () => {
  const src = '/photos/dusk.jpg'
  const IMAGES: [name: string, image: NextImage, widths: number[]][] = [
    ['intrinsic', { src, width: 640, height: 427 }, [640, 1920]],
    ['fixed', { src, width: 300, height: 200, layout: 'fixed', priority: true }, [384, 640]],
    [
      'responsive',
      { src, width: 640, height: 427, layout: 'responsive' },
      [640, 750, 828, 1080, 1200, 1920, 2048, 3840],
    ],
    ['filling', { src, layout: 'fill', sizes: '50vw' }, [384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840]],
    ['with a quality', { src, width: 96, height: 64, quality: 75 }, [96, 256]],
  ]

  it('makes URLs that all work', { timeout: 300_000 }, async (context) => {
    const staged = await stageNext()
    if (staged.kind === 'unreachable') {
      console.warn(`skipped: ${staged.reason}`)
      return context.skip(staged.reason)
    }
    const images = IMAGES.map(([, image]) => image)
    const urls = await urlsOfNext(staged.folder, images)
    const widths = urls.map((list) => list.map((url) => Number(new URL(url).searchParams.get('w'))))
    expect(widths).toEqual(IMAGES.map(([, , expected]) => expected))
    await renditions.expectAll(urls.flat(), sizeOf(src))
  })

  it('is skipped where it can not be had, and says why', async () => {
    const registry = await openOrigin()
    registry.answer((request) => request.socket.destroy())
    const npmCache = await temporaryFolder()
    const staged = await stageNext(await temporaryFolder(), [`--registry=${registry.url}`, `--cache=${npmCache}`])
    await registry.close()
    expect(staged).toEqual({
      kind: 'unreachable',
      reason: "Next.js is not installed yet, and npm's registry is out of reach: ECONNRESET",
    })
  })
})
