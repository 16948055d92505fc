/** The encoder settings that are compared: what ships, what others use by default, and what was weighed. */
import sharp, { type AvifOptions, type WebpOptions } from 'sharp'
import { DEFAULT_BUDGET_MS } from '../../edge/config.ts'
import { AVIF_EFFORTS, encodeTime } from '../../origin-response/cost.ts'
import { render } from '../../origin-response/render.ts'
import type { Sample } from './samples.ts'

/** Of origin-response, where the config does not say. */
export const DEFAULT_MEMORY_MB = 1_024

export type Setting = {
  name: string
  format: 'webp' | 'avif' | 'jpg'
  /** The qualities that make its curve, on the setting's own scale. */
  qualities: readonly number[]
  /** The quality that CPU is measured at: what q 80 looks like. */
  typical: number
  encode: (sample: Sample, quality: number) => Promise<Buffer>
}

/** A setting at the quality that it has when nobody asks for another. */
export type Default = Setting & { quality: number }

/** What of a rendition's settings no comparison changes. */
export const UNTOUCHED = {
  cut: null,
  frames: 1,
  isPalette: false,
  colours: 256,
  isLossless: false,
  hasDeepProfile: false,
} as const

const ours = (
  name: string,
  { format, effort, qualities }: { format: 'webp' | 'avif'; effort: number; qualities: readonly number[] },
): Setting => ({
  name,
  format,
  qualities,
  typical: 80,
  async encode({ source, width, height }, quality) {
    const settings = { ...UNTOUCHED, width, height, format, quality, effort }
    return (await render(source, settings, width * height, 600_000)).bytes
  },
})

const webp = (name: string, options: WebpOptions): Setting => ({
  name,
  format: 'webp',
  qualities: [30, 50, 65, 80, 90, 96],
  typical: 80,
  encode: ({ source }, quality) =>
    sharp(source)
      .webp({ ...options, quality })
      .toBuffer(),
})

const avif = (name: string, options: AvifOptions): Setting => ({
  name,
  format: 'avif',
  qualities: [35, 45, 52, 61, 76, 90],
  typical: 61,
  encode: ({ source }, quality) =>
    sharp(source)
      .avif({ ...options, quality })
      .toBuffer(),
})

/** mozjpeg as Rimlight and next/image use it; the scale of `q` is JPEG's. */
export const MOZJPEG: Setting = {
  name: 'mozjpeg',
  format: 'jpg',
  qualities: [50, 65, 80, 90],
  typical: 80,
  encode: ({ source }, quality) => sharp(source).jpeg({ quality, mozjpeg: true }).toBuffer(),
}

/** What ipx makes of a JPEG that is asked for in no other format. */
const JPEG: Setting = {
  ...MOZJPEG,
  name: 'JPEG',
  encode: ({ source }, quality) => sharp(source).jpeg({ quality, progressive: true }).toBuffer(),
}

/** 75 and 80 are others' defaults: no line between two points then stands for what is measured. */
export const OUR_WEBP: Setting = ours('WebP', { format: 'webp', effort: 0, qualities: [30, 50, 65, 75, 80, 90, 96] })

/** 62 and 71 come out near others' defaults, 50 and 55 on AVIF's own scale. */
const AVIF_Q = [40, 50, 62, 71, 80, 92]

/** How much effort there is depends on the time a picture takes: the plan chooses one of these. */
export const OUR_AVIF: readonly Setting[] = AVIF_EFFORTS.map((effort) =>
  ours(`AVIF, effort ${effort}`, { format: 'avif', effort, qualities: AVIF_Q }),
)

/** What the default budget buys a Kodak photograph in a function of the default memory. */
export const CHOSEN_AVIF = OUR_AVIF.findLast((_, effort) => {
  const settings = { ...UNTOUCHED, ...{ width: 768, height: 512 }, format: 'avif', quality: 80, effort } as const
  return encodeTime(settings, DEFAULT_MEMORY_MB) <= DEFAULT_BUDGET_MS
})

/**
 * ipx 3.1.1 hands sharp no option but progressive JPEG. next/image: `optimizeImage` in
 * packages/next/src/server/image-optimizer.ts of vercel/next.js, with its default quality of 75, from which it takes 20
 * for AVIF.
 */
export const DEFAULTS: readonly Default[] = [
  { ...webp('ipx, WebP', {}), quality: 80 },
  { ...webp('next/image, WebP', {}), quality: 75 },
  { ...avif('ipx, AVIF', {}), quality: 50 },
  { ...avif('next/image, AVIF', { effort: 3 }), quality: 55 },
  { ...JPEG, name: 'ipx, JPEG', quality: 80 },
  { ...MOZJPEG, name: 'next/image, JPEG', quality: 75 },
]

/** Each differs from what ships in one thing. */
export const WEBP_CHOICES: readonly Setting[] = [
  webp('effort 2', { effort: 2 }),
  webp('effort 5', { effort: 5 }),
  webp('effort 6', { effort: 6 }),
  webp('preset picture', { preset: 'picture' }),
  webp('smartSubsample', { smartSubsample: true }),
  webp('smartDeblock', { smartDeblock: true }),
]

/** Each differs from the first in one thing: quick enough to be measured, and what they differ by holds at any effort. */
export const AVIF_CHOICES: readonly Setting[] = [
  avif('effort 2, iq, 4:4:4', { effort: 2, tune: 'iq' }),
  avif('4:2:0', { effort: 2, tune: 'iq', chromaSubsampling: '4:2:0' }),
  avif('tune ssim', { effort: 2, tune: 'ssim' }),
  avif('tune psnr', { effort: 2, tune: 'psnr' }),
  avif('10 bits', { effort: 2, tune: 'iq', bitdepth: 10 }),
  avif('effort 6', { effort: 6, tune: 'iq' }),
]
