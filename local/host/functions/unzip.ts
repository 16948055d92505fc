import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
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
  await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(path))
}
