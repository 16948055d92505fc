import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { inflateRaw } from 'node:zlib'
import yauzl from 'yauzl'
import { LAMBDA_UNZIPPED_BYTES } from '../../../edge/limits.ts'

/**
 * Unpacks a zip into an existing folder. Rejects for a broken zip, for an entry that would land outside the folder,
 * and for more than Lambda would unpack.
 */
export async function unzip(file: string, folder: string): Promise<void> {
  const zip = await yauzl.openPromise(file)
  try {
    let bytes = 0
    for await (const entry of zip.eachEntry()) {
      bytes += entry.uncompressedSize
      if (bytes > LAMBDA_UNZIPPED_BYTES) throw new Error(`unpacks to more than Lambda's ${LAMBDA_UNZIPPED_BYTES} bytes`)
      if (!entry.fileName.endsWith('/')) await writeEntry(zip, entry, pathInside(folder, entry.fileName))
    }
  } finally {
    zip.close()
  }
}

/** yauzl refuses such names as well, but only with its default options. */
function pathInside(folder: string, name: string) {
  const path = resolve(folder, name)
  if (!path.startsWith(resolve(folder) + sep)) {
    throw new Error(`the entry ${JSON.stringify(name)} would land outside the folder`)
  }
  return path
}

async function writeEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, path: string) {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, await contentOf(zip, entry))
}

const inflated = promisify(inflateRaw)

/** Deflate: APPNOTE.TXT of PKWARE, 4.4.5. */
const DEFLATED = 8

/**
 * All of it at once, in a buffer of the size that the zip tells of: of libvips, the largest entry by far, that takes half
 * of the time of yauzl's stream, which inflates 16 kB at a time.
 */
async function contentOf(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Buffer> {
  const size = entry.uncompressedSize
  if (entry.compressionMethod !== DEFLATED) return buffer(await zip.openReadStreamPromise(entry))
  const raw = await buffer(await zip.openReadStreamPromise(entry, { decodeFileData: false }))
  const content = await inflated(raw, { chunkSize: Math.max(size, SMALLEST_CHUNK), maxOutputLength: Math.max(size, 1) })
  if (content.length === size) return content
  throw new Error(`the entry ${JSON.stringify(entry.fileName)} is to have ${size} bytes, and has ${content.length}`)
}

/** Bytes, of Node's zlib. */
const SMALLEST_CHUNK = 64
