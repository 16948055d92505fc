/** How one message differs from another, for people to read. */
import { isDeepStrictEqual } from 'node:util'
import { hasOnly, isObject } from '../../base/json-values.ts'
import type { ValueChange } from '../protocol/messages.ts'
import { queryText } from './validate-function.ts'

type Leaves = Map<string, unknown>

/**
 * What changed from one message to another, by path, for reading. A header or a parameter counts as its value, and a
 * query as its text, whichever way it is given: `headers.range`, not `headers.range[0].value`.
 */
export const messageChanges = (before: unknown, after: unknown): ValueChange[] =>
  compare(leaves(before, readLeaf), leaves(after, readLeaf))

/**
 * How two JSON values differ; empty exactly if they are deeply equal, where the order of keys counts for nothing.
 * Differences that `messageChanges` does not show, such as the case of a header's key, are listed leaf by leaf.
 */
export function valueChanges(before: unknown, after: unknown): ValueChange[] {
  if (isDeepStrictEqual(before, after)) return []
  const readable = messageChanges(before, after)
  return readable.length > 0 ? readable : compare(leaves(before), leaves(after))
}

function compare(before: Leaves, after: Leaves): ValueChange[] {
  const kept = [...before].flatMap(([path, value]): ValueChange[] => {
    if (!after.has(path)) return [{ sign: '-', path, before: value }]
    const other = after.get(path)
    return isDeepStrictEqual(value, other) ? [] : [{ sign: '~', path, before: value, after: other }]
  })
  const added = [...after]
    .filter(([path]) => !before.has(path))
    .map(([path, value]): ValueChange => ({ sign: '+', path, after: value }))
  return [...kept, ...added]
}

/** Gives the values that a structure stands for, `undefined` if it is to be taken apart. */
type LeafReader = (value: unknown, key: string) => unknown[] | undefined

/** Every leaf by its path. An empty object or array counts only where no reader gives the leaves. */
function leaves(root: unknown, read?: LeafReader): Leaves {
  const found: Leaves = new Map()
  const visit = (value: unknown, path: string, key: string) => {
    const values = read?.(value, key)
    if (values?.length === 1) return found.set(path, values[0])
    if (values) return values.forEach((one, index) => void found.set(`${path}[${index}]`, one))
    const children = Array.isArray(value) ? [...value.entries()] : isObject(value) ? Object.entries(value) : undefined
    if (children === undefined || (children.length === 0 && !read)) return found.set(path, value)
    for (const [child, inner] of children) visit(inner, join(path, child), String(child))
  }
  visit(root, '', '')
  return found
}

function join(path: string, key: string | number) {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`
  return path === '' ? key : `${path}.${key}`
}

/** A CloudFront Functions field, a Lambda@Edge header, or a query, as text. */
function readLeaf(value: unknown, key: string): unknown[] | undefined {
  if (key === 'querystring') return [queryText(value)]
  if (Array.isArray(value)) {
    const texts = value.map(lineText)
    return value.length > 0 && !texts.includes(undefined) ? texts : undefined
  }
  if (!isObject(value) || !hasOnly(value, ['value', 'multiValue'])) return undefined
  if (Array.isArray(value.multiValue)) return readLeaf(value.multiValue, '')
  return typeof value.value === 'string' ? [value.value] : undefined
}

const lineText = (line: unknown): string | undefined =>
  isObject(line) && hasOnly(line, ['key', 'value']) && typeof line.value === 'string' ? line.value : undefined
