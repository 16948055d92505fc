/**
 * `quality: 'auto'`: the lowest quality at which a picture looks as good as others do at the usual one. What hides losses is
 * detail: where there is much of it, fewer bytes do.
 */
import type { Lightness } from './render.ts'
import type { Settings } from './settings.ts'

/** The quality of a picture without detail, in which every flaw shows; and the lowest one, for pictures that hide them. */
export const USUAL_QUALITY = 80
const LOWEST_QUALITY = 64

/**
 * At which distance a picture still looks no worse than the worst of others does at the usual quality, by butteraugli and by
 * SSIMULACRA: docs/images.md. At 0.016 one of them looks worse.
 */
const FARTHEST = 0.015

/** Points of a block, across and down, and from one block to the next. */
const BLOCK = 8
const STEP = 4

/** A variance that is no detail: the noise of a camera, the steps of eight bits. */
const NOISE = 30

/**
 * How far two pictures are apart, half as wide as they are shown: the squared error of each block over what varies in it, on
 * average. Eyes see little of an error among details of its own size, which is what SSIM's structure and butteraugli's masking
 * stand for. Half the width leaves out what is too fine to be seen.
 */
export function distanceOf(reference: Lightness, candidate: Lightness): number {
  const { width, height } = reference
  let sum = 0
  let blocks = 0
  for (let top = 0; top + BLOCK <= height; top += STEP) {
    for (let left = 0; left + BLOCK <= width; left += STEP) {
      sum += blockDistance(reference.values, candidate.values, top * width + left, width)
      blocks += 1
    }
  }
  return blocks === 0 ? Infinity : sum / blocks
}

function blockDistance(reference: Uint8Array, candidate: Uint8Array, first: number, width: number): number {
  let total = 0
  let squares = 0
  let errors = 0
  for (let y = 0; y < BLOCK; y += 1) {
    for (let at = first + y * width, end = at + BLOCK; at < end; at += 1) {
      const value = reference[at] as number
      total += value
      squares += value * value
      errors += (value - (candidate[at] as number)) ** 2
    }
  }
  const points = BLOCK * BLOCK
  const variance = squares / points - (total / points) ** 2
  return errors / points / (variance + NOISE)
}

export type Encoded = { settings: Settings; bytes: Buffer }

export type Search = {
  encode: (settings: Settings) => Promise<Buffer>
  lightnessOf: (picture: Buffer) => Promise<Lightness>
  /** Of what is encoded. */
  reference: Lightness
  /** Milliseconds. */
  timeLeft: () => number
}

/**
 * Halves the qualities that are left until they are two steps apart: four encodes, and one where there is little detail.
 * @param usual at the usual quality @throws what `encode` throws
 */
export async function searchQuality(
  usual: Settings,
  { encode, lightnessOf, reference, timeLeft }: Search,
): Promise<Encoded> {
  let best: Encoded = { settings: usual, bytes: await encode(usual) }
  let [low, high] = [LOWEST_QUALITY - 1, usual.quality]
  const isGood = async (bytes: Buffer) => distanceOf(reference, await lightnessOf(bytes)) <= FARTHEST
  if (!(await isGood(best.bytes))) return best
  while (high - low > 2) {
    const began = timeLeft()
    const settings = { ...usual, quality: Math.ceil((low + high) / 2) }
    const bytes = await encode(settings)
    if (await isGood(bytes)) {
      best = { settings, bytes }
      high = settings.quality
    } else low = settings.quality
    if (began - timeLeft() > timeLeft() / 2) break
  }
  return best
}
