/** PNG, chunk by chunk (Portable Network Graphics, Third Edition): for files that no encoder would write. */
import { constants, crc32, deflateRawSync } from 'node:zlib'

export const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')

export type Chunk = { type: string; data: Buffer }

export function pngChunks(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = PNG_SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at)
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) })
    at += 12 + length
  }
  return chunks
}

export const pngOf = (chunks: readonly Chunk[]): Buffer =>
  Buffer.concat([
    PNG_SIGNATURE,
    ...chunks.map(({ type, data }) => {
      const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
      return Buffer.concat([uint32(data.length), named, uint32(crc32(named))])
    }),
  ])

/** The file with every checksum right, as far as its chunks can be followed: else no decoder looks behind a mutation. */
export function withChecksums(png: Buffer): Buffer {
  const mended = Buffer.from(png)
  for (let at = PNG_SIGNATURE.length; at + 12 <= mended.length; ) {
    const end = at + 8 + mended.readUInt32BE(at)
    if (end + 4 > mended.length) break
    mended.writeUInt32BE(crc32(mended.subarray(at + 4, end)), end)
    at = end + 4
  }
  return mended
}

export const uint32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  values.forEach((value, i) => {
    bytes.writeUInt32BE(value, i * 4)
  })
  return bytes
}

export const COLOUR = { grey: 0, rgb: 2, rgba: 6 } as const

const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 6: 4 }

export type Header = { width: number; height: number; depth: number; colour: number; interlaced?: boolean }

export const headerChunk = ({ width, height, depth, colour, interlaced = false }: Header): Chunk => ({
  type: 'IHDR',
  data: Buffer.concat([uint32(width, height), Buffer.from([depth, colour, 0, 0, interlaced ? 1 : 0])]),
})

/** A valid PNG of zeros, of any size: a thousandth of its pixels to hold, and next to no time to make. */
export const blackPng = (header: Header): Buffer =>
  pngOf([
    headerChunk(header),
    { type: 'IDAT', data: zlibOfZeros(dataBytes(header)) },
    { type: 'IEND', data: Buffer.alloc(0) },
  ])

/** Bytes of scan lines, each with the byte of its filter. Section 8.1 has the seven passes of Adam7. */
function dataBytes({ width, height, depth, colour, interlaced }: Header): number {
  const bits = depth * (CHANNELS[colour] ?? 0)
  const passBytes = ([left, top, right, down]: Pass) => {
    const [columns, rows] = [Math.ceil((width - left) / right), Math.ceil((height - top) / down)]
    return columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0
  }
  const passes: readonly Pass[] = interlaced ? ADAM7 : [[0, 0, 1, 1]]
  return passes.reduce((sum, pass) => sum + passBytes(pass), 0)
}

/** The first column and row, and the steps from one to the next. */
type Pass = readonly [left: number, top: number, right: number, down: number]

const ADAM7: readonly Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
]

const BLOCK = 1 << 24

/** A block that was flushed can be repeated (RFC 1951). Adler-32 of n zeros: 1, and n in the upper half (RFC 1950). */
export function zlibOfZeros(bytes: number): Buffer {
  const block = deflateRawSync(Buffer.alloc(Math.min(bytes, BLOCK)), { finishFlush: constants.Z_FULL_FLUSH })
  const rest = deflateRawSync(Buffer.alloc(bytes % BLOCK), { finishFlush: constants.Z_FINISH })
  const blocks = Array.from({ length: Math.floor(bytes / BLOCK) }, () => block)
  return Buffer.concat([Buffer.from([0x78, 0xda]), ...blocks, rest, uint32((((bytes % 65_521) << 16) + 1) >>> 0)])
}
