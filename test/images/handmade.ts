/** Files that no encoder writes: kinds that are not transformed, and files that are two things at once. */
import { fixture, HEIGHT, type Kind, WIDTH } from './fixtures.ts'
import { type Chunk, pngChunks, pngOf, uint32 } from './png.ts'
import type { Expected } from './reasons.ts'

export type Handmade = {
  name: string
  /** What S3 says it is. */
  type: string
  bytes: Buffer
  expected: readonly Expected[]
  /** What its picture is, where there is one. */
  source?: { kind: Kind; width: number; height: number; frames: number }
}

const bytesOf = async (name: string): Promise<Buffer> => (await fixture(name)).bytes

/** APNG 1.0: the picture, and once more as a second frame. Its decoder sees the first frame alone, and would freeze it. */
async function apng(): Promise<Buffer> {
  const chunks = pngChunks(await bytesOf('png'))
  const idat = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const control = (sequence: number): Chunk => ({
    type: 'fcTL',
    data: Buffer.concat([uint32(sequence, WIDTH, HEIGHT, 0, 0), Buffer.from([0, 10, 0, 100, 0, 0])]),
  })
  return pngOf([
    ...chunks.filter(({ type }) => type === 'IHDR'),
    { type: 'acTL', data: uint32(2, 0) },
    control(0),
    { type: 'IDAT', data: idat },
    control(1),
    { type: 'fdAT', data: Buffer.concat([uint32(2), idat]) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ])
}

/** ISO/IEC 14496-12, 4.3: size, `ftyp`, the major brand, a version, the compatible brands. */
function branded(file: Buffer, major: string, others: readonly string[]): Buffer {
  const size = file.readUInt32BE(0)
  const brands = Buffer.from(`ftyp${major}\0\0\0\0${others.join('')}`, 'latin1')
  // As long as before: what follows is found by its offset in the file.
  if (brands.length + 4 !== size) throw new Error(`expected ${(size - 16) / 4} compatible brands`)
  return Buffer.concat([uint32(size), brands, file.subarray(size)])
}

export const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>`
const HTML = '<!doctype html><script>alert(document.domain)</script>'

/** An archive without entries: APPNOTE.TXT, 4.3.16, end of central directory. */
const EMPTY_ZIP = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)])

/** A picture with a text chunk before its data (PNG, 11.3.3.2). */
const withText = (png: Buffer, text: string): Buffer => {
  const [header, ...rest] = pngChunks(png)
  return pngOf([header as Chunk, { type: 'tEXt', data: Buffer.from(`Comment\0${text}`, 'latin1') }, ...rest])
}

/**
 * A GIF whose header is a line of JavaScript: the screen's size is read from `=1`, its colours from `/*`, and the
 * script's own comment ends behind the picture.
 */
function scriptGif(gif: Buffer): Buffer {
  const bytes = Buffer.concat([gif, Buffer.from('*/=1;alert(1)', 'latin1')])
  bytes.write('=1', 6, 'latin1')
  bytes.write('/*', 8, 'latin1')
  return bytes
}

/** Never a failure, and never passed off as what it is not; which of these it is, is the decoder's business. */
const UNREADABLE = ['unsupported', 'corrupt'] as const

export async function handmade(): Promise<Handmade[]> {
  const [jpeg, png, gif, avif] = await Promise.all(['jpeg', 'png', 'gif', 'avif'].map(bytesOf))
  if (!jpeg || !png || !gif || !avif) throw new Error('a fixture is missing')
  const picture = (kind: Kind) => ({ kind, width: WIDTH, height: HEIGHT, frames: 1 })
  const polyglot = (name: string, kind: Kind, bytes: Buffer): Handmade => ({
    ...{ name, bytes, type: `image/${kind}` },
    expected: ['rendition'],
    source: picture(kind),
  })
  return [
    { name: 'an animated PNG', type: 'image/png', bytes: await apng(), expected: ['unsupported'] },
    {
      name: 'a sequence of AVIF',
      type: 'image/avif',
      bytes: branded(avif, 'avis', ['avis', 'msf1', 'miaf']),
      expected: ['unsupported'],
    },
    {
      name: 'an AVIF that may be a sequence, by its compatible brands',
      type: 'image/avif',
      bytes: branded(avif, 'avif', ['avis', 'msf1', 'miaf']),
      expected: UNREADABLE,
    },
    {
      name: 'a HEIC named .jpg',
      type: 'image/jpeg',
      bytes: branded(avif, 'heic', ['mif1', 'heic', 'miaf']),
      expected: ['unsupported'],
    },
    { name: 'an SVG named .jpg', type: 'image/jpeg', bytes: Buffer.from(SVG), expected: ['unsupported'] },
    {
      name: 'an SVG with an XML declaration named .png',
      type: 'image/png',
      bytes: Buffer.from(`<?xml version="1.0"?>\n${SVG}`),
      expected: ['unsupported'],
    },
    { name: 'a page named .gif', type: 'image/gif', bytes: Buffer.from(HTML), expected: ['unsupported'] },
    { name: 'a PDF', type: 'image/jpeg', bytes: Buffer.from('%PDF-1.7\n%%EOF'), expected: ['unsupported'] },
    { name: 'no bytes at all', type: 'image/jpeg', bytes: Buffer.alloc(0), expected: UNREADABLE },
    { name: 'one byte', type: 'image/png', bytes: Buffer.from([0x89]), expected: UNREADABLE },
    { name: 'a signature and no more', type: 'image/png', bytes: png.subarray(0, 8), expected: UNREADABLE },
    { name: 'zeros', type: 'image/webp', bytes: Buffer.alloc(5_000), expected: UNREADABLE },
    polyglot('a JPEG and an archive', 'jpeg', Buffer.concat([jpeg, EMPTY_ZIP])),
    polyglot('a JPEG and a page', 'jpeg', Buffer.concat([jpeg, Buffer.from(HTML)])),
    polyglot('two JPEGs', 'jpeg', Buffer.concat([jpeg, jpeg])),
    polyglot('a PNG with a page in its text', 'png', withText(png, HTML)),
    {
      name: 'a GIF that is a script',
      type: 'image/gif',
      bytes: scriptGif(gif),
      expected: ['rendition', 'too-many-pixels', ...UNREADABLE],
    },
  ]
}
