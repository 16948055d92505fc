/** Every fixture in every variant, through the built zip: the picture that was asked for comes out. */
import { isDeepStrictEqual } from 'node:util'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { sampleOf } from '../runs.ts'
import { makeCounts } from './counts.ts'
import { DELAYS, FIXTURE_NAMES, fixture, LOOP } from './fixtures.ts'
import { isUpright, ORIENTATIONS, orientedJpeg, UPRIGHT } from './orientations.ts'
import { photo } from './pictures.ts'
import { responseOf } from './response.ts'
import { type Answer, openRig, type Question, type Rig, type Zip, zipOfRun } from './rig.ts'
import { expectedOf, VARIANTS } from './variants.ts'

let zip: Zip
let rig: Rig
const counts = makeCounts()
beforeAll(async () => {
  zip = await zipOfRun()
  rig = await openRig(zip, { processes: 2 })
})
afterAll(async () => {
  await rig?.close()
  console.log(`fixtures and variants: ${counts.line()}`)
})

async function ask(question: Question): Promise<Answer> {
  const answer = await rig.ask(question)
  counts.add(answer)
  return answer
}

const bodyOf = ({ outcome }: Answer): Buffer =>
  Buffer.from(responseOf(outcome.kind === 'returned' ? outcome.value : {}).body ?? '', 'base64')

/** Red, green and blue on average, as seen on a screen. */
async function meanOf(bytes: Buffer): Promise<number[]> {
  const seen = await sharp(bytes).removeAlpha().toColourspace('srgb').png().toBuffer()
  return (await sharp(seen).stats()).channels.map(({ mean }) => mean)
}

/** A document is no animation: its first page may be a picture of it, but not a document without the others. */
const losesPages = (name: string, variant: string): boolean => name === 'tiff, pages' && !variant.includes('fm=')

/** The same list from another place on: in a short run, each fixture has other variants than the one before it. */
const turned = <T>(all: readonly T[], places: number): T[] => [
  ...all.slice(places % all.length),
  ...all.slice(0, places % all.length),
]

describe('a fixture comes out as every variant asks', () => {
  it.each(FIXTURE_NAMES)('%s', async (name) => {
    const { bytes, kind, width, height, frames } = await fixture(name)
    const source = { kind, width, height, frames }
    const variants = sampleOf(turned(VARIANTS, FIXTURE_NAMES.indexOf(name)))
    const answers = await rig.askAll(
      variants.map((variant) => ({
        ...{ bytes, type: `image/${kind}`, variant, source },
        expected: losesPages(name, variant) ? (['unsupported'] as const) : expectedOf(source, variant),
      })),
    )
    for (const answer of answers) counts.add(answer)
    const wrong = answers.filter(({ faults }) => faults.length > 0)
    expect(answers.length).toBe(variants.length)
    expect(wrong.map(({ question, faults }) => ({ variant: question.variant, faults }))).toEqual([])
  })
})

describe('the picture is seen as it was taken', () => {
  it.each(ORIENTATIONS)('with EXIF orientation %i', async (orientation) => {
    const source = { kind: 'jpeg', ...UPRIGHT, frames: 1 } as const
    const bytes = await orientedJpeg(orientation)
    for (const variant of ['fm=webp&w=96', 'fm=png', 'fit=crop&h=64&w=96', 'h=64']) {
      const answer = await ask({ bytes, variant, source, expected: ['rendition'] })
      expect(answer.faults).toEqual([])
      expect(await isUpright(bodyOf(answer)), variant).toBe(true)
    }
  })

  test('with the frames, delays and loops of an animation', async () => {
    for (const name of ['gif, animated', 'webp, animated']) {
      const { bytes, kind } = await fixture(name)
      for (const variant of ['fm=webp&w=32', 'w=32', 'fit=crop&fm=webp&h=32&w=32']) {
        const answer = await ask({ bytes, type: `image/${kind}`, variant, expected: ['rendition'] })
        expect(answer.faults).toEqual([])
        const { delay, loop, pages } = await sharp(bodyOf(answer), { pages: -1 }).metadata()
        expect({ delay, loop, pages }).toEqual({ delay: DELAYS, loop: LOOP, pages: 4 })
      }
    }
  })

  test('with its colours, whatever space they are stored in', async () => {
    for (const name of ['jpeg', 'jpeg, P3', 'jpeg, CMYK', 'jpeg, grey', 'png, 16 bits', 'tiff, jpeg', 'avif', 'webp']) {
      const { bytes, kind } = await fixture(name)
      const answer = await ask({ bytes, type: `image/${kind}`, variant: 'fm=png&w=64' })
      const [wanted, found] = [await meanOf(bytes), await meanOf(bodyOf(answer))]
      const off = found.map((mean, i) => Math.abs(mean - (wanted[i] ?? 0)))
      expect(Math.max(...off), `${name}: ${found} instead of ${wanted}`).toBeLessThan(2)
    }
  })

  test('with its transparency', async () => {
    for (const name of ['png, alpha', 'webp, alpha', 'tiff, alpha', 'avif, alpha']) {
      const { bytes, kind } = await fixture(name)
      for (const variant of ['fm=webp&w=64', 'fm=png&w=64', 'fm=avif&w=64', 'w=64']) {
        const answer = await ask({ bytes, type: `image/${kind}`, variant })
        const { channels, isOpaque } = await sharp(bodyOf(answer)).stats()
        expect({ name, variant, isOpaque }).toEqual({ name, variant, isOpaque: false })
        expect(channels.at(-1)?.min).toBeLessThan(20)
      }
    }
  })
})

describe('a picture that is too large for the response', () => {
  test('is made to fit', async () => {
    const bytes = await photo(2_400, 1_600).png().toBuffer()
    const variants = ['fm=png&w=2048', 'fm=webp&q=90&w=2048', 'fm=jpg&q=90', 'w=2048']
    const answers = await rig.askAll(
      variants.map((variant) => ({ bytes, type: 'image/png', variant, expected: ['rendition'] as const })),
    )
    for (const answer of answers) counts.add(answer)
    expect(answers.flatMap(({ faults }) => faults)).toEqual([])
  })
})

test('the same file in the same variant gives the same bytes', async () => {
  const { bytes } = await fixture('jpeg')
  for (const variant of ['fm=webp&w=64', 'fm=avif&w=64', 'fm=jpg&w=64', 'fm=png&w=64']) {
    const [first, second] = [await ask({ bytes, variant }), await ask({ bytes, variant })]
    expect(isDeepStrictEqual(bodyOf(first), bodyOf(second)), variant).toBe(true)
  }
})
