/** Broken files without end, each from its seed alone. */
import sharp from 'sharp'
import { onePixelWebp } from './bombs.ts'
import { type Fixture, fixtures } from './fixtures.ts'
import { codedItem, codedPicture, encodeHeic, gridFile, heicFile, NO_ENCODER, PROPERTY } from './heic.ts'
import { randomFrom, randomMutant } from './mutations.ts'
import { photo } from './pictures.ts'
import { blackPng, COLOUR, withChecksums } from './png.ts'
import { PERMANENT } from './reasons.ts'
import type { Source } from './response.ts'
import { type Question, ROUTE } from './rig.ts'
import { CUTS, LOOKS, PREVIEWS, VARIANTS } from './variants.ts'

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

/** Where `heif-enc` is installed. */
const SHARE_OF_HEIC = 1 / 10

type Subjected = Pick<Fixture, 'name' | 'bytes'> & { kind: Source['kind'] }

/** All that a route takes. */
export const variantsOn = (route: number): readonly string[] =>
  route === ROUTE.phones ? [...VARIANTS, ...CUTS, ...LOOKS, ...PREVIEWS] : [...VARIANTS, ...CUTS]

async function heics(): Promise<Subjected[]> {
  if (NO_ENCODER) return []
  const coded = await codedPicture(await photo(96, 64).png().toBuffer())
  const heic = (name: string, bytes: Buffer): Subjected => ({ name: `heic, ${name}`, kind: 'heic', bytes })
  return [
    heic('turned', heicFile([codedItem(coded, [PROPERTY.rotation(1)])])),
    heic('tiles', gridFile([coded, coded, coded, coded], { columns: 2, width: 150, height: 100 })),
    heic('alpha', await encodeHeic(await photo(96, 64, { alpha: true }).png().toBuffer())),
  ]
}

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
  const [small, large, phones] = [await fixtures(), await spacious(), await heics()]
  const donors = small.map(({ bytes }) => bytes)
  return (seed) => {
    // Its own numbers, so that a mutation can be told apart from what it is done to.
    const random = randomFrom(seed ^ 0x5eed)
    const oneOf = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    const ordinary: Subjected = oneOf(random() < SHARE_OF_SPACIOUS ? large : small)
    // A machine without the encoder has another file in its place, and all other seeds the same.
    const turn = random()
    const whole =
      turn < SHARE_OF_HEIC ? (phones[Math.floor((turn / SHARE_OF_HEIC) * phones.length)] ?? ordinary) : ordinary
    const isHeic = whole.kind === 'heic'
    // A HEIC that is not decoded has nothing that could go wrong in many ways.
    const route = random() < (isHeic ? 0.9 : 0.5) ? ROUTE.phones : ROUTE.photos
    const mutant = randomMutant(whole.bytes, seed, donors)
    // As phones' photographs are uploaded: under the name of a JPEG, and of that type every other time.
    const isTrue = random() < (isHeic ? 0.5 : 0.9)
    const type = `image/${isTrue ? whole.kind : isHeic ? 'jpeg' : oneOf(TYPES)}`
    const variant = oneOf<string>(variantsOn(route))
    const isMended = whole.kind === 'png' && random() < 0.8
    const bytes = isMended ? withChecksums(mutant.bytes) : mutant.bytes
    const mutation = `${mutant.name}${isMended ? ', checksums mended' : ''}`
    return { seed, fixture: whole.name, mutation, bytes, kind: whole.kind, type, route, variant, expected: EXPECTED }
  }
}
