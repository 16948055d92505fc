import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { InputError, joinedError, systemMessage, unexpectedInput } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import { isObject, type JsonObject } from '../../base/json-values.ts'

/** One event of a file. */
export type EventItem = {
  name?: string
  event: unknown
  /** An object: the expected value may be null. */
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
  const problems: InputError[] = []
  const files = new Map<string, EventFile>()
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(error)
    }
  }
  for (const found of await findFiles(paths, attempt)) {
    const key = resolve(found.path)
    // A file that is named and also in a folder counts as named.
    if (!files.has(key) || found.named) await attempt(async () => void files.set(key, await readEventFile(found)))
  }
  if (problems.length > 0) throw joinedError(problems)
  return [...files.values()]
}

type FoundFile = { path: string; named: boolean }

async function findFiles(paths: string[], attempt: (work: () => Promise<void>) => Promise<void>): Promise<FoundFile[]> {
  const found: FoundFile[] = []
  for (const path of paths) {
    await attempt(async () => {
      const stats = await stat(path).catch((cause) => {
        if (cause.code !== 'ENOENT') throw unreadable(path, cause)
        throw notExpected(path, 'file-not-found', FILE_OR_FOLDER, 'nothing', cause)
      })
      if (!stats.isDirectory() && !stats.isFile()) {
        throw notExpected(path, 'not-a-file', FILE_OR_FOLDER, 'a device or a pipe')
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
  if (paths.length === 0) {
    throw new InputError(`${folder}: no .json file in this folder; expected files of events`, {
      code: 'no-events',
      expected: 'files of events',
      found: 'no .json file',
    })
  }
  return paths.map((path) => ({ path, named: false }))
}

const unreadable = (path: string, cause: unknown) =>
  new InputError(
    `${path}: expected events, found nothing that can be read (${systemMessage(cause)}); ` +
      'check the path and its permissions',
    { code: 'file-unreadable', expected: 'events', found: path, cause },
  )

const FILE_OR_FOLDER = 'a file or folder of events'

const notExpected = (path: string, code: string, expected: string, found: string, cause?: unknown) =>
  unexpectedInput({ at: path, code, expected, found, cause })

async function readEventFile({ path, named }: FoundFile): Promise<EventFile> {
  const bytes = await readFile(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  const document = parseJson(utf8TextOf(bytes, path), path)
  const elements = Array.isArray(document) ? document : [document]
  if (named && elements.length === 0) {
    throw new InputError(`${path}: the array is empty; expected events`, {
      code: 'no-events',
      expected: 'events',
      found: 'an empty array',
    })
  }
  return { path, named, document, items: elements.map((element) => itemOf(element, path)) }
}

/** `--update` writes the file again: text that is not UTF-8 would change its bytes. */
function utf8TextOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw notExpected(path, 'not-utf-8', 'JSON in UTF-8', 'bytes that are none', cause)
  }
}

/** Whether this is an entry around an event; an event itself has no field `event`. */
export const isEntry = (element: unknown): element is JsonObject => isObject(element) && 'event' in element

function itemOf(element: unknown, path: string): EventItem {
  if (!isEntry(element)) return { event: element }
  const { name, event, now } = element
  const unknown = Object.keys(element).find((key) => !ENTRY_KEYS.includes(key))
  if (unknown) {
    const expected = ENTRY_KEYS.join(', ')
    throw new InputError(`${path}: unknown key "${unknown}"; an entry may have ${expected}`, {
      code: 'unknown-key',
      expected,
      found: unknown,
    })
  }
  if (name !== undefined && typeof name !== 'string') {
    throw wrongField(path, 'name', 'a string', name)
  }
  if (now !== undefined && !Number.isSafeInteger(now)) {
    throw wrongField(path, 'now', 'milliseconds since 1970', now)
  }
  return {
    event,
    ...(name === undefined ? {} : { name }),
    ...(now === undefined ? {} : { now: now as number }),
    ...('expect' in element ? { expect: { value: element.expect } } : {}),
  }
}

function wrongField(path: string, field: string, expected: string, value: unknown): InputError {
  const found = JSON.stringify(value)
  return new InputError(`${path}: "${field}" must be ${expected}, found ${found}`, {
    code: 'wrong-field',
    expected,
    found,
  })
}
