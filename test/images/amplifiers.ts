/** Files that cost a decoder far more than their pixels would: all within every limit that a header tells of. */
import type { Bomb } from './bombs.ts'
import { fixture } from './fixtures.ts'
import { type Chunk, pngChunks, pngOf, zlibOfZeros } from './png.ts'
import { tiffDirectory, uint16LE, uint32LE } from './tiff.ts'

/** Just below what libpng lets one chunk take in memory: 8,000,000 bytes. */
const TEXT_BYTES = 7_900_000

/** As many compressed texts as libpng keeps, 8 GB of them: PNG, 11.3.3.3 and 11.3.3.4. */
async function textsPng(type: 'zTXt' | 'iTXt', count: number): Promise<Buffer> {
  const [header, ...rest] = pngChunks((await fixture('png')).bytes)
  const text = zlibOfZeros(TEXT_BYTES)
  // The keyword, then for iTXt the flag that it is compressed, then the method and two empty names.
  const texts = Array.from({ length: count }, (_, i): Chunk => {
    const start = type === 'zTXt' ? `k${i}\0\0` : `k${i}\0\x01\0\0\0`
    return { type, data: Buffer.concat([Buffer.from(start, 'latin1'), text]) }
  })
  return pngOf([header as Chunk, ...texts, ...rest])
}

/** A profile of 2 GB in 2 MB: PNG, 11.3.2.3. */
async function profilePng(): Promise<Buffer> {
  const [header, ...rest] = pngChunks((await fixture('png')).bytes)
  const data = Buffer.concat([Buffer.from('p\0\0', 'latin1'), zlibOfZeros(2_000_000_000)])
  return pngOf([header as Chunk, { type: 'iCCP', data }, ...rest])
}

/** A picture of 8×8 on each of so many pages. */
function pagesTiff(count: number): Buffer {
  const length = tiffDirectory({ width: 8, height: 8, offset: 8, bytes: 64 }, 0).length
  const pages = Array.from({ length: count }, (_, i) =>
    tiffDirectory({ width: 8, height: 8, offset: 8, bytes: 64 }, i === count - 1 ? 0 : 8 + (i + 1) * length),
  )
  return Buffer.concat([Buffer.from('II*\0', 'latin1'), uint32LE(8), ...pages])
}

/** A TIFF of 64×64 in one tile of so many pixels a side: section 15. */
const tileTiff = (side: number): Buffer =>
  Buffer.concat([
    Buffer.from('II*\0', 'latin1'),
    uint32LE(8),
    uint16LE(9),
    ...[
      [256, 64],
      [257, 64],
      [258, 8],
      [259, 1],
      [262, 1],
      [322, side],
      [323, side],
      [324, 8],
      [325, 64],
    ].map(([tag = 0, value = 0]) => Buffer.concat([uint16LE(tag, 4), uint32LE(1), uint32LE(value)])),
    uint32LE(0),
    Buffer.alloc(64),
  ])

const segment = (marker: number, data: readonly number[]): Buffer =>
  Buffer.from([0xff, marker, (data.length + 2) >> 8, (data.length + 2) & 0xff, ...data])

/** Bits, most significant first; after a byte of ones comes one of zeros (ITU-T T.81, F.1.2.3). */
function entropyCoded(codes: readonly (readonly [value: number, bits: number])[]): Buffer {
  const text = codes.map(([value, bits]) => value.toString(2).padStart(bits, '0')).join('')
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8, '1')
  const bytes = (padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))
  return Buffer.from(bytes.flatMap((byte) => (byte === 0xff ? [byte, 0] : [byte])))
}

/** A grey JPEG in so many scans, each of which goes through all blocks (T.81, annex G): one coefficient, one bit. */
export function scansJpeg(side: number, scans: number): Buffer {
  const blocks = Math.ceil(side / 8) ** 2
  const oneCode = (kind: number, symbol: number) => segment(0xc4, [kind, 1, ...Array(15).fill(0), symbol])
  const size = [side >> 8, side & 0xff]
  // Bands that end at once, in runs of up to 32,767 blocks: the code, and 14 bits of the run.
  const runs = Array.from({ length: Math.ceil(blocks / 32_767) }, () => [0x3fff, 15] as const)
  const body = entropyCoded(runs)
  const more = Array.from({ length: scans - 1 }, (_, i) => {
    const [low, coefficient] = [13 - Math.floor(i / 63), 1 + (i % 63)]
    const approximation = (low === 13 ? 0 : (low + 1) << 4) | low
    return [segment(0xda, [1, 1, 0, coefficient, coefficient, approximation]), body]
  })
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xdb, [0, ...Array(64).fill(1)]),
    segment(0xc2, [8, ...size, ...size, 1, 1, 0x11, 0]),
    oneCode(0, 0),
    oneCode(0x10, 0xe0),
    segment(0xda, [1, 1, 0, 0, 0, 0]),
    Buffer.alloc(Math.ceil(blocks / 8)),
    ...more.flat(),
    Buffer.from([0xff, 0xd9]),
  ])
}

export async function amplifiers(): Promise<Bomb[]> {
  return [
    { name: 'PNG, 1,000 compressed texts', type: 'image/png', bytes: await textsPng('zTXt', 1_000) },
    { name: 'PNG, 200 international texts', type: 'image/png', bytes: await textsPng('iTXt', 200) },
    { name: 'PNG, a profile of 2 GB', type: 'image/png', bytes: await profilePng() },
    { name: 'TIFF, 60,000 pages', type: 'image/tiff', bytes: pagesTiff(60_000) },
    { name: 'TIFF, a huge tile', type: 'image/tiff', bytes: tileTiff(65_536) },
    { name: 'JPEG, 99 scans', type: 'image/jpeg', bytes: scansJpeg(7_000, 99) },
    { name: 'JPEG, 800 scans', type: 'image/jpeg', bytes: scansJpeg(2_500, 800) },
  ]
}
