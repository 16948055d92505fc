/** Writes files so that a failure, whenever, leaves the previous ones as they were. */
import { lstat, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { notWritable, systemMessage } from '../base/errors.ts'
import { writeTemporary } from '../base/temporary.ts'

export type OutputFile = { file: string; content: Buffer | string }

/**
 * All are written under other names first, then renamed in the order given.
 * @throws InputError if the folder can't be written, Failure if the disk is full
 */
export async function writeAll(folder: string, files: readonly OutputFile[]): Promise<void> {
  const staged = files.map(({ file, content }) => ({
    content,
    path: join(folder, file),
    temporary: join(folder, `.${file}.tmp-${process.pid}`),
  }))
  const settled: (() => void)[] = []
  try {
    await mkdir(folder, { recursive: true })
    for (const { temporary, content } of staged) settled.push(await writeTemporary(temporary, content))
    for (const { path } of staged) if (await isFolder(path)) throw new Error(`${path} is a folder`)
    for (const { temporary, path } of staged) await rename(temporary, path)
  } catch (cause) {
    await Promise.allSettled(staged.map(({ temporary }) => rm(temporary, { force: true })))
    throw notWritable(`${folder} can't be written: ${systemMessage(cause)}. What was there before is unchanged.`, cause)
  } finally {
    for (const done of settled) done()
  }
}

/** Where the files beside it could be written, a folder is all that can keep a file from being renamed. */
const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
