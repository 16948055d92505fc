/**
 * A folder as the bucket in front of it sees it: regular files that are not hidden, by their paths with `/`. Links in it
 * are not followed. Nothing is ever written into it.
 */
import { createHash } from 'node:crypto'
import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, readdir, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { compareKeys } from '../../../base/compare-keys.ts'
import { InputError, systemMessage } from '../../../base/errors.ts'
import type { FileEntry, FileStat } from '../../protocol/folder-messages.ts'

export type Folder = {
  /** `null`: there is no such file, or none that a bucket may show. */
  stat(key: string): Promise<FileStat | null>
  /** The caller closes the handle. Size, time and version are those of the file that it reads. `null`: no such file. */
  open(key: string): Promise<(FileStat & { handle: FileHandle }) | null>
  /** In the order of the keys' UTF-8 bytes. */
  list(): Promise<FileEntry[]>
  /** Hex. */
  md5(key: string): Promise<string | null>
}

/** The folder itself may be a link. @throws InputError if there is no such folder */
export async function openFolder(path: string): Promise<Folder> {
  const root = await realpath(path).catch((cause) => {
    throw new InputError(`expected a folder, found none at ${path} (${systemMessage(cause)})`, {
      code: 'folder-not-found',
      expected: 'a folder',
      found: `none at ${path}`,
      cause,
    })
  })
  const sums = new Map<string, { version: string; sum: string }>()

  const fileAt = async (key: string): Promise<{ path: string; stats: BigIntStats } | null> => {
    const path = isVisible(key) ? join(root, ...key.split('/')) : null
    if (path === null) return null
    try {
      // It is another path where a link is on the way, or where the system takes a name in another case for the same.
      if ((await realpath(path)) !== path) return null
      const stats = await stat(path, { bigint: true })
      return stats.isFile() ? { path, stats } : null
    } catch (error) {
      return missing(error)
    }
  }

  const openFile: Folder['open'] = async (key) => {
    const file = await fileAt(key)
    if (!file) return null
    try {
      const handle = await open(file.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
      return { ...statOf(await handle.stat({ bigint: true })), handle }
    } catch (error) {
      return missing(error)
    }
  }

  return {
    async stat(key) {
      const file = await fileAt(key)
      return file && statOf(file.stats)
    },
    open: openFile,
    async list() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      const keys = entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) =>
          join(parentPath, name)
            .slice(root.length + 1)
            .split(sep)
            .join('/'),
        )
      const files = await Promise.all(
        keys.map(async (key) => {
          const file = await fileAt(key)
          return file && { key, ...statOf(file.stats) }
        }),
      )
      return files.filter((file) => file !== null).toSorted((one, other) => compareKeys(one.key, other.key))
    },
    async md5(key) {
      const file = await openFile(key)
      if (!file) return null
      try {
        const known = sums.get(key)
        if (known?.version === file.version) return known.sum
        const hash = createHash('md5')
        for await (const bytes of file.handle.createReadStream({ autoClose: false })) hash.update(bytes)
        const sum = hash.digest('hex')
        sums.set(key, { version: file.version, sum })
        return sum
      } finally {
        await file.handle.close()
      }
    },
  }
}

/** A folder whose files are found under a prefix, which ends with a slash or is empty. */
export const under = (prefix: string, folder: Folder): Folder => {
  const ask = async <T>(key: string, answer: (own: string) => Promise<T | null>): Promise<T | null> =>
    key.startsWith(prefix) ? answer(key.slice(prefix.length)) : null
  return {
    stat: (key) => ask(key, folder.stat),
    open: (key) => ask(key, folder.open),
    md5: (key) => ask(key, folder.md5),
    list: async () => (await folder.list()).map((entry) => ({ ...entry, key: `${prefix}${entry.key}` })),
  }
}

/** Several folders as one: of two that have the same key, the first. */
export function together(folders: readonly Folder[]): Folder {
  const first = async <T>(ask: (folder: Folder) => Promise<T | null>): Promise<T | null> => {
    for (const folder of folders) {
      const answer = await ask(folder)
      if (answer !== null) return answer
    }
    return null
  }
  return {
    stat: (key) => first(({ stat }) => stat(key)),
    open: (key) => first(({ open: openFile }) => openFile(key)),
    md5: (key) => first(({ md5 }) => md5(key)),
    async list() {
      const byKey = new Map<string, FileEntry>()
      for (const folder of folders.toReversed()) for (const entry of await folder.list()) byKey.set(entry.key, entry)
      return [...byKey.values()].toSorted((one, other) => compareKeys(one.key, other.key))
    },
  }
}

/** Whether no part of the key is empty, begins with a dot (hidden files, `..`), or can't be in a file's name. */
const isVisible = (key: string): boolean =>
  key.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.includes('\0') && !part.includes(sep))

const statOf = ({ size, mtimeMs, mtimeNs, ctimeNs, ino }: BigIntStats): FileStat => ({
  size: Number(size),
  modified: Number(mtimeMs),
  version: [ino, size, mtimeNs, ctimeNs].join('-'),
})

/** `null` where the system says that there is no such file, or can be none. @throws any other error */
function missing(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException
  if (code !== undefined && ['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP', 'EINVAL'].includes(code)) return null
  throw error
}
