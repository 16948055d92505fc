/** What is told before a rendition is made. */
import type { Format } from '../edge/formats.ts'
import type { Shown } from './cut.ts'

/** One way to encode a source. */
export type Settings = Shown & {
  format: Format
  quality: number
  /** AVIF alone: from 0, quick, up; `cost.ts` has what each costs. */
  effort: number
  /** How many of the source's frames are shown, from the first on. */
  frames: number
  /** As in `Facts`. */
  hasDeepProfile: boolean
  /** Of the source: a PNG then stays a palette, of so many `colours`. A GIF always is one. */
  isPalette: boolean
  colours: number
  /** WebP alone: as palettes often are smaller. */
  isLossless: boolean
  /** Behind what is transparent, as six digits. */
  background?: string
  /** Thousandths of the longer side. */
  blur?: number
  /** TIFF alone: for a picture that is not served, but encoded once more. */
  isUncompressed?: true
}
