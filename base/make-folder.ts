import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder, and those above it that are missing; one that is there is right. Node's own way (`recursive`) tries for ever
 * where the system takes no folder and says that nothing is there, as below /proc.
 * @throws what the system says, if it does not let it be made
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await wasMade(folder, ['ENOENT'])) return
  const above = dirname(resolve(folder))
  if (above !== resolve(folder)) await makeFolder(above)
  await wasMade(folder)
}

/** @param passed codes of errors that are no more than the answer `false` */
async function wasMade(folder: string, passed: readonly string[] = []): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (passed.includes(code)) return false
    const isThere = code === 'EEXIST' && (await stat(folder)).isDirectory()
    if (!isThere) throw error
    return true
  }
}
