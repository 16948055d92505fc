/**
 * Whatever is in a file, the viewer gets a picture: on the zip as it is built. RIMLIGHT_FUZZ: how many random mutants
 * there are, default 300 of a full run; RIMLIGHT_SEED repeats what a failure names. `npm run fuzz:images` goes on for as long as it
 * is told to.
 */
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { IMAGE_MEMORY_MB } from '../../edge/limits.ts'
import { fuzzRuns, SEED, sampleOf } from '../runs.ts'
import { bombs, gifOf, hugeTiff, LONGEST, resizedJpeg } from './bombs.ts'
import { makeCounts } from './counts.ts'
import { type Fixture, fixture } from './fixtures.ts'
import { subjects } from './fuzzing.ts'
import { handmade, SVG } from './handmade.ts'
import { headerMutants, type Mutant, truncations } from './mutations.ts'
import { blackPng, COLOUR } from './png.ts'
import { PERMANENT } from './reasons.ts'
import { type Answer, openRig, type Question, type Rig, type Zip, zipOfRun } from './rig.ts'

const MUTANTS = fuzzRuns(300)

const TIMEOUT_MS = 60_000 + MUTANTS * 100

let zip: Zip
let rig: Rig
const counts = makeCounts()
beforeAll(async () => {
  zip = await zipOfRun()
  // The least that a site with images may have, for thousands of invocations on end.
  rig = await openRig(zip, { processes: 2, artefact: { memory: IMAGE_MEMORY_MB } })
})
afterAll(async () => {
  await rig?.close()
  console.log(`hostile files: ${counts.line()}`)
})

/** Nothing about a file passes by itself. */
const LASTING = ['rendition', ...PERMANENT] as const

/** What earlier files left in memory may be in the way of a large one. */
const WITH_ROOM = { expected: [...LASTING, 'disabled'] } as const

/** A file that takes long may be late. */
const IN_TIME = { expected: [...LASTING, 'deadline'] } as const

async function ask(question: Question): Promise<Answer> {
  const answer = await rig.ask({ expected: LASTING, ...question })
  counts.add(answer)
  return answer
}

/** Asks for each, and fails with the first few that did not come out right. @returns what came, in order */
async function askAll(subjects: readonly (Question & { name: string })[], { askAll } = rig): Promise<string[]> {
  const came: string[] = []
  const wrong: object[] = []
  for (const { question, ...answer } of await askAll(subjects.map((subject) => ({ expected: LASTING, ...subject })))) {
    counts.add(answer)
    came.push(answer.came)
    if (answer.faults.length > 0) wrong.push({ name: question.name, variant: question.variant, faults: answer.faults })
  }
  expect({ count: wrong.length, shown: wrong.slice(0, 5) }).toEqual({ count: 0, shown: [] })
  return came
}

const of = ({ kind }: Fixture, { name, bytes }: Mutant, variant: string) =>
  ({ name, bytes, type: `image/${kind}`, variant }) as const

/** One of every decoder, and of every way through it. */
const BROKEN = [
  ...['jpeg', 'jpeg, progressive', 'jpeg, with EXIF and XMP', 'png', 'png, interlaced', 'png, palette', 'webp'],
  ...['webp, lossless', 'webp, animated', 'gif', 'gif, animated', 'tiff, lzw', 'tiff, tiles', 'tiff, jpeg', 'avif'],
  'avif, alpha',
]

describe('an upload that broke off', () => {
  it.each(BROKEN)('%s', async (name) => {
    const whole = await fixture(name)
    const mutants = truncations(whole.bytes)
    expect(mutants.length).toBe(20)
    const came = await askAll(sampleOf(mutants).map((mutant) => of(whole, mutant, 'fm=webp&w=64')))
    expect(came[0]).not.toBe('rendition')
  })
})

/** One of every format: its header is what the others' decoders would be told by. */
const HEADERS = ['jpeg', 'png', 'webp', 'gif', 'tiff, lzw', 'avif']

describe('a header with one wrong byte', () => {
  it.each(HEADERS)('%s', async (name) => {
    const whole = await fixture(name)
    const mutants = headerMutants(whole.bytes)
    expect(mutants.length).toBe(512)
    const came = await askAll(sampleOf(mutants).map((mutant) => of(whole, mutant, 'fm=webp&w=32')))
    // Otherwise it would not be the header that was changed, or nothing would be read of it.
    expect(came.filter((result) => result === 'rendition').length).toBeLessThan(came.length * 0.98)
    expect(came.filter((result) => result !== 'rendition').length).toBeLessThan(came.length)
  })
})

test(
  `mutants (${MUTANTS}, RIMLIGHT_SEED=${SEED})`,
  async () => {
    const subjectOf = await subjects()
    const made = Array.from({ length: MUTANTS }, (_, i) => subjectOf(SEED + i))
    const came = await askAll(made.map((subject) => ({ ...subject, name: `${subject.fixture}, ${subject.mutation}` })))
    expect(came.length).toBe(MUTANTS)
    expect(came.filter((result) => result === 'rendition').length).toBeGreaterThan(MUTANTS / 20)
    expect(came.filter((result) => result === 'corrupt').length).toBeGreaterThan(MUTANTS / 20)
  },
  TIMEOUT_MS,
)

describe('a little file of a huge picture is not decoded', () => {
  test('bombs', async () => {
    const subjects = (await bombs()).flatMap((bomb) =>
      ['fm=webp&w=64', 'w=64', 'fit=crop&h=32&w=64'].map((variant) => ({ ...bomb, variant })),
    )
    for (const { name, ...question } of subjects) {
      // A GIF's screen may be no more than its frames take.
      // One of its frames can be had.
      const isMoving = name === 'GIF, its screen' || name === 'GIF, its frames'
      const expected = isMoving
        ? (['too-many-pixels', 'rendition', 'not-smaller', 'corrupt', 'disabled'] as const)
        : (['too-many-pixels'] as const)
      const { faults, milliseconds } = await ask({ ...question, expected })
      expect({ name, variant: question.variant, faults }).toMatchObject({ faults: [] })
      expect(milliseconds, name).toBeLessThan(500)
    }
  })

  test('sides of 65,535 pixels and more', async () => {
    const jpeg = (await fixture('jpeg')).bytes
    const sides = [
      { width: LONGEST, height: 1 },
      { width: 1, height: LONGEST },
      { width: LONGEST, height: 700 },
    ]
    const files = sides.flatMap((side) => [
      { name: 'PNG', type: 'image/png', bytes: blackPng({ ...side, depth: 8, colour: COLOUR.rgb }) },
      { name: 'GIF', type: 'image/gif', bytes: gifOf(side, [side]) },
      { name: 'JPEG', type: 'image/jpeg', bytes: resizedJpeg(jpeg, side.width, side.height) },
    ])
    const longest = { width: 1_000_000, height: 1 }
    files.push({ name: 'PNG', type: 'image/png', bytes: blackPng({ ...longest, depth: 8, colour: COLOUR.rgb }) })
    files.push({ name: 'TIFF', type: 'image/tiff', bytes: hugeTiff(1, 1_000_000) })
    const variants = ['fm=webp', 'fm=webp&w=64', 'fm=jpg&w=3840', 'fit=crop&h=64&w=64']
    const came = await askAll(files.flatMap((file) => variants.map((variant) => ({ ...WITH_ROOM, ...file, variant }))))
    expect(came.filter((result) => result === 'rendition').length).toBeGreaterThan(5)
  })

  test('10,000 frames', async () => {
    const frames = Array.from({ length: 10_000 }, (_, i) => ({ left: i % 8, top: (i >> 3) % 8, width: 1, height: 1 }))
    const bytes = gifOf({ width: 8, height: 8 }, frames)
    const variants = ['fm=webp&w=16', 'w=16', 'fm=webp', 'fit=crop&fm=webp&h=16&w=16']
    await askAll(variants.map((variant) => ({ ...IN_TIME, name: variant, bytes, type: 'image/gif', variant })))
  })
})

describe('a file that is not what it is called', () => {
  test('by its bytes', async () => {
    const variants = ['fm=webp&w=64', 'fit=crop&h=32&w=64', 'fm=png&w=96']
    const came = await askAll((await handmade()).flatMap((file) => variants.map((variant) => ({ ...file, variant }))))
    expect(came.filter((result) => result === 'rendition').length).toBeGreaterThan(10)
  })

  test('each format under the type of every other', async () => {
    const types = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/tiff', 'image/avif']
    const subjects = (await Promise.all(HEADERS.map(fixture))).flatMap(({ name, bytes, kind, width, height, frames }) =>
      types.map((type) => ({ name, bytes, type, variant: 'w=32', source: { kind, width, height, frames } })),
    )
    const came = await askAll(subjects)
    expect(came.filter((result) => result === 'rendition').length).toBeGreaterThan(came.length * 0.9)
  })

  test('a JPEG as an SVG, which is not even read, and an SVG as a JPEG', async () => {
    const { bytes } = await fixture('jpeg')
    const asSvg = await ask({ bytes, type: 'image/svg+xml', variant: 'w=64', expected: ['unsupported'] })
    const asJpeg = await ask({ bytes: Buffer.from(SVG), variant: 'w=64', expected: ['unsupported'] })
    expect([...asSvg.faults, ...asJpeg.faults, asSvg.requests, asJpeg.requests]).toEqual([0, 1])
  })
})

const CORPUS = process.env.RIMLIGHT_CORPUS
const typeOf = (name: string): string => {
  const extension = extname(name).slice(1).toLowerCase()
  return `image/${TYPES[extension] ?? extension}`
}

const TYPES: Record<string, string> = { jpg: 'jpeg', tif: 'tiff' }

describe.each(['hostile', 'odd', 'exif'])('the corpus, photos/%s', (folder) => {
  if (!CORPUS)
    return it.skip('RIMLIGHT_CORPUS is not set: it names a folder with photos/hostile, odd and exif', () => {})
  // Of a photo that is refused for want of room, that is the fault: no process has the thousands of earlier files behind it.
  let fresh: Rig
  beforeAll(async () => {
    fresh = await openRig(zip, { processes: 2, artefact: { memory: IMAGE_MEMORY_MB } })
  })
  afterAll(() => fresh?.close())

  it('comes out right', async () => {
    const names = await readdir(join(CORPUS, 'photos', folder))
    expect(names.length).toBeGreaterThan(5)
    const files = await Promise.all(
      names.map(async (name) => ({
        name,
        type: typeOf(name),
        bytes: await readFile(join(CORPUS, 'photos', folder, name)),
      })),
    )
    const variants = ['fm=webp&w=640', 'fit=crop&h=320&w=640', 'fm=jpg&w=256', 'fm=avif&w=128']
    const subjects = files.flatMap((file) => variants.map((variant) => ({ ...IN_TIME, ...file, variant })))
    const came = await askAll(subjects, fresh)
    expect(came.filter((result) => result === 'rendition').length).toBeGreaterThan(5)
  })
})
