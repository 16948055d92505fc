import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * All of it or nothing: what was there before stays until the new one is whole.
 * @throws what the system says, if it does not let it be written
 */
export async function replaceFile(file: string, text: string): Promise<void> {
  // Hidden: `rimlight publish` does not take what a run that was killed leaves behind.
  const temporary = join(dirname(file), `.${basename(file)}.${process.pid}.tmp`)
  try {
    await writeFile(temporary, text)
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}
