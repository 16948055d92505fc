/** PNG files that broke off: as many rows as there are, and the rest empty. */
import { constants, crc32, deflateSync, inflateSync } from 'node:zlib'

export type Mended = { bytes: Buffer; missing: number }

/** Bytes of rows: what is unpacked is in memory twice. */
const MOST_BYTES = 64 * 1024 * 1024

/** W3C PNG 3, 11.2.1: samples of a pixel, by colour type. */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

type Chunk = { type: string; data: Buffer }

/**
 * A sound PNG with the rows that can be read, because decoders leave behind those what was in memory before.
 * `undefined` where none can: it is interlaced, too large, or damaged rather than cut. `missing`: part of its rows.
 */
export function mendedPng(bytes: Buffer): Mended | undefined {
  const chunks = chunksOf(bytes)
  const header = chunks.find(({ type }) => type === 'IHDR')?.data
  if (!header || header.length < 13 || header[12] !== 0) return undefined
  const bits = (header[8] as number) * (SAMPLES[header[9] as number] ?? 0)
  // One byte before each row says how it is filtered.
  const rowBytes = 1 + Math.ceil((header.readUInt32BE(0) * bits) / 8)
  const height = header.readUInt32BE(4)
  if (bits === 0 || height === 0 || rowBytes * height > MOST_BYTES) return undefined
  const rows = inflated(Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : []))))
  const whole = Math.min(height, Math.floor(rows.length / rowBytes))
  if (whole === 0) return undefined
  const filled = Buffer.alloc(rowBytes * height)
  rows.copy(filled, 0, 0, whole * rowBytes)
  const before = chunks.slice(
    0,
    chunks.findIndex(({ type }) => type === 'IDAT'),
  )
  const data = { type: 'IDAT', data: deflateSync(filled, { level: 1 }) }
  const end = { type: 'IEND', data: Buffer.alloc(0) }
  return {
    bytes: Buffer.concat([bytes.subarray(0, 8), ...[...before, data, end].map(chunkBytes)]),
    missing: 1 - whole / height,
  }
}

/** As far as they go: the last one may be cut. */
function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = 8; at + 8 <= bytes.length; ) {
    const end = at + 8 + bytes.readUInt32BE(at)
    chunks.push({ type: bytes.toString('latin1', at + 4, at + 8), data: bytes.subarray(at + 8, end) })
    at = end + 4
  }
  return chunks
}

/** What there is, and nothing of what is damaged. */
function inflated(data: Buffer): Buffer {
  try {
    return inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST_BYTES + MOST_BYTES / 64 })
  } catch {
    return Buffer.alloc(0)
  }
}

function chunkBytes({ type, data }: Chunk): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.length, 0)
  frame.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
}
