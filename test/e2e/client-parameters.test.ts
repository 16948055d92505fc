/**
 * Every parameter that imgix's, unpic's, Next.js's and Nuxt's URLs have: honoured, or listed as not, with the reason.
 * A ratio that is asked for is kept within 2 %.
 */
import Imgix from '@imgix/js-core'
import { transformUrl } from 'unpic'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { EXTENT, sampleOf } from '../runs.ts'
import { type Renditions, renditionsOf } from './renditions.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '24h' }, images: true }],
}

// Its types are those of a CommonJS module, which it is not for an `import`.
const ImgixClient = Imgix as unknown as typeof Imgix.default
const imgix = new ImgixClient({ domain: 'cdn.example.com', useHTTPS: true, includeLibraryParam: false })

let cloudfront: CloudFront
let renditions: Renditions
beforeAll(async () => {
  cloudfront = await started(CONFIG)
  renditions = renditionsOf(cloudfront)
})
afterAll(() => cloudfront.stop())

const PHOTO = '/photos/dusk.jpg'

type Parameters = Record<string, string | number>
const urlOf = (parameters: Parameters, path = PHOTO) => imgix.buildURL(path, parameters)

async function expectRatio(url: string, ratio: number): Promise<void> {
  const { status, width, height } = await renditions.ask(url, 'image/webp')
  expect(status, url).toBe(200)
  expect(Math.abs(Math.log(width / height / ratio)), `${url}: ${width}×${height}`).toBeLessThan(0.02)
}

describe('the ratio that is asked for, within 2 %', () => {
  const sizes = [
    ...['1:1', '5:4', '4:3', '7:5', '3:2', '8:5', '16:9', '1.91:1', '2:1', '21:9', '2.39:1', '3:1', '4:1', '7:1'],
    ...['4:5', '3:4', '2:3', '5:8', '9:16', '1:2', '9:21', '1:3'],
  ]

  it.each(sampleOf(sizes, EXTENT, 3))('imgix, %s', async (ar) => {
    const [across = 1, down = 1] = ar.split(':').map(Number)
    const ratio = across / down
    const [w, h] = [900, Math.round(900 / ratio)]
    await expectRatio(urlOf({ w, h, fit: 'crop' }), ratio)
    await expectRatio(urlOf({ w, ar, fit: 'crop' }), ratio)
    await expectRatio(urlOf({ h: 400, ar, fit: 'crop', dpr: 2 }), ratio)
    await expectRatio(urlOf({ w: w + 0.5, h: h + 0.4, fit: 'min' }), ratio)
  })

  it.each([
    [800, 800],
    [800, 450],
    [450, 800],
    [1_200, 400],
  ])('unpic, %d×%d', async (width, height) => {
    const url = transformUrl({ url: `https://cdn.example.com${PHOTO}`, provider: 'imgix', width, height }) ?? ''
    expect(new URL(url).searchParams.get('fit')).toBe('min')
    await expectRatio(url, width / height)
  })

  it.each([
    ['faces,entropy', {}],
    ['top,left', {}],
    ['edges', {}],
    ['focalpoint', { 'fp-x': 0.2, 'fp-y': 0.9 }],
  ])('with crop=%s', async (crop, more) => {
    await expectRatio(urlOf({ w: 300, h: 500, fit: 'crop', crop, ...more }), 300 / 500)
  })

  it("editors' cuts, as Prismic and Sanity write them", async () => {
    await expectRatio(urlOf({ rect: '100,50,600,300', w: 600, h: 300, auto: 'format,compress' }), 2)
    await expectRatio(urlOf({ rect: '211,97,431,387', w: 400 }), 431 / 387)
    await expectRatio(urlOf({ rect: '0,0,500,500', w: 320, h: 180, fit: 'crop' }), 320 / 180)
  })

  it('a box is no ratio: the whole picture, inside it', async () => {
    const source = cloudfront.site.samples.find(({ path }) => path === PHOTO)
    const ratio = (source?.width ?? 0) / (source?.height ?? 1)
    for (const fit of ['clip', 'max']) await expectRatio(urlOf({ w: 400, h: 900, fit }), ratio)
  })
})

/** What the parameters above leave as it is: by the same key, the same picture. */
const SAME = (): [parameters: Parameters, same: Parameters][] => [
  [{ w: 640.5 }, { w: 750 }],
  [{ w: 640, q: '75.0' }, { w: 640 }],
  [{ 'max-w': 600 }, { w: 640 }],
  [{ 'max-h': 200, fit: 'max' }, { h: 256 }],
  [
    { w: 64, fm: 'jpeg' },
    { w: 64, fm: 'jpg' },
  ],
  [
    { w: 64, fm: 'pjpg' },
    { w: 64, fm: 'jpg' },
  ],
  [
    { w: 96, h: 96, fit: 'crop', crop: 'focalpoint', 'fp-x': 0.5, 'fp-y': 0.5 },
    { w: 96, h: 96, fit: 'crop' },
  ],
  [
    { w: 96, h: 96, fit: 'crop', crop: 'faces' },
    { w: 96, h: 96, fit: 'crop', crop: 'attention' },
  ],
]

it('what comes to the same has one key', async () => {
  for (const [one, other] of SAME()) {
    const first = await renditions.ask(urlOf(one), 'image/webp')
    expect(await renditions.ask(urlOf(other), 'image/webp'), urlOf(one)).toEqual({ ...first, xCache: 'Hit' })
  }
})

it('a quality that is found has a key of its own as WebP, and none where it changes nothing', async () => {
  const found = await renditions.ask(urlOf({ w: 384, q: 'auto' }), 'image/webp')
  expect(found).toMatchObject({ status: 200, format: 'webp', width: 384, xCache: 'Miss' })
  expect(found.key).toContain('fm=webp&q=auto&w=384')
  expect((await renditions.ask(urlOf({ w: 384, q: 'auto' }), 'image/*')).key).toMatch(/\?w=384$/)
})

/** Of those that @nuxt/image 2.1.0's imgix provider, imgix's own clients and editors send: not honoured, and why. */
const NOT_HONOURED: Record<string, Parameters[]> = {
  'no format that is made here': [{ fm: 'gif' }, { fm: 'mp4' }, { fm: 'json' }, { fm: 'png8' }],
  'it would distort, enlarge or add to the picture': [
    ...[{ fit: 'scale' }, { fit: 'fill' }, { fit: 'fillmax' }, { fit: 'clamp' }, { fill: 'blur' }, { pad: 20 }],
    ...[{ 'min-w': 2_000 }, { 'min-h': 2_000 }, { border: '5,f00' }, { bg: 'fff' }],
  ],
  'finding faces takes a model': [{ fit: 'facearea' }, { faceindex: 1 }, { facepad: 2 }],
  'w, h and rect say as much': [{ 'fp-z': 2 }, { trim: 'auto' }],
  'pictures are shown as they are': [
    ...[{ bri: 10 }, { con: 10 }, { sat: -100 }, { sharp: 10 }, { blur: 20 }, { px: 8 }, { monochrome: 'ccc' }],
    ...[{ rot: 90 }, { flip: 'h' }, { orient: 6 }, { invert: 'true' }, { sepia: 50 }, { htn: 5 }, { usm: 20 }],
  ],
  'texts and marks belong to the page': [{ txt: 'a' }, { mark: 'b.png' }, { blend: 'c.png' }, { mask: 'ellipse' }],
  'encoders are set once for all': [
    { chromasub: 444 },
    { lossless: 'true' },
    { colorquant: 16 },
    { cs: 'srgb' },
    { dpi: 300 },
  ],
  'headers and signatures are not its business': [{ dl: 'a.jpg' }, { expires: 1 }, { s: 'abc' }, { ch: 'Width' }],
}

describe('not honoured: the same as without', () => {
  it.each(Object.entries(NOT_HONOURED))('%s', async (_reason, all) => {
    const plain = await renditions.ask(urlOf({ w: 828 }), 'image/webp')
    for (const parameters of all) {
      const found = await renditions.ask(urlOf({ w: 828, ...parameters }), 'image/webp')
      expect(found, JSON.stringify(parameters)).toEqual({ ...plain, xCache: 'Hit' })
    }
  })
})

describe('as the loaders of frameworks write them', () => {
  it.each<[string, Parameters]>([
    ['next/image', { auto: 'format', fit: 'max', w: 640, q: 75 }],
    ['@nuxt/image', { w: 640, fit: 'crop', h: 360, q: 80, auto: 'format' }],
    ['@nuxt/image, outside', { w: 640, h: 360, fit: 'min', dpr: 1 }],
    ['@nuxt/image, with a ratio', { ar: '16:9', 'max-w': 640, fit: 'crop' }],
  ])('%s', async (_client, parameters) => {
    const { status, width, height, format } = await renditions.ask(urlOf(parameters), 'image/webp')
    expect({ status, width, format }).toEqual({ status: 200, width: 640, format: 'webp' })
    if (parameters.fit !== 'max') expect(width / height).toBeCloseTo(16 / 9, 2)
  })
})
