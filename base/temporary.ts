/** Temporary files and folders, which do not outlive their process. */
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
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
  const folder = await mkdtemp(join(tmpdir(), prefix))
  const settled = removeAtEnd(folder)
  return {
    folder,
    async remove() {
      await rm(folder, { recursive: true, force: true })
      settled()
    },
  }
}
