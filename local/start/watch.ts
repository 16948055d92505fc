/** Tells when sources change. */
import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'

export type SourceWatch = {
  /** Files to look after besides the folders, instead of those before. */
  files(files: readonly string[]): void
  close(): void
}

/** Milliseconds of quiet before a change is told: an editor makes several of one. */
const QUIET = 100

/** What sources end with; the rest is what editors leave for a moment. */
const SOURCE = /^[^.#].*\.(?:[cm]?[jt]s|json)$/

/**
 * @param folders with all that is in them
 * @param changed told the files, absolute, some time after the last of them changed
 * @param warn told once, in words, when the system watches no more
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
        if (name === null || !SOURCE.test(basename(name))) return
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

  const ofFolders = folders.flatMap((folder) => open(folder, true, () => true))
  let ofFiles: FSWatcher[] = []
  const closeAll = (watchers: FSWatcher[]) => {
    for (const watcher of watchers) watcher.close()
  }
  return {
    files(files) {
      closeAll(ofFiles)
      // Their folders: a file that is replaced by another of its name takes its watch with it.
      const parents = new Set(files.map((file) => dirname(file)))
      ofFiles = [...parents].flatMap((folder) => open(folder, false, (file) => files.includes(file)))
    },
    close() {
      clearTimeout(quiet)
      closeAll([...ofFolders, ...ofFiles])
    },
  }
}
