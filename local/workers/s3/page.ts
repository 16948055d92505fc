/** A page of keys, grouped by a delimiter: S3 User Guide, "Organizing objects using prefixes". */
import { compareKeys } from '../../../base/compare-keys.ts'

export type PageQuery = {
  prefix: string
  /** Empty: none. */
  delimiter: string
  /** A key, or a group; empty: from the start. */
  after: string
  maxKeys: number
}

export type Page<T> = {
  contents: T[]
  /** Up to the delimiter, that included. */
  groups: string[]
  /** The last key or group, if there are more; otherwise `null`. */
  next: string | null
}

/** @param read gives keys after the one it is told, in the order of their UTF-8 bytes: any number, none at the end */
export async function pageOf<T extends { key: string }>(
  read: (after: string) => Promise<T[]>,
  { prefix, delimiter, after, maxKeys }: PageQuery,
): Promise<Page<T>> {
  const contents: T[] = []
  const groups: string[] = []
  if (maxKeys === 0) return { contents, groups, next: null }
  let last = after
  // A client that goes on after a group has been given that group.
  let group = groupOf(after, prefix, delimiter) === after ? after : undefined
  let from = after
  for (;;) {
    if (group !== undefined) from = later(from, `${group}${LAST_CHARACTER}`)
    const batch = await read(from)
    if (batch.length === 0) return { contents, groups, next: null }
    for (const item of batch) {
      from = item.key
      if (group !== undefined && item.key.startsWith(group)) continue
      if (contents.length + groups.length === maxKeys) return { contents, groups, next: last }
      group = groupOf(item.key, prefix, delimiter)
      if (group === undefined) contents.push(item)
      else groups.push(group)
      last = group ?? item.key
    }
  }
}

/** A group's name with this at its end sorts after nearly all keys of the group, which then need not be read. */
const LAST_CHARACTER = '\u{10ffff}'

const later = (one: string, other: string): string => (compareKeys(one, other) < 0 ? other : one)

function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  const at = delimiter === '' || !key.startsWith(prefix) ? -1 : key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}
