/** Zips whose bytes depend on their contents alone: entries are sorted, and all have the same time and mode. */
import { buffer } from 'node:stream/consumers'
import { ZipFile } from 'yazl'

/**
 * DOS times begin in 1980 and have no zone: with `forceDosTimestamp`, local midnight is the same bytes everywhere.
 * Level 9 would take twice as long over sharp's binaries, for a thousandth of their size.
 */
const ENTRY = { mtime: new Date(1980, 0, 1), mode: 0o100644, forceDosTimestamp: true, compressionLevel: 6 }

/** @param files contents by path inside the zip */
export async function zip(files: Record<string, string | Buffer>): Promise<Buffer> {
  const archive = new ZipFile()
  for (const [path, content] of Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    archive.addBuffer(Buffer.from(content), path, ENTRY)
  }
  archive.end()
  return buffer(archive.outputStream)
}
