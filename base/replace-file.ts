import { rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { writeTemporary } from './temporary.ts'

/**
 * All of it or nothing: what was there before stays until the new one is whole.
 * @param options `mode` of the new file; `flush`: it is on the disk before it takes the other's place
 * @throws what the system says, if it does not let it be written
 */
export async function replaceFile(
  file: string,
  text: string,
  options: { mode?: number; flush?: boolean } = {},
): Promise<void> {
  // Hidden: `rimlight publish` does not take what a run that was killed leaves behind.
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  const settled = await writeTemporary(temporary, text, options)
  try {
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  } finally {
    settled()
  }
}
