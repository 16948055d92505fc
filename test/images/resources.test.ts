/** With little time, little memory and no disk, the viewer gets a picture all the same. */
import { createCipheriv } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { EXTENT, sampleOf } from '../runs.ts'
import { amplifiers, scansJpeg } from './amplifiers.ts'
import { type Bomb, bombs, largest } from './bombs.ts'
import { makeCounts } from './counts.ts'
import { fixture, fixtures } from './fixtures.ts'
import { photo } from './pictures.ts'
import { PERMANENT } from './reasons.ts'
import { type Answer, openRig, type Question, type Rig, type RigOptions, type Zip, zipOfRun } from './rig.ts'
import { expectedOf } from './variants.ts'

let zip: Zip
let large: Bomb[]
const counts = makeCounts()
beforeAll(async () => {
  zip = await zipOfRun()
  // In a short run, one of each format.
  large = await largest((files) => sampleOf(files, EXTENT, 2))
})
afterAll(async () => {
  console.log(`time, memory and disk: ${counts.line()}`)
})

/** Runs with a function of its own. */
async function withRig<T>(
  options: RigOptions,
  use: (ask: (question: Question) => Promise<Answer>, rig: Rig) => Promise<T>,
  of = zip,
) {
  const rig = await openRig(of, options)
  const ask = async (question: Question) => {
    const answer = await rig.ask(question)
    counts.add(answer)
    return answer
  }
  try {
    return await use(ask, rig)
  } finally {
    await rig.close()
  }
}

const ANY = ['rendition', ...PERMANENT, 'deadline', 'disabled'] as const
const LATE = [...ANY, 'source-timeout'] as const

describe('time', () => {
  it.each([0.1, 0.25, 0.4])('with %d s left there is nothing to begin', async (timeout) => {
    await withRig({ artefact: { timeout } }, async (ask) => {
      for (const name of ['jpeg', 'gif, animated', 'avif']) {
        const { bytes, kind } = await fixture(name)
        const { faults, requests } = await ask({
          bytes,
          type: `image/${kind}`,
          variant: 'w=32',
          expected: ['deadline'],
        })
        expect({ faults, requests }).toEqual({ faults: [], requests: 0 })
      }
    })
  })

  it.each([0.6, 0.8, 1])(
    'with %d s left it answers before they are over, even where all is loaded first',
    async (timeout) => {
      await withRig({ artefact: { timeout } }, async (ask) => {
        const { bytes } = await fixture('jpeg')
        const first = await ask({
          bytes,
          variant: 'fm=webp&w=64',
          expected: ['rendition', 'deadline', 'source-timeout'],
        })
        const second = await ask({
          bytes,
          variant: 'fm=webp&w=64',
          expected: ['rendition', 'deadline', 'source-timeout'],
        })
        expect([...first.faults, ...second.faults]).toEqual([])
        if (timeout === 1) expect(second.came).toBe('rendition')
      })
    },
  )

  test('what can’t be done within a second is not', async () => {
    await withRig({ artefact: { timeout: 1 } }, async (ask) => {
      const bytes = await photo(2_000, 1_500).jpeg().toBuffer()
      for (const variant of ['fm=avif', 'fm=webp', 'fm=webp&w=640', 'fm=png&w=1920']) {
        // A busy machine may need the second for the source.
        const { faults } = await ask({ bytes, variant, expected: [...ANY, 'source-timeout'] })
        expect({ variant, faults }).toEqual({ variant, faults: [] })
      }
    })
  })

  test('what would take longer than anyone waits is refused for good, and at once', async () => {
    await withRig({}, async (ask) => {
      const question = { bytes: scansJpeg(7_000, 800), variant: 'fm=webp&w=64' }
      const { faults, milliseconds } = await ask({ ...question, expected: ['too-many-pixels'] })
      expect(faults).toEqual([])
      expect(milliseconds).toBeLessThan(2_000)
    })
  })

  test('what was given up leaves time and memory for what comes next', async () => {
    await withRig({ artefact: { timeout: 0.9 } }, async (ask) => {
      // Each takes all of its time.
      for (const { name, ...file } of sampleOf([...(await amplifiers()), ...large])) {
        const { faults } = await ask({ ...file, variant: 'fm=webp&w=64', expected: LATE })
        expect({ name, faults }).toEqual({ name, faults: [] })
      }
      const { bytes } = await fixture('jpeg')
      const next = async () => (await ask({ bytes, variant: 'w=64', expected: ['rendition', 'deadline'] })).came
      await expect.poll(next, { timeout: 20_000, interval: 500 }).toBe('rendition')
    })
  })
})

describe('memory', () => {
  test('of 512 MB is enough for every fixture and bomb', async () => {
    await withRig({ artefact: { memory: 512 } }, async (ask) => {
      for (const { name, bytes, kind, width, height, frames } of sampleOf(await fixtures())) {
        const source = { kind, width, height, frames }
        const variant = 'fm=webp&w=48'
        const expected = [...expectedOf(source, variant), ...(name === 'tiff, pages' ? (['unsupported'] as const) : [])]
        const { faults } = await ask({ bytes, type: `image/${kind}`, variant, source, expected })
        expect({ name, faults }).toEqual({ name, faults: [] })
      }
      for (const { name, ...file } of await bombs()) {
        const { faults } = await ask({ ...file, variant: 'fm=avif&w=640', expected: ANY })
        expect({ name, faults }).toEqual({ name, faults: [] })
      }
    })
  })

  test('of 512 MB is enough for files that take more than their pixels', async () => {
    await withRig({ artefact: { memory: 512 } }, async (ask) => {
      for (const { name, ...file } of sampleOf(await amplifiers(), EXTENT, 2)) {
        const { faults } = await ask({ ...file, variant: 'fm=webp&w=64', expected: ANY })
        expect({ name, faults }).toEqual({ name, faults: [] })
      }
    })
  })

  it.each([512, 1024])('of %d MB is enough to decide on the largest pictures, one after the other', async (memory) => {
    await withRig({ artefact: { memory } }, async (ask) => {
      const made: string[] = []
      const files = memory === 512 ? large : sampleOf(large)
      const cutToo = new Set(sampleOf(large).map(({ name }) => name))
      for (const { name, ...file } of files) {
        const { width, height } = await sharp(file.bytes, { pages: -1, limitInputPixels: false }).metadata()
        expect(width * height, name).toBeGreaterThan(49_900_000)
        const cut = cutToo.has(name) ? ['fit=crop&fm=jpg&h=1080&w=1080'] : []
        for (const variant of memory === 512 ? ['fm=webp&w=64', ...cut] : ['fm=webp&w=640']) {
          const { came, faults } = await ask({ ...file, variant, expected: ANY })
          expect({ name, variant, faults }).toEqual({ name, variant, faults: [] })
          if (came === 'rendition') made.push(name)
        }
      }
      const sound = files.map(({ name }) => name).filter((name) => name === 'JPEG' || name === 'PNG')
      expect(made).toEqual(expect.arrayContaining(sound))
    })
  })

  test('of 512 MB is enough for as many bytes as a source may have', async () => {
    const noise = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
      Buffer.alloc(2_800 * 2_800 * 3),
    )
    const bytes = await sharp(noise, { raw: { width: 2_800, height: 2_800, channels: 3 } })
      .png({ compressionLevel: 0 })
      .toBuffer()
    expect(bytes.length).toBeGreaterThan(23_000_000)
    await withRig({ artefact: { memory: 512 } }, async (ask) => {
      for (const variant of ['fm=webp&w=640', 'fm=png&w=2048']) {
        const { faults } = await ask({ bytes, type: 'image/png', variant, expected: ANY })
        expect({ variant, faults }).toEqual({ variant, faults: [] })
      }
    })
  })
})

/** By name. */
const filesIn = async (folder: string): Promise<string[]> => (await readdir(folder, { recursive: true })).toSorted()

describe('disk', () => {
  test('nothing is written where the code is, and nothing in the folder for temporary files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
    // What is unpacked goes here, and so does what the function would write.
    vi.stubEnv('TMPDIR', folder)
    try {
      const asks = async (ask: (question: Question) => Promise<Answer>) => {
        const { bytes } = await fixture('jpeg')
        await ask({ bytes, variant: 'w=64' })
        const before = await filesIn(folder)
        expect(before.some((name) => name.endsWith('index.js'))).toBe(true)
        for (const { name, bytes, kind, width, height, frames } of sampleOf(await fixtures())) {
          const source = { kind, width, height, frames }
          expect((await ask({ bytes, type: `image/${kind}`, variant: 'fm=webp&w=64', source })).faults, name).toEqual(
            [],
          )
        }
        expect(await filesIn(folder)).toEqual(before)
      }
      await withRig({ env: { TMPDIR: folder } }, asks, { path: zip.path, artefact: zip.artefact })
    } finally {
      vi.unstubAllEnvs()
      await rm(folder, { recursive: true, force: true })
    }
  })

  test('a full one is no matter: whoever tries to write fails', async () => {
    const env = { TMPDIR: '/nowhere/to/write', NODE_OPTIONS: '--permission --allow-fs-read=* --allow-addons' }
    await withRig({ env }, async (ask) => {
      for (const { name, bytes, kind } of sampleOf(await fixtures())) {
        const { came, faults } = await ask({ bytes, type: `image/${kind}`, variant: 'fm=webp&w=48' })
        expect({ name, faults }).toEqual({ name, faults: [] })
        if (!name.startsWith('tiff')) expect(came, name).toBe('rendition')
      }
      // What does not fit into memory, libvips would put on the disk.
      for (const { name, ...file } of sampleOf(large)) {
        const { came, faults } = await ask({ ...file, variant: 'fm=webp&w=64', expected: ANY })
        expect({ name, faults }).toEqual({ name, faults: [] })
        expect(came, name).not.toBe('corrupt')
      }
    })
  })
})
