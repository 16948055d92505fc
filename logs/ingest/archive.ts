/** Archives that break off: whether one does, and what it gives before it does. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { constants, createGunzip } from 'node:zlib'
import { systemMessage } from '../../base/errors.ts'

/** Logs shrink to a tenth. What would have shrunk to less than a hundredth is worth a look. */
const RATIO = 100

/** Bytes that an archive may be larger than what is in it. */
const OVERHEAD = 1024

/**
 * Whether the length that stands at the end of an archive can be that of its content (RFC 1952, ISIZE). What is cut off ends
 * with four bytes of anything, and an archive of several parts with the length of the last one: those take a closer look.
 * @param end the last four bytes
 */
export function hasLikelyLength(end: Buffer, size: number): boolean {
  if (end.length < 4) return false
  const length = end.readUInt32LE(0)
  return length >= size - OVERHEAD && length <= size * RATIO
}

/** Why an archive is not whole, by reading all of it; `undefined`: it is. */
export async function faultOfArchive(path: string, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const nothing = async (chunks: AsyncIterable<Buffer>) => {
      for await (const _ of chunks);
    }
    await pipeline(createReadStream(path), createGunzip(), nothing, signal ? { signal } : {})
    return undefined
  } catch (error) {
    signal?.throwIfAborted()
    return systemMessage(error)
  }
}

/**
 * What an archive gives before it breaks off, in small steps: when it does, zlib keeps what the step had given already, and
 * an iterator what was not read yet.
 */
export async function unpackedAsFarAsItGoes(path: string, folder: string): Promise<{ path: string; why: string }> {
  const target = join(folder, `part-${createHash('sha256').update(path).digest('hex')}`)
  const output = createWriteStream(target)
  const why = await new Promise<string>((resolve) => {
    const input = createReadStream(path, { highWaterMark: 256 })
    const unpacking = createGunzip({ flush: constants.Z_SYNC_FLUSH })
    unpacking.on('data', (chunk) => {
      if (!output.write(chunk)) unpacking.pause()
    })
    output.on('drain', () => unpacking.resume())
    unpacking.on('end', () => resolve('it breaks off'))
    const ended = (error: Error) => resolve(systemMessage(error))
    input.on('error', ended)
    unpacking.on('error', ended)
    output.on('error', ended)
    input.pipe(unpacking)
  })
  await new Promise((resolve) => output.end(resolve))
  return { path: target, why }
}
