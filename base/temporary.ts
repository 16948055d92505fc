/** Temporary files and folders, which do not outlive their process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onProcessEnd } from './process-end.ts'

/**
 * Removes it when this process ends, also by Ctrl-C.
 * @returns what to call when it is where it belongs, or gone
 */
export const removeAtEnd = (path: string): (() => void) =>
  onProcessEnd(() => rmSync(path, { recursive: true, force: true }))

/** A new folder, until `remove` or the end of the process. */
export async function temporaryFolder(prefix: string): Promise<{ folder: string; remove(): Promise<void> }> {
  // Made in this turn: see `temporaryFile`.
  const folder = mkdtempSync(join(tmpdir(), prefix))
  const settled = removeAtEnd(folder)
  return {
    folder,
    async remove() {
      await rm(folder, { recursive: true, force: true })
      settled()
    },
  }
}

/**
 * Writes a file that is to be renamed. It is made in this turn, empty: a thread of Node's that was asked to make it before
 * Ctrl-C may do so after everything temporary has been removed, where one that only opens it finds nothing.
 * @returns what to call when it has been renamed, or is gone
 */
export async function writeTemporary(
  path: string,
  content: Buffer | string,
  options: { mode?: number; flush?: boolean } = {},
): Promise<() => void> {
  const settled = removeAtEnd(path)
  try {
    writeFileSync(path, '', options)
    await writeFile(path, content, { ...options, flag: 'r+' })
  } catch (error) {
    await rm(path, { force: true }).catch(() => {})
    settled()
    throw error
  }
  return settled
}
