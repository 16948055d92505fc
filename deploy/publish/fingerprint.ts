import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { TELLING_BYTES } from '../../edge/image-type.ts'

/** Which bytes a file has. `sha256` in hex. */
export type Fingerprint = { sha256: string; bytes: number }

/** `beginning`: `TELLING_BYTES` of them, or all. */
export type ReadFile = { fingerprint: Fingerprint; beginning: Buffer }

/** Bytes read at a time: larger pieces hash no faster. */
export const PIECE_BYTES = 256 * 1024

export async function readFileOnce(file: string, signal: AbortSignal): Promise<ReadFile> {
  const hash = createHash('sha256')
  let beginning: Buffer = Buffer.alloc(0)
  let bytes = 0
  for await (const piece of createReadStream(file, { highWaterMark: PIECE_BYTES, signal })) {
    hash.update(piece)
    if (bytes === 0) beginning = Buffer.from(piece.subarray(0, TELLING_BYTES))
    bytes += piece.length
  }
  return { fingerprint: { sha256: hash.digest('hex'), bytes }, beginning }
}
