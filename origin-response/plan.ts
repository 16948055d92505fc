/** What to make of a source: a decision on its header alone, before anything is decoded. */
import type { Reason } from '../edge/image.ts'
import { IMAGE_SIDE_PIXELS } from '../edge/limits.ts'
import type { ImageLimit, ImageRule } from '../edge/rules.ts'
import type { Variant } from '../edge/variant.ts'
import { AVIF_EFFORTS, renderMemory, renderTime } from './cost.ts'
import { MOST_WORK } from './deadline.ts'
import { FORMATS, type Format, isFormat } from './formats.ts'
import type { Facts, Settings } from './render.ts'

/** What is asked for, and what there is to make it with. */
export type Task = {
  variant: Variant
  rule: ImageRule
  limit: ImageLimit
  /** MB of the function. */
  memory: number
  /** Milliseconds until the rendition has to be there. */
  time: number
}

/** `mustBeSmaller`: a rendition with as many bytes as the source is of no use to anyone. */
export type Plan =
  | { kind: 'plan'; settings: Settings; mustBeSmaller: boolean }
  | { kind: 'original'; reason: Reason; detail: string }

/** @param bytes of the source */
export function planOf(facts: Facts, bytes: number, task: Task): Plan {
  const { variant, limit, memory, time } = task
  const asked = formatAsked(variant, facts)
  const pixels = facts.width * facts.height * facts.frames
  if (pixels > limit.maxInputPixels) return original('too-many-pixels', `${pixels} pixels`)
  if (facts.frames > 1 && !FORMATS[asked].canAnimate) return original('unsupported', `${asked} has one frame alone`)

  if (facts.frames > 1 && facts.isTurned) return original('unsupported', 'an animation that is to be turned')
  if (facts.hasMorePages && asked === facts.format) return original('unsupported', 'all pages but the first would go')

  const size = sizeOf(facts, variant)
  if (Math.max(size.width, size.height) > IMAGE_SIDE_PIXELS) {
    return original('unsupported', `no format has sides of ${size.width}x${size.height}`)
  }
  const keepsSize = size.width === facts.width && size.height === facts.height
  if (keepsSize && asked === facts.format && !variant.q) return original('not-smaller', 'as it is asked for already')

  const settings = inTime(facts, bytes, { ...size, ...howOf(facts, task), format: asked }, task)
  const needed = renderMemory(facts, settings, bytes)
  if (needed > memory) return original('too-many-pixels', `needs about ${Math.round(needed)} MB of ${memory}`)
  const predicted = renderTime(facts, settings, memory)
  // The next time it would take as long: there is no use in reading the source for it every minute.
  if (predicted > MOST_WORK) return original('too-many-pixels', `would take about ${Math.round(predicted)} ms`)
  if (predicted > time)
    return original('deadline', `would take about ${Math.round(predicted)} ms of ${Math.round(time)}`)
  return { kind: 'plan', settings, mustBeSmaller: keepsSize && (asked === facts.format || isModern(asked)) }
}

const original = (reason: Reason, detail: string): Plan => ({ kind: 'original', reason, detail })

const formatAsked = ({ fm }: Variant, facts: Facts): Format => (fm && isFormat(fm) ? fm : facts.format)

/** The formats that are negotiated: nobody asks for one that has more bytes. */
const isModern = (format: Format): boolean => format === 'webp' || format === 'avif'

/**
 * The most AVIF effort that leaves half of the time to spare; where there is none, WebP, which whoever takes AVIF
 * takes too.
 */
function inTime(facts: Facts, bytes: number, settings: Settings, { time, memory }: Task): Settings {
  if (settings.format !== 'avif') return settings
  const fits = AVIF_EFFORTS.map((effort) => ({ ...settings, effort })).filter(
    (candidate) =>
      renderTime(facts, candidate, memory) <= Math.min(time / 2, AVIF_MS) &&
      renderMemory(facts, candidate, bytes) <= memory,
  )
  return fits.at(-1) ?? { ...settings, format: 'webp' }
}

/** Milliseconds that the first viewer of a rendition may be kept waiting for what AVIF saves. */
const AVIF_MS = 3_000

const howOf = ({ frames, isPalette }: Facts, { variant, rule }: Task) => ({
  quality: variant.q ?? rule.quality,
  effort: 0,
  animated: frames > 1,
  isPalette,
})

type Size = Pick<Settings, 'width' | 'height' | 'crop'>

/** Never larger than the source: a box is left as far as the source goes, a crop keeps its proportion. */
function sizeOf({ width, height }: Facts, { w, h, fit }: Variant): Size {
  if (fit === 'crop' && w && h) {
    const scale = Math.min(1, width / w, height / h)
    return { ...scaled(w, h, scale), crop: true }
  }
  const scale = Math.min(1, w ? w / width : 1, h ? h / height : 1)
  return { ...scaled(width, height, scale), crop: false }
}

const scaled = (width: number, height: number, scale: number) => ({
  width: Math.max(1, Math.round(width * scale)),
  height: Math.max(1, Math.round(height * scale)),
})
