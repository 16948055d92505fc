/** Photographs as phones and cameras made them, from `$RIMLIGHT_CORPUS/photos/phones`: none of them is the project's. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pictureRuns, SEED, sampleOf } from '../runs.ts'
import { makeCounts } from './counts.ts'
import { NO_ENCODER } from './heic.ts'
import { randomMutant, truncations } from './mutations.ts'
import { PERMANENT } from './reasons.ts'
import { responseOf } from './response.ts'
import { type Answer, openRig, type Question, type Rig, ROUTE, zipOfRun } from './rig.ts'

const CORPUS = process.env.RIMLIGHT_CORPUS
const FOLDER = CORPUS ? join(CORPUS, 'photos', 'phones') : ''
const NAMES = CORPUS ? await readdir(FOLDER).catch(() => []) : []
const SKIPPED = NO_ENCODER !== '' || NAMES.length === 0

const VARIANT = 'fm=png&w=256'

/** Of 255, on average: another decoder's upsampling of colours, and the resizing of what it made. */
const SAME = 4

/** What Debian's libheif makes of the primary picture, in the colours and the width of a rendition; none: it can't read it. */
async function reference(bytes: Buffer, width: number): Promise<Buffer | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-test-'))
  try {
    const [input, output] = [join(folder, 'a.heic'), join(folder, 'a.png')]
    writeFileSync(input, bytes)
    execFileSync('heif-convert', [input, output], { stdio: 'ignore' })
    const made = (await readdir(folder)).find((name) => /^a(?:-1)?\.png$/.test(name))
    return made ? await pixelsOf(readFileSync(join(folder, made)), width) : undefined
  } catch {
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const pixelsOf = (picture: Buffer, width: number): Promise<Buffer> =>
  sharp(picture).resize({ width }).flatten({ background: '#fff' }).toColourspace('srgb').raw().toBuffer()

const difference = (a: Buffer, b: Buffer): number =>
  a.length === b.length ? a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] as number)), 0) / a.length : 255

const bodyOf = ({ outcome }: Answer): Buffer =>
  Buffer.from(outcome.kind === 'returned' ? (responseOf(outcome.value).body ?? '') : '', 'base64')

const saidOf = ({ outcome }: Answer): string =>
  outcome.kind === 'returned' ? (responseOf(outcome.value).headers['x-rimlight'] ?? '') : outcome.reason

describe.skipIf(SKIPPED)('photographs of phones and cameras', () => {
  let rig: Rig
  let files: { name: string; bytes: Buffer }[]
  const counts = makeCounts()

  beforeAll(async () => {
    rig = await openRig(await zipOfRun(), { artefact: { memory: 1_769 } })
    files = await Promise.all(NAMES.map(async (name) => ({ name, bytes: await readFile(join(FOLDER, name)) })))
  })
  afterAll(async () => {
    await rig?.close()
    console.log(`phones: ${counts.line()}`)
  })

  const ask = async (question: Partial<Question> & { bytes: Buffer }): Promise<Answer> => {
    const answer = await rig.ask({ route: ROUTE.phones, type: 'image/jpeg', variant: VARIANT, ...question })
    counts.add(answer)
    return answer
  }

  it('look as another decoder shows them, or are the original for a reason that stays', async () => {
    for (const { name, bytes } of files) {
      const answer = await ask({ bytes, expected: ['rendition', ...PERMANENT] })
      expect(answer.faults, name).toEqual([])
      const body = answer.came === 'rendition' ? bodyOf(answer) : undefined
      const width = body && (await sharp(body).metadata()).width
      const wanted = width && (await reference(bytes, width))
      const far = body && wanted ? difference(await pixelsOf(body, width), wanted) : undefined
      console.log(`${name}: ${saidOf(answer)}${far === undefined ? '' : `; ${far.toFixed(2)} of 255 from the other`}`)
      if (far !== undefined) expect(far, name).toBeLessThan(SAME)
    }
  }, 600_000)

  it('cut at every 5 %, they are the original or the whole picture', async () => {
    for (const { name, bytes } of files) {
      const whole = await ask({ bytes })
      for (const cut of sampleOf(truncations(bytes))) {
        const answer = await ask({ bytes: cut.bytes, expected: ['rendition', ...PERMANENT] })
        expect(answer.faults, `${name}, ${cut.name}`).toEqual([])
        if (answer.came === 'rendition') expect(bodyOf(answer).equals(bodyOf(whole)), `${name}, ${cut.name}`).toBe(true)
      }
    }
  }, 1_200_000)

  it('changed at random, they end no process', async () => {
    const whole = files.map(({ bytes }) => bytes)
    const subjects = Array.from({ length: pictureRuns(2_000) }, (_, i) => {
      const { name, bytes } = files[i % files.length] as (typeof files)[number]
      const mutant = randomMutant(bytes, SEED + i, whole)
      const expected = ['rendition', ...PERMANENT, 'deadline', 'disabled'] as const
      return { name: `${name}, ${mutant.name}`, bytes: mutant.bytes, expected }
    })
    const wrong: string[] = []
    for (const { name, ...subject } of subjects) {
      const { faults } = await ask(subject)
      if (faults.length > 0) wrong.push(`${name}: ${faults.join('; ')}`)
    }
    expect(wrong).toEqual([])
  }, 7_200_000)
})
