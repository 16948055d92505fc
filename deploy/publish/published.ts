/** The manifest of URLs: what an application looks its files up in. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure, systemMessage } from '../../command/errors.ts'

/** By the path in the folder. */
export type Published = Record<string, PublishedFile>

export type PublishedFile = {
  /** With its version; null: none leads to it. */
  url: string | null
  key: string
  /** In hex. */
  sha256: string
  bytes: number
  contentType: string
}

/**
 * The same files give the same bytes.
 * @throws Failure if the system does not let it be written
 */
export async function writePublished(file: string, published: Published): Promise<void> {
  // A name with a dot: what an interrupted run leaves behind is not published by the next.
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}`)
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(temporary, `${JSON.stringify(published, null, 2)}\n`)
    await rename(temporary, file)
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {})
    throw new Failure(
      `everything is uploaded, but the URLs could not be written to ${file} (${systemMessage(cause)}); run the same command again with another --manifest`,
      { cause },
    )
  }
}
