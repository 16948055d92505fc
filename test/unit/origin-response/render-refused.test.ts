import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { confine, type Inspection, inspect, isBusy, render } from '../../../origin-response/render.ts'
import { animation, photo } from '../../images/pictures.ts'
import { runs } from '../../runs.ts'
import { settingsWith } from './samples.ts'

const SVG = Buffer.from(
  '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="9" height="9"/></svg>',
)

let jpeg: Buffer
let png: Buffer
let gif: Buffer
beforeAll(async () => {
  confine()
  jpeg = await photo(120, 80).jpeg().toBuffer()
  png = await photo(120, 80).png().toBuffer()
  gif = await animation(60, 40, 3).toBuffer()
})

describe('what is not decoded at all', () => {
  it('SVG: by its bytes, and by its loader', async () => {
    expect(await inspect(SVG)).toEqual({
      kind: 'original',
      reason: 'unsupported',
      detail: 'not an image of a kind that is worked on',
    })
    await expect(render(SVG, settingsWith(), 1_000_000, 1_000)).rejects.toThrow(
      'Input buffer contains unsupported image format',
    )
  })

  it('and the block is what keeps it out', async () => {
    const operation = ['VipsForeignLoadSvgBuffer']
    sharp.unblock({ operation })
    try {
      expect(await sharp(SVG).metadata()).toMatchObject({ format: 'svg', width: 20 })
    } finally {
      sharp.block({ operation })
    }
    await expect(sharp(SVG).metadata()).rejects.toThrow('Input buffer contains unsupported image format')
  })

  describe('files, by whatever name', () => {
    let folder: string
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
    })
    afterAll(() => rm(folder, { recursive: true, force: true }))

    it.each(['photo.jpg', 'photo.png', 'photo.v'])('%s', async (name) => {
      const file = join(folder, name)
      await writeFile(file, name.endsWith('png') ? png : jpeg)
      await expect(sharp(file).metadata()).rejects.toThrow('Input file contains unsupported image format')
    })
  })

  it('the six kinds are', async () => {
    for (const type of ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const) {
      const source = await photo(20, 10).toFormat(type).toBuffer()
      expect(await inspect(source), type).toMatchObject({ kind: 'facts', facts: { width: 20, height: 10 } })
    }
  })
})

const corrupt = { kind: 'original', reason: 'corrupt', detail: expect.stringMatching(/^Error: /) }

describe('what is damaged', () => {
  it.each([
    ['a JPEG that ends behind its first bytes', () => jpeg.subarray(0, 20)],
    ['a JPEG of rubbish', () => Buffer.concat([jpeg.subarray(0, 4), Buffer.alloc(500, 0x55)])],
    ['a PNG that ends inside its header', () => png.subarray(0, 20)],
    ['a PNG whose width is none', () => Buffer.concat([png.subarray(0, 16), Buffer.alloc(4), png.subarray(20)])],
    ['a GIF that ends inside its header', () => gif.subarray(0, 17)],
    ['a WebP that is not', () => Buffer.from(`RIFF\x24\0\0\0WEBPVP8 ${'-'.repeat(50)}`, 'latin1')],
    ['a TIFF without a directory', () => Buffer.from(`II*\0\xff\xff\xff\x7f${'-'.repeat(50)}`, 'latin1')],
    ['an AVIF without a picture', () => Buffer.from(`\0\0\0\x10ftypavif\0\0\0\0${'-'.repeat(50)}`, 'latin1')],
  ])('%s: its header tells', async (_what, bytes) => {
    expect(await inspect(bytes())).toEqual(corrupt)
  })

  it.each([
    [
      'a quarter of a JPEG',
      () => jpeg.subarray(0, jpeg.length >> 2),
      '% of it is missing: Error: VipsJpeg: premature end',
    ],
    [
      'a quarter of a PNG',
      () => png.subarray(0, png.length >> 2),
      '% of it is missing: Error: vipspng: libpng read error',
    ],
    [
      'a PNG with an early byte of its data changed',
      () => png.with(png.length >> 3, ~(png[png.length >> 3] as number)),
      'vipspng: libpng read error',
    ],
  ])('%s: rendering tells', async (_what, bytes, says) => {
    const source = Buffer.from(bytes())
    expect(await inspect(source)).toMatchObject({ kind: 'facts', facts: { width: 120, height: 80 } })
    await expect(render(source, settingsWith({ width: 60, height: 40 }), 1_000_000, 5_000)).rejects.toThrow(says)
  })

  it('nothing at all', async () => {
    expect(await inspect(Buffer.alloc(0))).toMatchObject({ kind: 'original', reason: 'unsupported' })
    await expect(render(Buffer.alloc(0), settingsWith(), 1_000_000, 1_000)).rejects.toThrow('Input Buffer is empty')
  })

  it('any changes to any kind: inspect answers, and render gives a promise', async () => {
    const sources = fc.constantFrom(jpeg, png, gif, Buffer.alloc(0))
    const changes = fc.array(fc.tuple(fc.nat(5_000), fc.nat(255)), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(sources, changes, fc.nat(8_000), async (source, bytes, end) => {
        const changed = Buffer.from(source.subarray(0, Math.max(end, 100)))
        for (const [at, byte] of bytes) if (at < changed.length) changed[at] = byte
        const found: Inspection = await inspect(changed)
        expect(['facts', 'original']).toContain(found.kind)
        const settings = settingsWith({ format: 'png', width: 6, height: 4 })
        const rendition = await render(changed, settings, 1_000_000, 5_000).catch((error: unknown) => error as Error)
        if (!(rendition instanceof Error))
          expect(await sharp(rendition.bytes).metadata()).toMatchObject({ width: 6, height: 4 })
        else expect(rendition).toBeInstanceOf(Error)
      }),
      { numRuns: runs(60) },
    )
  })
})

describe('what the decoder is held to', () => {
  it.each([
    ['as many pixels', 9_600, 'kept'],
    ['one fewer', 9_599, 'Error: Input image exceeds pixel limit'],
  ])('%s', async (_rule, pixels, expected) => {
    const rendition = render(jpeg, settingsWith({ width: 60, height: 40 }), pixels, 5_000)
    expect(await rendition.then(() => 'kept', String)).toBe(expected)
  })

  it('the pixels of all frames', async () => {
    const settings = settingsWith({ width: 30, height: 20, frames: 3 })
    await expect(render(gif, settings, 7_199, 5_000)).rejects.toThrow('Input image exceeds pixel limit')
    expect((await render(gif, settings, 7_200, 5_000)).bytes).toBeInstanceOf(Buffer)
  })

  it('the time that there is, between rows', async () => {
    const large = await sharp(png).resize(4_000, 3_000).png({ compressionLevel: 1 }).toBuffer()
    const settings = settingsWith({ format: 'png', width: 16_000, height: 12_000 })
    await expect(render(large, settings, 1e8, 1)).rejects.toThrow(/timeout: \d+% complete/)
  })
})

test('isBusy: while something is being made, and not a moment longer', async () => {
  expect(isBusy()).toBe(false)
  let isDone = false
  const rendition = render(png, settingsWith({ width: 3_000, height: 2_000 }), 1_000_000, 20_000).then(() => {
    isDone = true
  })
  await setTimeout(20)
  expect([isBusy(), isDone]).toEqual([true, false])
  await rendition
  expect([isBusy(), isDone]).toEqual([false, true])
  await render(png.subarray(0, 500), settingsWith(), 1_000_000, 5_000).catch(() => {})
  expect(isBusy()).toBe(false)
})
