/** Tells when sources change. */
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export type SourceWatch = {
  /** Watches these files besides the folders, in place of those before. */
  files(files: readonly string[]): void
  close(): void
}

/** Milliseconds without another change before changes are reported: an editor writes a file in several steps. */
const QUIET = 100

/** Names of sources in folders; other names there are of an editor's temporary files. */
const SOURCE = /^[^.#].*\.(?:[cm]?[jt]s|json)$/

/**
 * @param folders watched with all folders below them
 * @param changed called with the absolute paths of the files, some time after the last change
 * @param warn called once, with a message for people, when the system can't watch
 */
export function watchSources(
  folders: readonly string[],
  changed: (files: string[]) => void,
  warn: (message: string) => void,
): SourceWatch {
  const seen = new Set<string>()
  let quiet: NodeJS.Timeout | undefined
  let isWarned = false

  const touch = (file: string) => {
    seen.add(file)
    clearTimeout(quiet)
    quiet = setTimeout(() => {
      const files = [...seen].sort()
      seen.clear()
      changed(files)
    }, QUIET)
  }
  const cannot = (error: unknown) => {
    if (isWarned) return
    isWarned = true
    warn(`Changes of sources are not seen, start again after them: ${(error as Error).message}`)
  }
  const open = (folder: string, recursive: boolean, isMeant: (file: string) => boolean): FSWatcher[] => {
    try {
      const watcher = watch(folder, { recursive, persistent: false }, (_, name) => {
        if (name === null) return
        const file = join(folder, name)
        if (isMeant(file)) touch(file)
      })
      watcher.on('error', cannot)
      return [watcher]
    } catch (error) {
      cannot(error)
      return []
    }
  }

  const ofFolders = folders.flatMap((folder) => open(folder, true, (file) => SOURCE.test(basename(file))))
  let ofFiles: FSWatcher[] = []
  const closeAll = (watchers: FSWatcher[]) => {
    for (const watcher of watchers) watcher.close()
  }
  return {
    files(files) {
      closeAll(ofFiles)
      // The folders are watched: a watch on a file ends when another file is renamed to its name.
      const parents = new Set(files.map((file) => dirname(file)))
      ofFiles = [...parents].flatMap((folder) => open(folder, false, (file) => files.includes(file)))
    },
    close() {
      clearTimeout(quiet)
      closeAll([...ofFolders, ...ofFiles])
    },
  }
}
