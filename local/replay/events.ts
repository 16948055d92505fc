import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError, systemMessage } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import { isObject, type JsonObject } from '../../base/json-values.ts'

/** One event of a file. */
export type EventItem = {
  name?: string
  event: unknown
  /** An object, so that an expected `null` can be told from none. */
  expect?: { value: unknown }
  /** Milliseconds since 1970: what a Lambda@Edge function takes the time to be. */
  now?: number
}

export type EventFile = {
  path: string
  /** Named by the caller, rather than found in a folder. */
  named: boolean
  /** The parsed file. */
  document: unknown
  /** In the order of the file; one for a file that is not an array. */
  items: EventItem[]
}

const ENTRY_KEYS = ['name', 'event', 'expect', 'now']

/**
 * Reads event files, and the `.json` files of folders at any depth, sorted. A file holds one event, or one entry
 * `{ event, name?, expect?, now? }`, or an array of either.
 * @throws InputError naming every path that can't be read or holds something else
 */
export async function readEvents(paths: string[]): Promise<EventFile[]> {
  const problems: string[] = []
  const files = new Map<string, EventFile>()
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(error.message)
    }
  }
  for (const found of await findFiles(paths, attempt)) {
    const key = resolve(found.path)
    // A file that was also named counts as named.
    if (!files.has(key) || found.named) await attempt(async () => void files.set(key, await readEventFile(found)))
  }
  if (problems.length > 0) throw new InputError(problems.join('\n'))
  return [...files.values()]
}

type FoundFile = { path: string; named: boolean }

async function findFiles(paths: string[], attempt: (work: () => Promise<void>) => Promise<void>): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  for (const path of paths) {
    await attempt(async () => {
      const stats = await stat(path).catch((cause) => {
        if (cause.code !== 'ENOENT') throw unreadable(path, cause)
        throw new InputError(`${path}: expected a file or folder of events, found nothing`, { cause })
      })
      if (!stats.isDirectory() && !stats.isFile()) {
        throw new InputError(`${path}: expected a file or folder of events, found a device or a pipe`)
      }
      found.push(...(stats.isDirectory() ? await jsonFilesIn(path) : [{ path, named: true }]))
    })
  }
  return found
}

async function jsonFilesIn(folder: string): Promise<FoundFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause) => {
    throw unreadable(folder, cause)
  })
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.json'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (paths.length === 0) throw new InputError(`${folder}: no .json file in this folder; expected files of events`)
  return paths.map((path) => ({ path, named: false }))
}

const unreadable = (path: string, cause: unknown) =>
  new InputError(
    `${path}: expected events, found nothing that can be read (${systemMessage(cause)}); ` +
      'check the path and its permissions',
    { cause },
  )

async function readEventFile({ path, named }: FoundFile): Promise<EventFile> {
  const bytes = await readFile(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  const document = parseJson(utf8TextOf(bytes, path), path)
  const elements = Array.isArray(document) ? document : [document]
  if (named && elements.length === 0) throw new InputError(`${path}: the array is empty; expected events`)
  return { path, named, document, items: elements.map((element) => itemOf(element, path)) }
}

/** `--update` writes the file again: text that is not UTF-8 would change its bytes. */
function utf8TextOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new InputError(`${path}: expected JSON in UTF-8, found bytes that are none`, { cause })
  }
}

/** Events themselves have no `event`. */
export const isEntry = (element: unknown): element is JsonObject => isObject(element) && 'event' in element

function itemOf(element: unknown, path: string): EventItem {
  if (!isEntry(element)) return { event: element }
  const { name, event, now } = element
  const unknown = Object.keys(element).find((key) => !ENTRY_KEYS.includes(key))
  if (unknown) throw new InputError(`${path}: unknown key "${unknown}"; an entry may have ${ENTRY_KEYS.join(', ')}`)
  if (name !== undefined && typeof name !== 'string') {
    throw new InputError(`${path}: "name" must be a string, found ${JSON.stringify(name)}`)
  }
  if (now !== undefined && !Number.isSafeInteger(now)) {
    throw new InputError(`${path}: "now" must be milliseconds since 1970, found ${JSON.stringify(now)}`)
  }
  return {
    event,
    ...(name === undefined ? {} : { name }),
    ...(now === undefined ? {} : { now: now as number }),
    ...('expect' in element ? { expect: { value: element.expect } } : {}),
  }
}
