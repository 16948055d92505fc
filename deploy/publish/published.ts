/** The manifest of URLs: what an application looks its files up in. */
import { dirname } from 'node:path'
import { Failure, systemMessage } from '../../base/errors.ts'
import { makeFolder } from '../../base/make-folder.ts'
import { replaceFile } from '../../base/replace-file.ts'
import type { Preview } from './previews.ts'

/** By the path in the folder. */
export type Published = Record<string, PublishedFile>

type PublishedFile = {
  /** With its version; null: none leads to it. */
  url: string | null
  key: string
  /** In hex. */
  sha256: string
  bytes: number
  contentType: string
  /** What it was made of. */
  convertedFrom?: { contentType: string; sha256: string }
} & Partial<Preview>

/**
 * The same files give the same bytes.
 * @throws Failure if the system does not let it be written
 */
export async function writePublished(file: string, published: Published): Promise<void> {
  try {
    await makeFolder(dirname(file))
    await replaceFile(file, `${JSON.stringify(published, null, 2)}\n`)
  } catch (cause) {
    throw new Failure(
      `everything is uploaded, but the URLs could not be written to ${file} (${systemMessage(cause)}); run the same command again with another --manifest`,
      { code: 'not-writable', found: systemMessage(cause), cause },
    )
  }
}
