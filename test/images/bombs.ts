/** Little files of huge pictures. All are made from their headers: nothing here decodes or encodes what it describes. */
import sharp, { type Sharp } from 'sharp'
import { fixture } from './fixtures.ts'
import { blackPng, COLOUR } from './png.ts'
import { tiffDirectory, uint16LE, uint32LE } from './tiff.ts'

export type Bomb = { name: string; type: string; bytes: Buffer }

/** A VP8L stream (RFC 9649, 3) of any size whose one colour takes no bit at all: 34 bytes, and perfectly valid. */
export function onePixelWebp(width: number, height: number): Buffer {
  const bits: number[] = []
  const put = (value: number, count: number) => {
    for (let i = 0; i < count; i += 1) bits.push((value >> i) & 1)
  }
  put(0x2f, 8)
  put(width - 1, 14)
  put(height - 1, 14)
  // No alpha, version 0, no transform, no colour cache, no meta prefix codes.
  for (const width of [1, 3, 1, 1, 1]) put(0, width)
  // Five simple prefix codes of one symbol each, 8 bits wide: green, red, blue, alpha, distance.
  for (const symbol of [90, 20, 160, 255, 0]) {
    for (const bit of [1, 0, 1]) put(bit, 1)
    put(symbol, 8)
  }
  while (bits.length % 16 > 0) bits.push(0)
  const stream = Buffer.alloc(bits.length / 8)
  bits.forEach((bit, i) => {
    stream[i >> 3] = (stream[i >> 3] ?? 0) | (bit << (i & 7))
  })
  return riff([['VP8L', stream]])
}

function riff(chunks: readonly (readonly [string, Buffer])[]): Buffer {
  const parts = chunks.map(([name, data]) => Buffer.concat([Buffer.from(name, 'latin1'), uint32LE(data.length), data]))
  const body = Buffer.concat([Buffer.from('WEBP', 'latin1'), ...parts])
  return Buffer.concat([Buffer.from('RIFF', 'latin1'), uint32LE(body.length), body])
}

type Frame = { left?: number; top?: number; width: number; height: number }

/** GIF89a with two colours; every frame has one pixel's worth of data, whatever its size. */
export function gifOf(screen: { width: number; height: number }, frames: readonly Frame[]): Buffer {
  const header = [Buffer.from('GIF89a', 'latin1'), uint16LE(screen.width, screen.height), Buffer.from([0x80, 0, 0])]
  const colours = Buffer.from([0, 0, 0, 255, 255, 255])
  const images = frames.flatMap(({ left = 0, top = 0, width, height }, i) => [
    // 20 ms, and a place of its own, so that no frame can be left out.
    Buffer.from([0x21, 0xf9, 4, 4, 2, 0, 0, 0, 0x2c]),
    uint16LE(left, top, width, height),
    // Codes of 3 bits: clear, one of the two colours, end.
    Buffer.from([0, 2, 2, i % 2 ? 0x4c : 0x44, 0x01, 0]),
  ])
  return Buffer.concat([...header, colours, ...images, Buffer.from([0x3b])])
}

/** A TIFF of which a few bytes are there. */
export const hugeTiff = (width: number, height: number): Buffer =>
  Buffer.concat([
    Buffer.from('II*\0', 'latin1'),
    uint32LE(8),
    tiffDirectory({ width, height, offset: 8, bytes: 64 }, 0),
  ])

/** The file with the two bytes of height and of width in its frame header set (ITU-T T.81, B.2.2). */
export function resizedJpeg(jpeg: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.from(jpeg)
  const frame = bytes.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(bytes[i + 1] ?? 0))
  bytes.writeUInt16BE(height, frame + 5)
  bytes.writeUInt16BE(width, frame + 7)
  return bytes
}

/** The file with the size in its `ispe` property set (ISO/IEC 23008-12, 6.5.3). */
function resizedAvif(avif: Buffer, width: number, height: number): Buffer {
  const bytes = Buffer.from(avif)
  const box = bytes.indexOf('ispe')
  bytes.writeUInt32BE(width, box + 8)
  bytes.writeUInt32BE(height, box + 12)
  return bytes
}

/** The most that a JPEG, a PNG of libpng's, and a GIF's screen can be on a side. */
export const LONGEST = 65_535

/** Each is far above what any configuration would allow. */
export async function bombs(): Promise<Bomb[]> {
  const [jpeg, progressive, avif] = await Promise.all(['jpeg', 'jpeg, progressive', 'avif'].map(fixture))
  if (!jpeg || !progressive || !avif) throw new Error('a fixture is missing')
  const square = { width: LONGEST, height: LONGEST }
  return [
    ['PNG, one bit', 'image/png', blackPng({ ...square, depth: 1, colour: COLOUR.grey })],
    ['PNG, interlaced', 'image/png', blackPng({ ...square, depth: 1, colour: COLOUR.grey, interlaced: true })],
    ['GIF, its screen', 'image/gif', gifOf(square, [{ width: 1, height: 1 }])],
    ['GIF, its frame', 'image/gif', gifOf({ width: 1, height: 1 }, [square])],
    [
      'GIF, its frames',
      'image/gif',
      gifOf({ width: 2_000, height: 2_000 }, Array(1_000).fill({ width: 1, height: 1 })),
    ],
    ['WebP', 'image/webp', onePixelWebp(16_383, 16_383)],
    ['TIFF', 'image/tiff', hugeTiff(100_000, 100_000)],
    ['JPEG', 'image/jpeg', resizedJpeg(jpeg.bytes, 65_500, 65_500)],
    ['JPEG, progressive', 'image/jpeg', resizedJpeg(progressive.bytes, 65_500, 65_500)],
    ['AVIF', 'image/avif', resizedAvif(avif.bytes, 60_000, 60_000)],
  ].map(([name, type, bytes]) => ({ name, type, bytes }) as Bomb)
}

const SIDE = 7_071

/** libpng takes no more on a side. A decoder holds rows, not pixels. */
const WIDE = { width: 65_535, height: 762 }
const WIDEST = { width: 1_000_000, height: 50 }

/**
 * Valid, and just within 50,000,000 pixels: what each decoder takes the most memory for.
 * @param choose which of them are made: it takes a processor a second for four of them
 */
export async function largest(choose = (files: Making[]): Making[] => files): Promise<Bomb[]> {
  const square = { width: SIDE, height: SIDE }
  const flat = sharp({ create: { ...square, channels: 3, background: { r: 20, g: 90, b: 160 } } })
  const made = async (picture: Sharp) => (await picture.toBuffer()) as Buffer
  const files: Making[] = [
    ['PNG', 'image/png', () => blackPng({ ...square, depth: 8, colour: COLOUR.rgb })],
    [
      'PNG, 16 bits, interlaced',
      'image/png',
      () => blackPng({ ...square, depth: 16, colour: COLOUR.rgba, interlaced: true }),
    ],
    ['PNG, as wide as it can be', 'image/png', () => blackPng({ ...WIDEST, depth: 16, colour: COLOUR.rgba })],
    ['PNG, wide', 'image/png', () => blackPng({ ...WIDE, depth: 16, colour: COLOUR.rgba })],
    ['WebP', 'image/webp', () => onePixelWebp(SIDE, SIDE)],
    ['GIF', 'image/gif', () => gifOf(square, [square])],
    [
      'GIF, 200 frames',
      'image/gif',
      () => gifOf({ width: 500, height: 500 }, Array(200).fill({ width: 500, height: 500 })),
    ],
    ['JPEG', 'image/jpeg', () => made(flat.clone().jpeg())],
    ['JPEG, progressive', 'image/jpeg', () => made(flat.clone().jpeg({ progressive: true }))],
    ['JPEG, lying on its side', 'image/jpeg', () => made(flat.clone().withMetadata({ orientation: 6 }).jpeg())],
    ['TIFF, one strip', 'image/tiff', () => made(flat.clone().tiff({ compression: 'lzw' }))],
  ]
  const bombs: Bomb[] = []
  for (const [name, type, make] of choose(files)) bombs.push({ name, type, bytes: await make() })
  return bombs
}

type Making = readonly [name: string, type: string, make: () => Buffer | Promise<Buffer>]
