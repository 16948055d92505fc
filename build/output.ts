/** Writes what was built so that a failure, whenever, leaves the previous files as they were. */
import { join } from 'node:path'
import { notWritable, systemMessage } from '../base/errors.ts'
import { makeFolder } from '../base/make-folder.ts'
import { replaceFiles } from '../base/replace-file.ts'

export type OutputFile = { file: string; content: Buffer | string }

/**
 * Replaces the files of a folder, which is made where it is not there: all of them or none, the last of the list last.
 * @throws InputError if the folder can't be written, Failure if the disk is full
 */
export async function writeAll(folder: string, files: readonly OutputFile[]): Promise<void> {
  try {
    await makeFolder(folder)
    await replaceFiles(files.map(({ file, content }) => ({ path: join(folder, file), content })))
  } catch (cause) {
    throw notWritable(`${folder} can't be written: ${systemMessage(cause)}. What was there before is unchanged.`, cause)
  }
}
