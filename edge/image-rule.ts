/** What the rules for images and queries are made of, at build time and by the URL helpers where they run. */

import { COMMON_FORMAT } from './canonical.ts'
import type { NegotiatedFormat } from './config.ts'
import type { ImageRule } from './rules.ts'
import { type PreviewFormat, VARIANT_PARAMETERS } from './variant.ts'

/** Ladders ascend, none is empty, and all is as the build has checked it. */
export type Ladders = {
  formats: readonly NegotiatedFormat[]
  /** Pixels. */
  widths: readonly number[]
  /** `3:2`; `null`: all. */
  ratios: readonly string[] | null
  rect: boolean
  previews: boolean
  qualities: readonly number[]
  quality: number | 'auto'
  backgrounds?: readonly string[] | undefined
  blurs?: readonly number[] | undefined
}

/** See `isPreview`. */
const PREVIEW_FORMATS: readonly PreviewFormat[] = ['preview', 'thumbhash', 'json']

export const ratioOf = (text: string): number => {
  const [width, height] = text.split(':').map(Number) as [number, number]
  return width / height
}

export const imageRuleOf = ({
  formats,
  widths,
  ratios,
  rect,
  previews,
  qualities,
  quality,
  backgrounds,
  blurs,
}: Ladders): ImageRule => ({
  formats,
  requestable: [
    ...['webp', 'jpg', 'png', COMMON_FORMAT, ...formats.filter((format) => format === 'avif')],
    ...(previews ? PREVIEW_FORMATS : []),
  ],
  widths: widths as [number, ...number[]],
  ratios: ratios && (ratios.map(ratioOf) as [number, ...number[]]),
  hasParts: rect,
  qualities: qualities as [number, ...number[]],
  quality,
  ...(backgrounds?.length ? { backgrounds } : {}),
  ...(blurs?.length ? { blurs: blurs as [number, ...number[]] } : {}),
})

type Choices = Pick<Ladders, 'qualities' | 'quality' | 'backgrounds' | 'blurs'>

/** Whether a parameter can change a picture. `q` can't with one quality alone, unless that is 'auto': the default is never in the key. */
const hasChoice = (name: string, { qualities, quality, backgrounds, blurs }: Choices): boolean =>
  name === 'q'
    ? qualities.length > 1 || quality === 'auto'
    : name === 'bg'
      ? !!backgrounds?.length
      : name !== 'blur' || !!blurs?.length

/** The names that the cache key of a cached route may hold, sorted. `images`: `null` without images. */
export const keyParameters = (version: string | null, query: readonly string[], images: Choices | null): string[] =>
  [
    ...(version ? [version] : []),
    ...query,
    ...(images ? VARIANT_PARAMETERS.filter((name) => hasChoice(name, images)) : []),
  ].toSorted()
