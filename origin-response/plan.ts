/** What to make of a source: decided before anything is decoded. */
import { COMMON_FORMAT } from '../edge/canonical.ts'
import { FORMATS, type Format, isCommon, isFormat } from '../edge/formats.ts'
import type { ImageLimit, ImageRule } from '../edge/rules.ts'
import type { Variant } from '../edge/variant.ts'
import { AVIF_EFFORTS, encodeTime, renderMemory, renderTime } from './cost.ts'
import { atWidth, shownOf } from './cut.ts'
import { MAX_WORK_MS } from './deadline.ts'
import type { Facts } from './facts.ts'
import { USUAL_QUALITY } from './looks.ts'
import { type Original, original } from './original.ts'
import type { Settings } from './settings.ts'

/** What is asked for, and what there is to make it with. */
export type Task = {
  variant: Variant
  rule: ImageRule
  limit: ImageLimit
  /** MB of the function. */
  memory: number
  /** Milliseconds until the rendition has to be there. */
  time: number
  /** How many times what is predicted renditions take here of late; at least 1. */
  pace: number
}

/**
 * Whether a rendition has to have fewer bytes than the source: `must`: otherwise it is of no use, `should`: it shows
 * something else, `need not`: the viewer can't have the source, or asked for this very format.
 * `isNear`: the source is hardly larger than what is asked for: rather than spoil a rendition, give that.
 */
export type Thrift = { smaller: 'must' | 'should' | 'need not'; isNear: boolean }

export type Plan = ({ kind: 'plan'; settings: Settings } & Thrift) | Original

/** Pixels: a JPEG has no longer one. What libvips needs for longer rows is not foreseen. */
const MAX_SOURCE_SIDE = 65_535

/** @param bytes of the source */
export function planOf(facts: Facts, bytes: number, task: Task): Plan {
  const { variant, limit } = task
  const pixels = facts.width * facts.height
  if (pixels > limit.maxInputPixels) return original('too-many-pixels', `${pixels} pixels of ${limit.maxInputPixels}`)
  if (Math.max(facts.width, facts.height) > MAX_SOURCE_SIDE) {
    return original('too-many-pixels', `${facts.width}x${facts.height}: sides of ${MAX_SOURCE_SIDE} at most`)
  }
  const shown = shownOf(facts, variant)
  const asked = formatOf(facts, variant, shown)
  const frames = FORMATS[asked].canAnimate && !variant.blur ? facts.frames : 1
  if (frames > 1 && facts.isTurned) return original('unsupported', 'an animation that is to be turned')
  if (facts.hasMorePages && asked === facts.format) return original('unsupported', 'all pages but the first would go')

  const keepsSize = shown.width === facts.width && shown.height === facts.height
  const isAsIs = keepsSize && asked === facts.format
  const isFilled = variant.bg !== undefined && facts.hasAlpha
  if (isAsIs && (variant.q ?? 'auto') === 'auto' && !variant.blur && !isFilled && frames === facts.frames) {
    return original('not-smaller', 'as it is asked for already')
  }
  const quality = qualityOf(variant, task.rule)
  const first: Settings = {
    ...shown,
    format: asked,
    quality: quality === 'auto' ? USUAL_QUALITY : quality,
    effort: 0,
    frames,
    isPalette: facts.isPalette,
    hasDeepProfile: facts.hasDeepProfile,
    colours: MOST_COLOURS,
    isLossless: false,
    ...(variant.bg ? { background: variant.bg } : {}),
    ...(variant.blur ? { blur: variant.blur } : {}),
  }
  const settings = startOf(facts, bytes, withFrames(facts, bytes, first, task), task)
  const refusal = refusalOf(facts, bytes, settings, task)
  return refusal ?? { kind: 'plan', settings, ...thriftOf(facts, settings, task) }
}

/** What is asked for, or else what the config says. */
export const qualityOf = ({ q }: Variant, { quality }: ImageRule): number | 'auto' => q ?? quality

/** Shows what the source does not. */
const isChanged = ({ hasAlpha }: Facts, { background, blur }: Settings): boolean =>
  blur !== undefined || (background !== undefined && hasAlpha)

/** What a palette has at most. */
const MOST_COLOURS = 256

type Size = { width: number; height: number }

/**
 * The format that is asked for, the source's own where none is, which HEIC is not; what the target can't hold stays what it was: what moves
 * becomes WebP where AVIF is asked for, and sides that it does not have keep the source's format.
 */
function formatOf(facts: Facts, { fm }: Variant, { width, height }: Size): Format {
  const own = facts.format === 'heic' ? commonFormat(facts) : facts.format
  const asked = fm === COMMON_FORMAT ? commonFormat(facts) : fm && isFormat(fm) ? fm : own
  const holds = (format: Format) => Math.max(width, height) <= FORMATS[format].maxSide
  const moving = asked === 'avif' && facts.frames > 1 ? 'webp' : asked
  return holds(moving) || !holds(own) ? moving : own
}

/** What every browser shows. */
function commonFormat({ format, frames, hasAlpha }: Facts): Format {
  if (isCommon(format)) return format
  if (frames > 1) return 'gif'
  return hasAlpha ? 'png' : 'jpg'
}

/** Whether a format mostly comes from the viewer's `Accept`, and not from its URL: then it is there to save bytes. */
const isNegotiated = (format: Format): boolean => format === 'webp' || format === 'avif'

function thriftOf(facts: Facts, settings: Settings, { rule }: Task): Thrift {
  const isOther = settings.cut !== null || settings.frames < facts.frames || isChanged(facts, settings)
  // Whoever takes AVIF or WebP shows WebP; AVIF and TIFF not everybody.
  const isShown = isCommon(facts.format) || facts.format === 'webp'
  const isFree = settings.format !== facts.format && !(isNegotiated(settings.format) && isShown)
  const next = rule.widths.find((width) => width > settings.width) ?? Infinity
  return { smaller: isFree ? 'need not' : isOther ? 'should' : 'must', isNear: !isOther && facts.width <= next }
}

/**
 * A still picture whose rendition would take more memory than there is, or more than half of the time that any may
 * take, begins lower on the ladder of widths: so many pixels hardly ever fit into a response, and the encode that
 * makes them fit takes time, too. Where no width would do, it stays, to be refused.
 */
function startOf(facts: Facts, bytes: number, asked: Settings, task: Task): Settings {
  const whole = inTime(facts, bytes, asked, task)
  if (asked.frames > 1 || isAffordable(facts, bytes, whole, task)) return whole
  const narrower = task.rule.widths.filter((width) => width < asked.width).map((width) => atWidth(asked, width))
  const made = narrower.map((candidate) => inTime(facts, bytes, candidate, task))
  return made.findLast((candidate) => isAffordable(facts, bytes, candidate, task)) ?? whole
}

const isAffordable = (facts: Facts, bytes: number, settings: Settings, { memory }: Task): boolean =>
  renderTime(facts, settings, memory) <= MAX_WORK_MS / 2 && renderMemory(facts, settings, bytes) <= memory

/**
 * An animation of more pixels, memory or time than there are has as many of its first frames as there are for, in
 * halves; of one there is always enough, or it is refused as a still picture is.
 */
function withFrames(facts: Facts, bytes: number, settings: Settings, task: Task): Settings {
  const most = Math.floor(task.limit.maxInputPixels / (facts.width * facts.height))
  const time = Math.min(task.time, MAX_WORK_MS)
  let frames = Math.min(settings.frames, most)
  const isEnough = () => {
    const candidate = { ...settings, frames }
    return renderTime(facts, candidate, task.memory) <= time && renderMemory(facts, candidate, bytes) <= task.memory
  }
  while (frames > 1 && !isEnough()) frames = frames >> 1
  return { ...settings, frames }
}

/** Up to so many pixels WebP is smaller: of AVIF some 300 bytes are its container. */
const MOST_TINY_PIXELS = 48 * 48

/**
 * The most AVIF effort that there is memory for, that is within the budget, and that leaves half of the time to spare. None
 * at all is always in time, as it takes half as long as WebP; where there is no memory for it, WebP, which whoever takes
 * AVIF takes too.
 */
function inTime(facts: Facts, bytes: number, settings: Settings, task: Task): Settings {
  if (settings.format !== 'avif') return settings
  const isTiny = settings.width * settings.height <= MOST_TINY_PIXELS
  const efforts = isTiny ? [] : AVIF_EFFORTS.map((effort) => ({ ...settings, effort }))
  const found = efforts.findLast(
    (candidate) =>
      renderMemory(facts, candidate, bytes) <= task.memory &&
      (candidate.effort === 0 ||
        (isWithinBudget(candidate, task) && pacedTime(facts, candidate, task) <= Math.min(task.time, MAX_WORK_MS) / 2)),
  )
  return found ?? { ...settings, format: 'webp' }
}

/** Does not heed the pace: for a slow moment of the machine, viewers should not get more bytes for a year. */
const isWithinBudget = (settings: Settings, { memory, limit }: Pick<Task, 'memory' | 'limit'>): boolean =>
  encodeTime(settings, memory) <= limit.budget

const pacedTime = (facts: Facts, settings: Settings, { memory, pace }: Task): number =>
  pace * renderTime(facts, settings, memory)

/** Bits for a pixel, and bytes in all, below which AVIF's effort goes into what WebP may say in fewer. */
const FEW_BITS = 0.6
const FEW_BYTES = 4_096

/**
 * The same as WebP, where that may well have fewer bytes than the AVIF that was made: of smooth and simple pictures, and
 * palettes. Only where both are within the budget; of what has few bytes in all, always; never with half of the time.
 * @param bytes of the AVIF @param task with the time that is left
 */
export function rivalOf(facts: Facts, settings: Settings, bytes: number, task: Task): Settings | undefined {
  if (settings.format !== 'avif') return undefined
  const webp: Settings = { ...settings, format: 'webp', effort: 0 }
  const isSimple = settings.isPalette || 8 * bytes < FEW_BITS * settings.width * settings.height
  const together = encodeTime(settings, task.memory) + encodeTime(webp, task.memory)
  const isWorthIt = bytes < FEW_BYTES || (isSimple && together <= task.limit.budget)
  return isWorthIt && pacedTime(facts, webp, task) <= task.time / 2 ? webp : undefined
}

function refusalOf(facts: Facts, bytes: number, settings: Settings, task: Task): Original | undefined {
  const { memory, time } = task
  const { width, height, format } = settings
  if (Math.max(width, height) > FORMATS[format].maxSide) {
    return original('unsupported', `${width}x${height}: ${format} has sides of ${FORMATS[format].maxSide} at most`)
  }
  const needed = renderMemory(facts, settings, bytes)
  if (needed > memory) return original('too-many-pixels', `needs about ${Math.round(needed)} MB of ${memory}`)
  const predicted = renderTime(facts, settings, memory)
  // The next time it would take as long: there is no use in reading the source for it every minute.
  if (predicted > MAX_WORK_MS) return original('too-many-pixels', late(predicted, MAX_WORK_MS))
  const now = pacedTime(facts, settings, task)
  return now > time ? original('deadline', late(now, time)) : undefined
}

const late = (predicted: number, most: number): string =>
  `would take about ${Math.round(predicted)} ms of ${Math.round(most)}`
