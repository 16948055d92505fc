/** HEIC into the built zip, unzipped and run: the right picture, or the original; never a death. */
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pictureRuns, SEED, sampleOf } from '../runs.ts'
import { makeCounts } from './counts.ts'
import {
  type Coded,
  codedItem,
  codedPicture,
  codedWithoutMatrix,
  DEPTH,
  encodeHeic,
  gridFile,
  heicFile,
  NO_ENCODER,
  PROPERTY,
} from './heic.ts'
import { randomMutant, truncations } from './mutations.ts'
import { PERMANENT } from './reasons.ts'
import { responseOf } from './response.ts'
import { type Answer, openRig, type Question, type Rig, ROUTE, type Zip, zipOfRun } from './rig.ts'

type Colour = readonly [red: number, green: number, blue: number]

const RED: Colour = [200, 40, 30]
const GREEN: Colour = [30, 160, 60]
const BLUE: Colour = [40, 60, 190]
const GOLD: Colour = [220, 180, 40]
const BLACK: Colour = [0, 0, 0]

const [WIDTH, HEIGHT] = [192, 128]

/** A colour for each quarter: which is where tells every way to turn and mirror a picture. */
async function quarters([topLeft, topRight, bottomLeft, bottomRight] = [RED, GREEN, BLUE, GOLD]): Promise<Buffer> {
  const part = (colour: Colour) =>
    flat(colour, WIDTH / 2, HEIGHT / 2)
      .png()
      .toBuffer()
  return flat(BLACK, WIDTH, HEIGHT)
    .composite([
      { input: await part(topLeft as Colour), left: 0, top: 0 },
      { input: await part(topRight as Colour), left: WIDTH / 2, top: 0 },
      { input: await part(bottomLeft as Colour), left: 0, top: HEIGHT / 2 },
      { input: await part(bottomRight as Colour), left: WIDTH / 2, top: HEIGHT / 2 },
    ])
    .png()
    .toBuffer()
}

const flat = ([r, g, b]: Colour, width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: { r, g, b } } })

/** The middle of each quarter, from left to right and from top to bottom. */
async function coloursIn(picture: Buffer): Promise<number[][]> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return [0.25, 0.75].flatMap((y) =>
    [0.25, 0.75].map((x) => {
      const at = (Math.floor(info.height * y) * info.width + Math.floor(info.width * x)) * 3
      return [...data.subarray(at, at + 3)]
    }),
  )
}

function expectColours(found: readonly number[][], expected: readonly Colour[]): void {
  const differences = found.flatMap((colour, i) => colour.map((value, k) => Math.abs(value - (expected[i]?.[k] ?? 0))))
  expect(Math.max(...differences), JSON.stringify(found)).toBeLessThanOrEqual(10)
}

const bodyOf = ({ outcome }: Answer): Buffer => {
  if (outcome.kind !== 'returned') throw new Error(outcome.reason)
  return Buffer.from(responseOf(outcome.value).body ?? '', 'base64')
}

const saidOf = ({ outcome }: Answer): string | undefined =>
  outcome.kind === 'returned' ? responseOf(outcome.value).headers['x-rimlight'] : outcome.reason

let zip: Zip
let rig: Rig
let coded: Coded
const counts = makeCounts()

beforeAll(async () => {
  zip = await zipOfRun()
  rig = await openRig(zip, { artefact: { memory: 512 } })
  if (!NO_ENCODER) coded = await codedPicture(await quarters())
})
afterAll(async () => {
  await rig?.close()
  console.log(`HEIC: ${counts.line()}${NO_ENCODER && ` (${NO_ENCODER})`}`)
})

const ask = async (question: Partial<Question> & { bytes: Buffer }): Promise<Answer> => {
  const answer = await rig.ask({ route: ROUTE.phones, type: 'image/jpeg', variant: 'fm=webp&w=96', ...question })
  counts.add(answer)
  expect(answer.faults).toEqual([])
  return answer
}

const source = (width: number = WIDTH, height: number = HEIGHT) => ({ kind: 'heic' as const, width, height, frames: 1 })

describe.skipIf(NO_ENCODER)('a HEIC named .jpg', () => {
  it.each([
    ['fm=webp&w=96', 'webp'],
    ['fm=avif&w=128', 'avif'],
    ['fm=png&w=96', 'png'],
    ['fm=common', 'jpg'],
    ['w=96', 'jpg'],
    ['fm=webp', 'webp'],
    ['fit=crop&fm=webp&h=96&w=96', 'webp'],
  ])('is made as %s: %s', async (variant, format) => {
    const answer = await ask({
      bytes: heicFile([codedItem(coded)]),
      variant,
      source: source(),
      expected: ['rendition'],
    })
    // Of a few bytes WebP is made as well, and may have fewer.
    expect(saidOf(answer)).toMatch(format === 'avif' ? /^(?:avif|webp); / : `${format}; `)
    if (variant === 'fm=webp&w=96') expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
  })

  it('is described by fm=json, in the size that it is shown in', async () => {
    const bytes = heicFile([codedItem(coded, [PROPERTY.rotation(1)])])
    const answer = await rig.ask({ bytes, route: ROUTE.phones, variant: 'fm=json' })
    expect(JSON.parse(bodyOf(answer).toString())).toMatchObject({
      width: HEIGHT,
      height: WIDTH,
      format: 'heic',
      orientation: 1,
      bytes: bytes.length,
    })
  })

  it('is passed through where the config does not say heic, and x-rimlight says what it is', async () => {
    const answer = await ask({
      bytes: heicFile([codedItem(coded)]),
      route: ROUTE.photos,
      expected: ['unsupported'],
    })
    expect(saidOf(answer)).toBe('original; reason=unsupported; type=image/heic')
  })
})

describe.skipIf(NO_ENCODER)('orientation', () => {
  it.each([
    ['a quarter against the clock', [PROPERTY.rotation(1)], [GREEN, GOLD, RED, BLUE]],
    ['half a turn', [PROPERTY.rotation(2)], [GOLD, BLUE, GREEN, RED]],
    ['three quarters', [PROPERTY.rotation(3)], [BLUE, RED, GOLD, GREEN]],
    ['left and right', [PROPERTY.mirror(1)], [GREEN, RED, GOLD, BLUE]],
    ['top and bottom', [PROPERTY.mirror(0)], [BLUE, GOLD, RED, GREEN]],
    ['a turn and then a mirror', [PROPERTY.rotation(1), PROPERTY.mirror(1)], [GOLD, GREEN, BLUE, RED]],
  ] as const)('%s', async (_, transformations, expected) => {
    const isTurned = transformations.some((box) => box.includes('irot') && (box.at(-1) ?? 0) % 2 === 1)
    const answer = await ask({
      bytes: heicFile([codedItem(coded, transformations)]),
      source: isTurned ? source(HEIGHT, WIDTH) : source(),
      expected: ['rendition'],
    })
    expectColours(await coloursIn(bodyOf(answer)), expected)
  })

  it('an EXIF orientation beside irot turns nothing twice', async () => {
    const exif = Buffer.from(
      '\0\0\0\x06Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0',
      'latin1',
    )
    const bytes = heicFile(
      [codedItem(coded, [PROPERTY.rotation(3)]), { type: 'Exif', data: exif, properties: [], isHidden: true }],
      { references: [{ type: 'cdsc', from: 2, to: [1] }] },
    )
    const answer = await ask({ bytes, source: source(HEIGHT, WIDTH), expected: ['rendition'] })
    expectColours(await coloursIn(bodyOf(answer)), [BLUE, RED, GOLD, GREEN])
  })
})

describe.skipIf(NO_ENCODER)('what phones put into a file', () => {
  it('tiles are one picture, cut where it ends', async () => {
    const tiles = await Promise.all(
      [RED, GREEN, BLUE, GOLD].map(async (colour) => codedPicture(await flat(colour, 64, 64).png().toBuffer())),
    )
    const bytes = gridFile(tiles, { columns: 2, width: 120, height: 100 })
    const answer = await ask({ bytes, variant: 'fm=webp', source: source(120, 100), expected: ['rendition'] })
    expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
  })

  it.each([
    ['the video of a moving photograph', Buffer.from('\0\0\0\x18mpvd0123456789abcdef', 'latin1')],
    ['a trailer that is no box', Buffer.from('Image_UTC_Data1600000000000SEFHk\0\0\0SEFT', 'latin1')],
  ])('%s behind the picture spoils nothing', async (_, more) => {
    const bytes = Buffer.concat([heicFile([codedItem(coded)]), more])
    const answer = await ask({ bytes, source: source(), expected: ['rendition'] })
    expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
  })

  it('a number for colours that means none is not what is shown, or not', async () => {
    const tiles = await Promise.all(
      [RED, GREEN, BLUE, GOLD].map(async (colour) => codedWithoutMatrix(await flat(colour, 64, 64).png().toBuffer())),
    )
    const whole = gridFile(tiles, { columns: 2, width: 120, height: 100 })
    const answer = await ask({ bytes: whole, variant: 'fm=webp', source: source(120, 100), expected: ['rendition'] })
    expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
    // The last tile is missing.
    await ask({ bytes: whole.subarray(0, -1), variant: 'fm=webp', expected: ['corrupt'] })
  })

  it('of several pictures the primary one is shown', async () => {
    const other = await codedPicture(await flat(GOLD, 64, 64).png().toBuffer())
    const bytes = heicFile([codedItem(other), codedItem(coded)], { primary: 2 })
    const answer = await ask({ bytes, source: source(), expected: ['rendition'] })
    expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
  })

  it('depth maps and thumbnails are not', async () => {
    const [depth, thumbnail] = await Promise.all(
      [BLACK, GOLD].map(async (colour) => codedPicture(await flat(colour, 64, 64).png().toBuffer())),
    )
    const bytes = heicFile(
      [
        { ...codedItem(depth as Coded, [PROPERTY.auxiliary(DEPTH)]), isHidden: true },
        { ...codedItem(thumbnail as Coded), isHidden: true },
        codedItem(coded),
      ],
      {
        primary: 3,
        references: [
          { type: 'auxl', from: 1, to: [3] },
          { type: 'thmb', from: 2, to: [3] },
        ],
      },
    )
    const answer = await ask({ bytes, source: source(), expected: ['rendition'] })
    expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
  })

  it('10 bits are the same colours', async () => {
    const deep = await sharp(await quarters())
      .toColourspace('rgb16')
      .png()
      .toBuffer()
    const answer = await ask({
      bytes: await encodeHeic(deep, ['-b', '10']),
      source: source(),
      expected: ['rendition'],
    })
    expectColours(await coloursIn(bodyOf(answer)), [RED, GREEN, BLUE, GOLD])
  })

  it('transparency stays, and is PNG where it is to be shown by all', async () => {
    const picture = await sharp({
      create: { width: 96, height: 96, channels: 4, background: { r: 200, g: 40, b: 30, alpha: 0.5 } },
    })
      .png()
      .toBuffer()
    for (const options of [[], ['--premultiplied-alpha']]) {
      const bytes = await encodeHeic(picture, options)
      const answer = await ask({ bytes, variant: 'fm=common', source: source(96, 96), expected: ['rendition'] })
      expect(saidOf(answer)).toMatch(/^png; 96x96; /)
      const { data } = await sharp(bodyOf(answer)).raw().toBuffer({ resolveWithObject: true })
      expect(data[3]).toBeGreaterThan(120)
      expect(data[3]).toBeLessThan(136)
    }
  })

  it.each([
    ['an ICC profile', async () => [PROPERTY.profile(await p3Profile())]],
    ['numbers alone', async () => [PROPERTY.colours(12, 13, 6)]],
  ])('Display P3 by %s becomes what sRGB has of it', async (_, properties) => {
    const orange = await codedPicture(await flat(ORANGE_IN_P3, 96, 64).png().toBuffer())
    const answer = await ask({
      bytes: heicFile([codedItem(orange, await properties())]),
      source: source(96, 64),
      expected: ['rendition'],
    })
    expectColours(await coloursIn(bodyOf(answer)), [ORANGE, ORANGE, ORANGE, ORANGE])
  })

  it.each([16, 18])('the brightness of HDR (transfer %i) is not shown as what it is not', async (transfer) => {
    const bytes = heicFile([codedItem(coded, [PROPERTY.colours(9, transfer, 9)])])
    const answer = await ask({ bytes, expected: ['unsupported'] })
    expect(saidOf(answer)).toBe('original; reason=unsupported; type=image/heic')
  })
})

/** The same colour, in two numbers: `render-colour.test.ts`. */
const ORANGE: Colour = [224, 128, 32]
const ORANGE_IN_P3: Colour = [211, 132, 56]

async function p3Profile(): Promise<Buffer> {
  const tagged = await flat(ORANGE, 8, 8).withIccProfile('p3').png().toBuffer()
  return (await sharp(tagged).metadata()).icc ?? Buffer.alloc(0)
}

describe.skipIf(NO_ENCODER)('what is broken', () => {
  const EXPECTED = ['rendition', ...PERMANENT, 'deadline', 'disabled'] as const

  const files = async () => [
    heicFile([codedItem(coded, [PROPERTY.rotation(1)])]),
    gridFile([coded, coded, coded, coded], { columns: 2, width: 300, height: 200 }),
    await encodeHeic(await quarters()),
    gridFile(Array(2).fill(await codedWithoutMatrix(await quarters())), { columns: 2, width: 300, height: 100 }),
  ]

  it('cut at every 5 %, it is the original or the whole picture', async () => {
    const cut = (await files()).flatMap((file) => sampleOf(truncations(file)))
    for (const { bytes, name } of cut) {
      const answer = await ask({ bytes, variant: 'fm=webp&w=96', expected: ['rendition', 'unsupported', 'corrupt'] })
      if (answer.came === 'rendition') {
        const colours = await coloursIn(bodyOf(answer))
        expect(colours.flat().filter((value) => value < 8).length, name).toBeLessThan(4)
      }
    }
  })

  it('changed at random, it ends no process', async () => {
    const whole = await files()
    const subjects = Array.from({ length: pictureRuns(2_000) }, (_, i) => {
      const { name, bytes } = randomMutant(whole[i % whole.length] as Buffer, SEED + i, whole)
      return { name, bytes, type: 'image/heic', route: ROUTE.phones, variant: 'fm=webp&w=96', expected: EXPECTED }
    })
    const answers = await rig.askAll(subjects)
    const wrong = answers.filter(({ faults }) => faults.length > 0)
    for (const answer of answers) counts.add(answer)
    expect(wrong.map(({ question, faults }) => `${question.name}: ${faults.join('; ')}`)).toEqual([])
    expect(answers.some(({ came }) => came === 'rendition')).toBe(true)
  }, 1_200_000)
})

describe.skipIf(NO_ENCODER)('what is too large', () => {
  it('by its pixels, memory or time, is the original for good, and told from the header', async () => {
    const tile = await codedPicture(await flat(RED, 512, 512).png().toBuffer())
    const tiles = Array.from({ length: 16 * 12 }, () => tile)
    const bytes = gridFile(tiles, { columns: 16, width: 8_064, height: 6_048 })
    const answer = await ask({ bytes, expected: ['too-many-pixels'] })
    expect(saidOf(answer)).toBe('original; reason=too-many-pixels; type=image/heic')
    expect(answer.milliseconds).toBeLessThan(5_000)
  })

  it('where pictures say of themselves what they are not, is none', async () => {
    const tile = await codedPicture(await flat(RED, 64, 64).png().toBuffer())
    // Says 64x64, and has 192x128.
    const lying = { ...codedItem(coded), properties: codedItem(tile).properties.with(0, coded.setup) }
    const answer = await ask({ bytes: heicFile([lying]), expected: ['corrupt'] })
    expect(saidOf(answer)).toBe('original; reason=corrupt; type=image/heic')
  })

  it('for the time that is left, is the original for a minute', async () => {
    const slow = await openRig(zip, { artefact: { memory: 1_024, timeout: 1.2 } })
    try {
      const bytes = gridFile(
        Array.from({ length: 21 * 24 }, () => coded),
        { columns: 21, width: 4_032, height: 3_024 },
      )
      const answer = await slow.ask({ bytes, route: ROUTE.phones, variant: 'fm=webp&w=640', expected: ['deadline'] })
      expect(answer.faults).toEqual([])
      expect(saidOf(answer)).toBe('original; reason=deadline; type=image/heic')
    } finally {
      await slow.close()
    }
  })
})

it('bytes that call themselves HEIC, and are not, are the original', async () => {
  const bytes = Buffer.from(`\0\0\0\x18ftypheic\0\0\0\0mif1heic${'-'.repeat(2_000)}`, 'latin1')
  await ask({ bytes, expected: ['corrupt', 'unsupported'] })
})
