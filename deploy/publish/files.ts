/** What of a folder is published: its plain files, and nothing that only its owner needs. */
import { isUtf8 } from 'node:buffer'
import { lstat, readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import pMap from 'p-map'
import { InputError, systemMessage, unexpectedInput } from '../../base/errors.ts'

export type LocalFile = {
  /** In the folder, with slashes. */
  path: string
  /** Bytes, when it was found. */
  bytes: number
}

/**
 * - `hidden`: its name begins with a dot, or is one that a system puts in every folder;
 * - `link`: a symbolic link, which may lead anywhere;
 * - `special`: a socket, a pipe or a device;
 * - `manifest`: what this command itself writes.
 */
export type LeftOut = { path: string; reason: 'hidden' | 'link' | 'special' | 'manifest' }

/** RFC 8615: the one folder with a dot that is for the public. */
const WELL_KNOWN = '.well-known'

const OF_THE_SYSTEM = new Set(['desktop.ini', 'ehthumbs.db', 'thumbs.db'])

const isHidden = (name: string): boolean =>
  (name.startsWith('.') && name !== WELL_KNOWN) || OF_THE_SYSTEM.has(name.toLowerCase())

/** Entries of a folder that are looked at at a time. */
const AT_ONCE = 32

const NO_FOLDER = { code: 'not-a-folder', expected: 'a folder to publish' }

/**
 * @param manifest the file that is none of them
 * @returns both lists in the order of their paths
 * @throws InputError if there is no such folder, or no file in it, or one whose name can be no key
 */
export async function filesIn(folder: string, manifest: string): Promise<{ files: LocalFile[]; leftOut: LeftOut[] }> {
  const files: LocalFile[] = []
  const leftOut: LeftOut[] = []
  const misnamed: string[] = []
  await checkFolder(folder)

  async function walk(below: string): Promise<void> {
    // As bytes: a name that is not UTF-8 would be read as another one.
    const entries = await readdir(join(folder, below), { withFileTypes: true, encoding: 'buffer' })
    await pMap(
      entries,
      async (entry) => {
        const name = entry.name.toString()
        const path = below === '' ? name : `${below}/${name}`
        const full = join(folder, path)
        if (isHidden(name)) leftOut.push({ path, reason: 'hidden' })
        else if (!isUtf8(entry.name)) misnamed.push(path)
        else if (entry.isDirectory()) folders.push(path)
        else if (entry.isSymbolicLink()) leftOut.push({ path, reason: 'link' })
        else if (!entry.isFile()) leftOut.push({ path, reason: 'special' })
        else if (resolve(full) === resolve(manifest)) leftOut.push({ path, reason: 'manifest' })
        else files.push({ path, bytes: (await lstat(full)).size })
      },
      { concurrency: AT_ONCE },
    )
  }

  const folders = ['']
  try {
    for (const below of folders) await walk(below)
  } catch (cause) {
    throw new InputError(`expected to read all of ${folder}: ${systemMessage(cause)}`, {
      code: 'not-readable',
      expected: `to read all of ${folder}`,
      found: systemMessage(cause),
      cause,
    })
  }
  if (misnamed.length > 0) {
    const problem = (path: string) => `${path}: expected a name in UTF-8, found one that is not; rename it`
    throw new InputError(misnamed.toSorted().map(problem).join('\n'), { code: 'name-not-utf8' })
  }
  if (files.length === 0) throw nothingIn(folder, leftOut)
  return { files: files.toSorted(byPath), leftOut: leftOut.toSorted(byPath) }
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((cause) => {
    throw new InputError(`expected a folder to publish, found none at ${folder} (${systemMessage(cause)})`, {
      ...NO_FOLDER,
      found: `none at ${folder}`,
      cause,
    })
  })
  if (!found.isDirectory()) {
    throw new InputError(`expected a folder to publish, found a file: ${folder}`, { ...NO_FOLDER, found: 'a file' })
  }
}

function nothingIn(folder: string, leftOut: readonly LeftOut[]): InputError {
  const paths = leftOut.map(({ path }) => path).toSorted()
  const found = `none in ${folder}${paths.length > 0 ? `; left out: ${paths.join(', ')}` : ''}`
  return unexpectedInput({ code: 'folder-empty', expected: 'files to publish', found })
}

const byPath = (one: { path: string }, other: { path: string }): number => (one.path < other.path ? -1 : 1)
