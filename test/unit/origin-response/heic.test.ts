import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openHeic } from '../../../origin-response/heic.ts'
import { endIdleThread, keepIdleThread, takeIdleThread } from '../../../origin-response/idle-thread.ts'
import { openSource } from '../../../origin-response/open-source.ts'
import * as renderer from '../../../origin-response/render.ts'
import { type Coded, codedItem, codedPicture, gridFile, heicFile, NO_ENCODER } from '../../images/heic.ts'
import { photo } from '../../images/pictures.ts'

const [MB, MS] = [400, 60_000]

let coded: Coded
let picture: Buffer
beforeAll(async () => {
  if (NO_ENCODER) return
  coded = await codedPicture(await photo(192, 128).png().toBuffer())
  picture = heicFile([codedItem(coded)])
})

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})
afterAll(async () => {
  await endIdleThread()
})

async function opened(bytes: Buffer, most = MB) {
  const source = await openHeic(bytes, most, MS)
  if (source.kind === 'original') throw new Error(source.detail)
  closing.push(source.close)
  return source
}

describe.skipIf(NO_ENCODER)('a thread for one HEIC', () => {
  it('says what it is before it decodes, and gives it as a TIFF', async () => {
    const { header, decode } = await opened(picture)
    expect(header).toMatchObject({ width: 192, height: 128, hasAlpha: false })
    const decoded = await decode(undefined, MS)
    if (decoded.kind === 'original') throw new Error(decoded.detail)
    const inspected = await renderer.inspect(decoded.tiff)
    expect(inspected).toMatchObject({
      kind: 'facts',
      facts: { format: 'tiff', width: 192, height: 128, pixelBytes: 3 },
    })
  })

  it('is ended where it takes longer than it may', async () => {
    const large = gridFile(
      Array.from({ length: 400 }, () => coded),
      { columns: 20, width: 3_840, height: 2_560 },
    )
    const { decode } = await opened(large)
    const before = performance.now()
    expect(await decode(undefined, 20)).toEqual({
      kind: 'original',
      reason: 'deadline',
      detail: 'libheif took longer than 20 ms',
    })
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(await openHeic(large, MB, 0)).toMatchObject({ kind: 'original', reason: 'deadline' })
  })

  it('has no more memory than it may, whatever the picture needs', async () => {
    const large = gridFile(
      Array.from({ length: 400 }, () => coded),
      { columns: 20, width: 3_840, height: 2_560 },
    )
    const { decode } = await opened(large, 40)
    expect(await decode(undefined, MS)).toMatchObject({ kind: 'original', reason: 'too-many-pixels' })
    const { decode: enough } = await opened(large, 120)
    expect(await enough(undefined, MS)).toMatchObject({ kind: 'pixels' })
  })

  it('has room for the file, or it is refused', async () => {
    const padded = Buffer.concat([picture, Buffer.alloc(30_000_000)])
    expect(await openHeic(padded, 20, MS)).toMatchObject({ kind: 'original', reason: 'too-many-pixels' })
  })

  it('is kept for the next one, whatever it was that could not be read before', async () => {
    await endIdleThread()
    const first = await opened(picture)
    await first.decode(undefined, MS)
    const kept = takeIdleThread()
    expect(kept).toBeDefined()
    if (kept) keepIdleThread(kept)
    await (await opened(picture.subarray(0, -9))).decode(undefined, MS)
    expect(await openHeic(Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), MB, MS)).toMatchObject({
      kind: 'original',
    })
    const { decode } = await opened(picture)
    expect(takeIdleThread()).toBeUndefined()
    expect(await decode(undefined, MS)).toMatchObject({ kind: 'pixels' })
    expect(takeIdleThread()).toBe(kept)
    await kept?.terminate()
  })

  it('is ended where its heap has grown, where it is late, and where there is one already', async () => {
    await endIdleThread()
    const large = gridFile(
      Array.from({ length: 400 }, () => coded),
      { columns: 20, width: 3_840, height: 2_560 },
    )
    expect(await (await opened(large)).decode(undefined, MS)).toMatchObject({ kind: 'pixels' })
    expect(takeIdleThread()).toBeUndefined()
    expect(await (await opened(large)).decode(undefined, 20)).toMatchObject({ kind: 'original', reason: 'deadline' })
    expect(takeIdleThread()).toBeUndefined()
    const two = [await opened(picture), await opened(picture)]
    for (const { close } of two) await close()
    expect(await endIdleThread()).toBe(true)
    expect(await endIdleThread()).toBe(false)
  })

  it('may be closed before and after', async () => {
    const { close } = await opened(picture)
    await close()
    await close()
  })
})

it.each([
  ['nothing', Buffer.alloc(0)],
  ['noise', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic-----------', 'latin1')],
])('%s is no picture', async (_, bytes) => {
  expect(await openHeic(bytes, MB, MS)).toMatchObject({
    kind: 'original',
    reason: expect.stringMatching(/^(?:corrupt|unsupported)$/),
  })
})

describe.skipIf(NO_ENCODER)('a source', () => {
  const means = { renderer, room: () => ({ most: MB, isLess: false }), time: MS }

  it('is what the thread says of it, where the config asks for HEIC', async () => {
    const source = await openSource(picture, { ...means, limit: { heic: true } })
    if (source.kind === 'original') throw new Error(source.detail)
    closing.push(source.close)
    expect(source.facts).toMatchObject({ format: 'heic', width: 192, height: 128, isTurned: false, pixelBytes: 3 })
    const read = await source.read(MS)
    expect(read).toMatchObject({ kind: 'readable', facts: { format: 'tiff', width: 192, height: 128 } })
  })

  it('that a fresh process would have room for is refused for now alone', async () => {
    const padded = Buffer.concat([picture, Buffer.alloc(30_000_000)])
    const reasonWith = async (isLess: boolean) => {
      const source = await openSource(padded, { ...means, room: () => ({ most: 20, isLess }), limit: { heic: true } })
      return source.kind === 'original' ? source.reason : source.close()
    }
    expect([await reasonWith(true), await reasonWith(false)]).toEqual(['disabled', 'too-many-pixels'])
  })

  it('is not worked on otherwise', async () => {
    expect(await openSource(picture, { ...means, limit: {} })).toMatchObject({
      kind: 'original',
      reason: 'unsupported',
    })
  })

  it('of another kind is its own bytes', async () => {
    const bytes = await photo(64, 48).jpeg().toBuffer()
    const source = await openSource(bytes, { ...means, limit: { heic: true } })
    if (source.kind === 'original') throw new Error(source.detail)
    expect(await source.read(MS)).toMatchObject({ kind: 'readable', bytes, facts: { format: 'jpg' } })
  })
})
