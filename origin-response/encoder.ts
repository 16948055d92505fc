/** Encodes one source, as often as it takes, and watches how long that takes the process. */
import { MARGIN, renderTime } from './cost.ts'
import type { Facts } from './facts.ts'
import { type Encoded, searchQuality } from './looks.ts'
import type { Readable } from './open-source.ts'
import type { Pace } from './pace.ts'
import type { Settings } from './settings.ts'

export type Encoder = {
  /** Of what is encoded. */
  facts(): Facts
  /** Whether something of the source was missing so far. */
  isIncomplete(): boolean
  /** What a search ended with is not encoded again. @throws for a source that can't be decoded */
  encode(settings: Settings): Promise<Buffer>
  /**
   * The settings with the lowest quality that looks good enough: see `looks.ts`. From then on, what is encoded is the picture
   * in their size. @throws as `encode`
   */
  search(settings: Settings): Promise<Settings>
}

type Means = {
  renderer: Pick<typeof import('./render.ts'), 'render' | 'renderPixels' | 'lightnessOf'>
  maxInputPixels: number
  /** MB of the function. */
  memory: number
  pace: Pace
  /** Milliseconds. */
  timeLeft: () => number
}

export function encoderOf(readable: Readable, { renderer, maxInputPixels, memory, pace, timeLeft }: Means): Encoder {
  let source = readable
  let isIncomplete = false
  let found: Encoded | undefined

  const encode = async (settings: Settings): Promise<Buffer> => {
    if (found?.settings === settings) return found.bytes
    const start = performance.now()
    const rendered = await renderer.render(source.bytes, settings, maxInputPixels, timeLeft())
    const now = performance.now()
    pace.observe(now - start, renderTime(source.facts, settings, memory) / MARGIN, now)
    isIncomplete ||= rendered.isIncomplete
    return rendered.bytes
  }

  const search = async (settings: Settings): Promise<Settings> => {
    const pixels = await renderer.renderPixels(source.bytes, settings, maxInputPixels, timeLeft())
    source = pixelsOf(pixels.bytes, settings, source.facts)
    isIncomplete = pixels.isIncomplete
    const { lightnessOf } = renderer
    const reference = await lightnessOf(pixels.bytes)
    found = await searchQuality({ ...settings, cut: null }, { encode, lightnessOf, reference, timeLeft })
    return found.settings
  }

  return { facts: () => source.facts, isIncomplete: () => isIncomplete, encode, search }
}

/** MB that a search keeps of a picture: four bytes for each pixel, as they are and as libvips reads them. */
export const pixelsMemory = ({ width, height }: Settings): number => (2 * 4 * width * height) / 1e6

const pixelsOf = (bytes: Buffer, { width, height }: Settings, facts: Facts): Readable => ({
  kind: 'readable',
  bytes,
  facts: { ...facts, format: 'tiff', width, height, isTurned: false, isProgressive: false, scans: 1 },
})
