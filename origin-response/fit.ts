/** Makes a rendition fit: into a generated response, and below its source; lower quality first, then fewer pixels. */
import { FORMATS } from '../edge/formats.ts'
import type { Ladder } from '../edge/rules.ts'
import { atWidth } from './cut.ts'
import { type Original, original } from './original.ts'
import type { Settings } from './settings.ts'

export type Fitting = {
  /** Bytes that the rendition may have. */
  budget: number
  /** Bytes that it should have fewer than, where that takes no pixels: those of the source, or `Infinity`. */
  aim: number
  /** Quality goes no lower than its first rung to keep within the budget. */
  qualities: Ladder
  /** Milliseconds left. */
  timeLeft: () => number
}

export type Fitted = { kind: 'fitted'; bytes: Buffer; settings: Settings } | Original

/** Two or three do; more would only mean that the estimates are wrong for this picture. */
const MAX_ENCODES = 5

/** Part of the budget that an estimate aims at: below it, so that the next encode is the last. */
const AIM = 0.92

/**
 * Bytes fall by about this part of themselves for one step of `q`, in WebP from 80 down to 50 as measured; more above,
 * and much the same in JPEG and in AVIF, whose scale follows. Too little here costs some quality, too much an encode.
 */
const PER_QUALITY_STEP = 0.022

/** Bytes go with the pixels to this power: there is more to see in each of fewer. */
const PIXEL_EXPONENT = 0.85

/** How far an estimate for the lowest quality may be over the budget, and the picture still turn out to fit. */
const UNSURE = 1.5

/** The lowest quality and the fewest colours, for a rendition that must be smaller than a source of poor quality. */
const POOREST = 20
const FEWEST_COLOURS = 16

/** @param encode rejects for a source that can't be decoded, and so does this */
export async function fitRendition(
  first: Settings,
  encode: (settings: Settings) => Promise<Buffer>,
  fitting: Fitting,
): Promise<Fitted> {
  let settings = first
  let best: Extract<Fitted, { kind: 'fitted' }> | undefined
  for (let encodes = 1; ; encodes += 1) {
    const before = fitting.timeLeft()
    const bytes = await encode(settings)
    const left = fitting.timeLeft()
    if (bytes.length <= fitting.budget && bytes.length < (best?.bytes.length ?? Infinity)) {
      best = { kind: 'fitted', bytes, settings }
    }
    if (best && best.bytes.length < fitting.aim) return best
    const next = best ? cheaper(settings, bytes.length, fitting) : smaller(settings, bytes.length, fitting)
    const isLast = !next || encodes === MAX_ENCODES
    const isLate = before - left > left
    if (best && (isLast || isLate)) return best
    if (isLast) return original('over-limit', `${bytes.length} bytes of ${fitting.budget}`)
    if (isLate) return original('deadline', `no time to encode again: ${Math.round(left)} ms`)
    settings = next
  }
}

/**
 * The settings that should fit, told from what the last ones gave; `undefined` where nothing is left to lower. Pixels
 * go where the lowest quality would clearly not do, and no more of them than have to: what is in the key stays.
 */
function smaller(settings: Settings, bytes: number, { budget, qualities }: Fitting): Settings | undefined {
  const { quality, width, format } = settings
  const aim = (budget * AIM) / bytes
  const lowest = FORMATS[format].hasQuality ? Math.min(quality, qualities[0]) : quality
  const partAtLowest = Math.exp((lowest - quality) * PER_QUALITY_STEP)
  const part = Math.min(1, aim / partAtLowest) ** (0.5 / PIXEL_EXPONENT)
  const narrower = Math.min(width - 1, Math.floor(width * part))
  const mayDo = bytes * partAtLowest <= budget * UNSURE
  if (quality > lowest && (mayDo || narrower < 1)) {
    const estimated = Math.floor(quality + Math.log(aim) / PER_QUALITY_STEP)
    return { ...settings, quality: Math.max(lowest, estimated) }
  }
  return narrower >= 1 ? { ...atWidth(settings, narrower), quality: lowest } : undefined
}

/** The next settings to try for fewer bytes at the same size; `undefined`: there are none. Of a WebP of a palette, lossless comes first. */
function cheaper(settings: Settings, bytes: number, { aim }: Fitting): Settings | undefined {
  const { quality, format, colours, isPalette, isLossless } = settings
  if (format === 'webp' && isPalette && !isLossless) return { ...settings, isLossless: true }
  if (FORMATS[format].hasQuality) {
    const estimated = Math.floor(quality + Math.log((aim * AIM) / bytes) / PER_QUALITY_STEP)
    const lower = Math.max(POOREST, Math.min(quality - 1, estimated))
    return lower < quality ? { ...settings, isLossless: false, quality: lower } : undefined
  }
  return isPalette && colours > FEWEST_COLOURS ? { ...settings, colours: colours / 4 } : undefined
}
