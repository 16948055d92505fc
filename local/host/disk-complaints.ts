/** What workerd says on stderr of a full disk: it reports that nowhere else. */

/** How kj, workerd's library, words failed system calls: `overloaded: pwrite(fd, …): No space left on device`. */
const FAILED_WRITE =
  /(?:write|pwrite|writev|fallocate|ftruncate|fsync|mkdir|open|rename)\w*\([^\n]*\): (No space left on device|Disk quota exceeded|File too large|Read-only file system|Input\/output error)/

/** SQLite's, of objects' names and metadata. */
const FAILED_DATABASE = /database or disk is full|SQLITE_(?:FULL|IOERR)/

/** Milliseconds; what is said again within this time is the same trouble. */
const SAME_TROUBLE = 60_000

/**
 * Gives `warn` a message for people when a disk takes nothing more, at most once a minute.
 * @param folder where buckets and caches are kept
 * @returns what is to be called with all that workerd writes
 */
export function diskComplaints(folder: string, warn: (message: string) => void): (text: string) => void {
  let warnedAt = Number.NEGATIVE_INFINITY
  return (text) => {
    const reason = FAILED_WRITE.exec(text)?.[1] ?? FAILED_DATABASE.exec(text)?.[0]
    if (reason === undefined || performance.now() < warnedAt + SAME_TROUBLE) return
    warnedAt = performance.now()
    warn(
      `${folder} can't be written (${reason}): what is cached from now on is kept in memory alone, and uploads fail, as do files that were not asked for before; make room there`,
    )
  }
}
