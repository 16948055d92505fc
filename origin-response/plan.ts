/** What to make of a source: decided before anything is decoded. */
import { FORMATS, type Format, isFormat } from '../edge/formats.ts'
import type { ImageLimit, ImageRule } from '../edge/rules.ts'
import type { Variant } from '../edge/variant.ts'
import { AVIF_EFFORTS, renderMemory, renderTime } from './cost.ts'
import { MAX_WORK_MS } from './deadline.ts'
import { atWidth } from './fit.ts'
import { type Original, original } from './original.ts'
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
export type Plan = { kind: 'plan'; settings: Settings; mustBeSmaller: boolean } | Original

/** Pixels: a JPEG has no longer one. What libvips needs for longer rows is not foreseen. */
const MAX_SOURCE_SIDE = 65_535

/** @param bytes of the source */
export function planOf(facts: Facts, bytes: number, task: Task): Plan {
  const { variant, limit } = task
  const asked = formatAsked(variant, facts)
  const pixels = facts.width * facts.height * facts.frames
  if (pixels > limit.maxInputPixels) return original('too-many-pixels', `${pixels} pixels of ${limit.maxInputPixels}`)
  if (Math.max(facts.width, facts.height) > MAX_SOURCE_SIDE) {
    return original('too-many-pixels', `${facts.width}x${facts.height}: sides of ${MAX_SOURCE_SIDE} at most`)
  }
  if (facts.frames > 1 && !FORMATS[asked].canAnimate) return original('unsupported', `${asked} has one frame alone`)
  if (facts.frames > 1 && facts.isTurned) return original('unsupported', 'an animation that is to be turned')
  if (facts.hasMorePages && asked === facts.format) return original('unsupported', 'all pages but the first would go')

  const size = sizeOf(facts, variant)
  const keepsSize = size.width === facts.width && size.height === facts.height
  if (keepsSize && asked === facts.format && !variant.q) return original('not-smaller', 'as it is asked for already')

  const first = { ...size, ...encodingOf(facts, task), format: asked }
  const settings = startOf(facts, bytes, first, task)
  const refusal = refusalOf(facts, bytes, settings, task)
  const mustBeSmaller = keepsSize && (asked === facts.format || isNegotiated(asked))
  return refusal ?? { kind: 'plan', settings, mustBeSmaller }
}

const formatAsked = ({ fm }: Variant, facts: Facts): Format => (fm && isFormat(fm) ? fm : facts.format)

/** Of these, `fm` is mostly what the viewer's `Accept` became: for the sake of fewer bytes. */
const isNegotiated = (format: Format): boolean => format === 'webp' || format === 'avif'

const encodingOf = ({ frames, isPalette }: Facts, { variant, rule }: Task) => ({
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

/**
 * A still picture whose rendition would take more memory than there is, or more than half of the time that any may
 * take, begins lower on the ladder of widths: so many pixels hardly ever fit into a response, and the encode that
 * makes them fit takes time, too. Where no width would do, it stays, to be refused.
 */
function startOf(facts: Facts, bytes: number, asked: Settings, task: Task): Settings {
  const { rule, memory } = task
  const isAffordable = (candidate: Settings) =>
    renderTime(facts, candidate, memory) <= MAX_WORK_MS / 2 && renderMemory(facts, candidate, bytes) <= memory
  const whole = inTime(facts, bytes, asked, task)
  if (asked.animated || isAffordable(whole)) return whole
  const narrower = rule.widths.filter((width) => width < asked.width).map((width) => atWidth(asked, width))
  return narrower.map((candidate) => inTime(facts, bytes, candidate, task)).findLast(isAffordable) ?? whole
}

/** How long the first viewer of a rendition may be kept waiting for what AVIF saves. */
const MAX_AVIF_MS = 3_000

/**
 * The most AVIF effort that there is memory for, and that leaves half of the time to spare; where there is none, WebP,
 * which whoever takes AVIF takes too.
 */
function inTime(facts: Facts, bytes: number, settings: Settings, { time, memory }: Task): Settings {
  if (settings.format !== 'avif') return settings
  const fits = AVIF_EFFORTS.map((effort) => ({ ...settings, effort })).filter(
    (candidate) =>
      renderTime(facts, candidate, memory) <= Math.min(time / 2, MAX_AVIF_MS) &&
      renderMemory(facts, candidate, bytes) <= memory,
  )
  return fits.at(-1) ?? { ...settings, format: 'webp' }
}

function refusalOf(facts: Facts, bytes: number, settings: Settings, { memory, time }: Task): Original | undefined {
  const { width, height, format } = settings
  if (Math.max(width, height) > FORMATS[format].maxSide) {
    return original('unsupported', `${width}x${height}: ${format} has sides of ${FORMATS[format].maxSide} at most`)
  }
  const needed = renderMemory(facts, settings, bytes)
  if (needed > memory) return original('too-many-pixels', `needs about ${Math.round(needed)} MB of ${memory}`)
  const predicted = renderTime(facts, settings, memory)
  // The next time it would take as long: there is no use in reading the source for it every minute.
  const [reason, most] =
    predicted > MAX_WORK_MS ? (['too-many-pixels', MAX_WORK_MS] as const) : (['deadline', time] as const)
  return predicted > most
    ? original(reason, `would take about ${Math.round(predicted)} ms of ${Math.round(most)}`)
    : undefined
}
