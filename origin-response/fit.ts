/** Makes a rendition fit into a generated response: lower quality first, then fewer pixels. */
import { FORMATS } from '../edge/formats.ts'
import type { Ladder } from '../edge/rules.ts'
import { type Original, original } from './original.ts'
import type { Settings } from './render.ts'

export type Fitting = {
  /** Bytes that the rendition may have. */
  budget: number
  /** Quality goes no lower than its first rung. */
  qualities: Ladder
  /** Pixels of width to go down along. */
  widths: Ladder
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

/** How far an estimate for the lowest quality may be over the budget, and the picture still turn out to fit. */
const UNSURE = 1.5

/** @param encode rejects for a source that can't be decoded, and so does this */
export async function fitRendition(
  first: Settings,
  encode: (settings: Settings) => Promise<Buffer>,
  fitting: Fitting,
): Promise<Fitted> {
  let settings = first
  for (let encodes = 1; ; encodes += 1) {
    const before = fitting.timeLeft()
    const bytes = await encode(settings)
    if (bytes.length <= fitting.budget) return { kind: 'fitted', bytes, settings }

    const next = smaller(settings, bytes.length, fitting)
    const left = fitting.timeLeft()
    if (!next || encodes === MAX_ENCODES) return original('over-limit', `${bytes.length} bytes of ${fitting.budget}`)
    if (before - left > left) return original('deadline', `no time to encode again: ${Math.round(left)} ms`)
    settings = next
  }
}

/**
 * The settings that should fit, told from what the last ones gave; `undefined` where nothing is left to lower. The
 * width goes down where the lowest quality would clearly not do.
 */
function smaller(settings: Settings, bytes: number, { budget, qualities, widths }: Fitting): Settings | undefined {
  const { quality, width } = settings
  const aim = (budget * AIM) / bytes
  const lowest = FORMATS[settings.format].hasQuality ? Math.min(quality, qualities[0]) : quality
  const partAtLowest = Math.exp((lowest - quality) * PER_QUALITY_STEP)
  const rung = widths.findLast((candidate) => candidate < width && candidate <= width * Math.sqrt(aim / partAtLowest))

  const mayDo = bytes * partAtLowest <= budget * UNSURE
  if (quality > lowest && (mayDo || !rung)) {
    const estimated = Math.floor(quality + Math.log(aim) / PER_QUALITY_STEP)
    return { ...settings, quality: Math.max(lowest, estimated) }
  }
  return rung ? { ...atWidth(settings, rung), quality: lowest } : undefined
}

/** The same picture, narrower, in its proportion. */
export const atWidth = (settings: Settings, width: number): Settings => ({
  ...settings,
  width,
  height: Math.max(1, Math.round((settings.height * width) / settings.width)),
})
