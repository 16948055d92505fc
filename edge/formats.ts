/** The formats of images, sources and renditions alike. */

import { IMAGE_SIDE_PIXELS } from './limits.ts'

/** As `fm` names them. */
export type Format = 'webp' | 'avif' | 'jpg' | 'png' | 'gif' | 'tiff'

/** What a source may be: HEIC is decoded, and never made. */
export type SourceFormat = Format | 'heic'

type FormatFacts = {
  mediaType: string
  canAnimate: boolean
  /** Whether a lower quality makes it smaller. */
  hasQuality: boolean
  /** Pixels of the longer side at most. */
  maxSide: number
}

/** Sides: WebP, edge/limits.ts; AVIF, libaom's encoder; JPEG, GIF and TIFF, 16 bits, of which libjpeg takes 65,500. */
export const FORMATS: Readonly<Record<Format, FormatFacts>> = {
  webp: { mediaType: 'image/webp', canAnimate: true, hasQuality: true, maxSide: IMAGE_SIDE_PIXELS },
  avif: { mediaType: 'image/avif', canAnimate: false, hasQuality: true, maxSide: 16_384 },
  jpg: { mediaType: 'image/jpeg', canAnimate: false, hasQuality: true, maxSide: 65_500 },
  png: { mediaType: 'image/png', canAnimate: false, hasQuality: false, maxSide: 65_535 },
  gif: { mediaType: 'image/gif', canAnimate: true, hasQuality: false, maxSide: 65_535 },
  tiff: { mediaType: 'image/tiff', canAnimate: false, hasQuality: false, maxSide: 65_535 },
}

export const isFormat = (name: string): name is Format => Object.hasOwn(FORMATS, name)

/** Shown by every browser, whatever it says. */
export const isCommon = (format: SourceFormat): format is 'jpg' | 'png' | 'gif' =>
  format === 'jpg' || format === 'png' || format === 'gif'
