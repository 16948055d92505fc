/** Files that are replaced whole: what was there before stays until all of the new ones are written. */
import { randomUUID } from 'node:crypto'
import { lstat, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeTemporary } from './temporary.ts'

export type NewFile = { path: string; content: Buffer | string }

/** `mode` of the new files; `flush`: they are on the disk before they take the others' places. */
export type NewFileOptions = { mode?: number; flush?: boolean }

/**
 * Writes the files under temporary names, then renames them in the order given. A failure before the first is renamed
 * leaves all as they were.
 * @param files in folders that are there
 * @throws what the system says, if one of them can't be written; Error where a folder is in the place of one
 */
export async function replaceFiles(files: readonly NewFile[], options: NewFileOptions = {}): Promise<void> {
  const staged = files.map(({ path, content }) => ({ path, content, temporary: temporaryName(path) }))
  const settled: (() => void)[] = []
  try {
    for (const { temporary, content } of staged) settled.push(await writeTemporary(temporary, content, options))
    // Once the temporary files could be written, only a folder can keep one of them from being renamed.
    for (const { path } of staged) if (await isFolder(path)) throw new Error(`${path} is a folder`)
    for (const { temporary, path } of staged) await rename(temporary, path)
  } catch (error) {
    await Promise.allSettled(staged.map(({ temporary }) => rm(temporary, { force: true })))
    throw error
  } finally {
    for (const done of settled) done()
  }
}

/** `replaceFiles`, for a single one. */
export const replaceFile = (path: string, content: string, options: NewFileOptions = {}): Promise<void> =>
  replaceFiles([{ path, content }], options)

/**
 * Hidden, so that `rimlight publish` does not take what a run that was killed leaves behind; another one each time, so that
 * two who write the same file at once do not write into each other's.
 */
const temporaryName = (path: string): string =>
  join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.tmp`)

const isFolder = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
