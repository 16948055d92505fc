/** What clients of an image service count on, whatever made their URLs. */
import sharp from 'sharp'
import { expect } from 'vitest'
import { DEFAULT_WIDTHS } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { sampleOf } from '../runs.ts'

export type Rendition = {
  status: number
  /** Without `from cloudfront`. */
  xCache: string | undefined
  contentType: string | null
  /** Of the bytes; in pixels, upright. */
  format: string
  width: number
  height: number
  /** `x-rimlight` */
  says: string | null
  /** Path and query of the cache key. */
  key: string
}

/** In pixels, upright. */
export type Size = { width: number; height: number }

export type Renditions = {
  ask(url: string, accept: string): Promise<Rendition>
  /**
   * Asks twice for each URL, once with WebP accepted and once without. Expects of the answers a format that the viewer
   * accepts, a picture as large as was asked for where its source is that large, and one Miss for each key. A `srcset`
   * goes up a ladder of sizes: a short run takes every fifth of its URLs, and the largest.
   */
  expectAll(urls: readonly string[], source: Size): Promise<void>
}

/** All renditions of a CloudFront have to be asked for with one of these: it knows what has been asked for before. */
export function renditionsOf(cloudfront: CloudFront): Renditions {
  const keys = new Set<string>()

  async function ask(url: string, accept: string): Promise<Rendition> {
    const response = await cloudfront.fetch(url, { headers: { accept } })
    const body = await response.arrayBuffer()
    const header = (name: string) => response.headers.get(name)
    const trace = await cloudfront.trace(header('x-amz-cf-id') ?? '')
    const step = trace?.steps.find(({ step }) => step === 'key')
    const key = step?.step === 'key' ? `${step.key.path}?${step.key.query}` : ''
    const { format, autoOrient } = await sharp(body).metadata()
    const xCache = header('x-cache')?.replace(' from cloudfront', '')
    expect(xCache, url).toBe(keys.has(key) ? 'Hit' : 'Miss')
    keys.add(key)
    return {
      status: response.status,
      xCache,
      contentType: header('content-type'),
      format,
      width: autoOrient.width,
      height: autoOrient.height,
      says: header('x-rimlight'),
      key,
    }
  }

  return {
    ask,
    async expectAll(urls, source) {
      expect(urls.length).toBeGreaterThan(0)
      for (const url of sampleOf(urls)) {
        for (const accept of ['image/webp', '*/*']) {
          const found = await ask(url, accept)
          const format = formatFor(new URL(url), accept)
          expect(found, url).toMatchObject({ status: 200, format, contentType: `image/${format}` })
          expectSize(url, found, source)
          expect(await ask(url, accept), url).toEqual({ ...found, xCache: 'Hit' })
        }
      }
    },
  }
}

/** What `fm` names, or WebP for whom that is, or the source's own. */
function formatFor({ pathname, searchParams }: URL, accept: string): string {
  const named = searchParams.get('fm')
  if (named === null && accept === 'image/webp') return 'webp'
  const format = named ?? pathname.slice(pathname.lastIndexOf('.') + 1)
  return format === 'jpg' ? 'jpeg' : format
}

/** At most this many pixels are lost by rounding. */
const ROUNDING = 1

/** `w`, `h`, `dpr` and `fit` as imgix documents them, but for the ladder: at least the size asked for. */
function expectSize(url: string, found: Size, source: Size): void {
  const parameters = new URL(url).searchParams
  const wanted = (name: 'w' | 'h') => Number(parameters.get(name)) * Number(parameters.get('dpr') ?? 1)
  const [w, h] = [wanted('w'), wanted('h')]
  const isCrop = parameters.get('fit') === 'crop' && w > 0 && h > 0
  const ratio = isCrop ? w / h : source.width / source.height
  const largest = Math.min(source.width, source.height * ratio)
  const asked = Math.min(w || largest, h * ratio || largest, largest)
  expect(found.width, url).toBeGreaterThanOrEqual(asked - ROUNDING)
  expect(Math.abs(found.width - found.height * ratio), url).toBeLessThanOrEqual(ROUNDING * Math.max(1, ratio))
  const isOnLadder = DEFAULT_WIDTHS.includes(found.width) || DEFAULT_WIDTHS.includes(found.height)
  expect(isOnLadder || Math.abs(found.width - largest) <= ROUNDING, `${url} is ${found.width}×${found.height}`).toBe(
    true,
  )
}
