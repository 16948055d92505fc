/** A folder is one process's at a time. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { InputError, systemMessage } from '../../base/errors.ts'

/** The file that is locked; it is empty. */
const LOCK_FILE = 'lock'

export const lockFileOf = (folder: string): string => join(folder, LOCK_FILE)

/** SQLite, "Result and Error Codes", SQLITE_BUSY. */
const BUSY = 5

/**
 * Locks a folder until the returned function is called, or this process ends, however it ends: the lock is the system's
 * (SQLite's, on a file), so that none is ever left behind.
 * @throws InputError (`storage-in-use`, `storage-unwritable`)
 */
export function lockFolder(folder: string): () => void {
  try {
    const database = new DatabaseSync(lockFileOf(folder), { timeout: 0 })
    try {
      database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    } catch (error) {
      database.close()
      throw error
    }
    return () => database.close()
  } catch (cause) {
    const expected = 'a folder that nobody else uses'
    if ((cause as { errcode?: number }).errcode === BUSY) {
      const message = `${folder}: another \`rimlight start\` keeps its buckets and caches there; end that one, or choose another folder`
      throw new InputError(message, { code: 'storage-in-use', expected, found: folder, cause })
    }
    const message = `${folder}: expected a folder to keep buckets and caches in: ${systemMessage(cause)}`
    throw new InputError(message, {
      code: 'storage-unwritable',
      expected: 'a folder that can be written',
      found: folder,
      cause,
    })
  }
}
