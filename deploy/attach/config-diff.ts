/** What differs between two JSON values, in words. */
import { isObject } from '../../base/json-values.ts'

export type ConfigDifference = { at: string; before: unknown; after: unknown }

/** In CloudFront's lists the order of names does not count, and a missing list is an empty one. */
export const configDifferences = (before: unknown, after: unknown, at = ''): ConfigDifference[] => {
  if (isEmpty(before) && isEmpty(after)) return []
  if (Array.isArray(before) || Array.isArray(after)) return listDifferences(asList(before), asList(after), at)
  if (isObject(before) || isObject(after)) {
    const [one, other] = [isObject(before) ? before : {}, isObject(after) ? after : {}]
    if ((isObject(before) || isEmpty(before)) && (isObject(after) || isEmpty(after))) {
      const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => key !== 'Quantity')
      return keys.flatMap((key) => configDifferences(one[key], other[key], joined(at, key)))
    }
  }
  if (before === after) return []
  return [isSecret(at) ? { at, before: untold(before), after: untold(after) } : { at, before, after }]
}

/** Values of origins' headers are secrets: an origin takes a request that has one for CloudFront's. */
const isSecret = (at: string): boolean => /(?:^|\.)CustomHeaders\[[^\]]*\]\.HeaderValue$/.test(at)

const untold = (value: unknown): unknown => (value === undefined ? undefined : '(a value)')

export const differenceText = ({ at, before, after }: ConfigDifference): string =>
  `${at}: ${valueText(before)} → ${valueText(after)}`

const valueText = (value: unknown): string => (value === undefined ? 'none' : JSON.stringify(value))

/** A path and a key. `Items` is left out, as it only repeats the name of the list. */
const joined = (at: string, key: string): string => (key === 'Items' ? at : at === '' ? key : `${at}.${key}`)

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === '' ||
  value === false ||
  value === 0 ||
  (Array.isArray(value) && value.length === 0) ||
  (isObject(value) && Object.values(value).every(isEmpty))

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function listDifferences(before: unknown[], after: unknown[], at: string): ConfigDifference[] {
  if (![...before, ...after].every(isObject)) {
    const [one, other] = [before, after].map((items) => items.map((item) => JSON.stringify(item)).toSorted())
    return JSON.stringify(one) === JSON.stringify(other) ? [] : [{ at, before, after }]
  }
  const byName = (items: unknown[]) => new Map(items.map((item, i) => [nameOf(item, i), item]))
  const [one, other] = [byName(before), byName(after)]
  const names = [...new Set([...one.keys(), ...other.keys()])]
  const found = names.flatMap((name) => configDifferences(one.get(name), other.get(name), `${at}[${name}]`))
  // The order of behaviours decides which one a path meets.
  const isOrdered = before.some((item) => isObject(item) && 'PathPattern' in item)
  const isReordered = found.length === 0 && [...one.keys()].join('\n') !== [...other.keys()].join('\n')
  return isOrdered && isReordered ? [{ at: `${at} (order)`, before: [...one.keys()], after: [...other.keys()] }] : found
}

/** The field that identifies an item of each of CloudFront's lists. */
const NAMES = ['PathPattern', 'Id', 'EventType', 'ErrorCode', 'HeaderName', 'Header']

function nameOf(item: unknown, index: number): string {
  const found = isObject(item) ? NAMES.map((name) => item[name]).find((name) => name !== undefined) : undefined
  return String(found ?? index)
}
