/** Broken files without end, each from its seed alone. */
import sharp from 'sharp'
import { onePixelWebp } from './bombs.ts'
import { type Fixture, fixtures } from './fixtures.ts'
import { randomFrom, randomMutant } from './mutations.ts'
import { blackPng, COLOUR, withChecksums } from './png.ts'
import { PERMANENT } from './reasons.ts'
import type { Question } from './rig.ts'
import { VARIANTS } from './variants.ts'

export type Subject = Question & {
  seed: number
  fixture: string
  mutation: string
}

/** Nothing about a file passes by itself; that it takes too long, or more memory than others left, may. */
const EXPECTED = ['rendition', ...PERMANENT, 'deadline', 'disabled'] as const

const TYPES = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif']

/**
 * Large ones between the small ones: an environment lives for thousands of invocations, and what the others have left
 * of its memory has to do for these.
 */
const SPACIOUS = { width: 3_000, height: 2_200 }
const SHARE_OF_SPACIOUS = 1 / 200

async function spacious(): Promise<Fixture[]> {
  const { width, height } = SPACIOUS
  const jpeg = await sharp({ create: { ...SPACIOUS, channels: 3, background: '#246' } })
    .jpeg()
    .toBuffer()
  const common = { width, height, frames: 1 }
  return [
    { ...common, name: 'jpeg, spacious', kind: 'jpeg', bytes: jpeg },
    { ...common, name: 'png, spacious', kind: 'png', bytes: blackPng({ ...SPACIOUS, depth: 8, colour: COLOUR.rgb }) },
    { ...common, name: 'webp, spacious', kind: 'webp', bytes: onePixelWebp(width, height) },
  ]
}

/** Makes the subjects by their seeds; the same for every call. */
export async function subjects(): Promise<(seed: number) => Subject> {
  const [small, large] = [await fixtures(), await spacious()]
  const donors = small.map(({ bytes }) => bytes)
  return (seed) => {
    // Its own numbers, so that a mutation can be told apart from what it is done to.
    const random = randomFrom(seed ^ 0x5eed)
    const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const whole = oneOf(random() < SHARE_OF_SPACIOUS ? large : small)
    const mutant = randomMutant(whole.bytes, seed, donors)
    const type = `image/${random() < 0.9 ? whole.kind : oneOf(TYPES)}`
    const variant = oneOf(VARIANTS)
    const isMended = whole.kind === 'png' && random() < 0.8
    const bytes = isMended ? withChecksums(mutant.bytes) : mutant.bytes
    const mutation = `${mutant.name}${isMended ? ', checksums mended' : ''}`
    return { seed, fixture: whole.name, mutation, bytes, type, variant, expected: EXPECTED }
  }
}
