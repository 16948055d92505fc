import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** Which bytes a file has. `sha256` in hex. */
export type Fingerprint = { sha256: string; bytes: number }

/** Bytes read at a time: larger pieces hash no faster. */
export const PIECE_BYTES = 256 * 1024

export async function fingerprintOf(file: string, signal: AbortSignal): Promise<Fingerprint> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES, signal })) {
    hash.update(piece)
    bytes += piece.length
  }
  return { sha256: hash.digest('hex'), bytes }
}
