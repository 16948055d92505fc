/** Reads values out of parsed JSON whose shape is not known. */
import { isDeepStrictEqual } from 'node:util'

export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Whether an object has no other keys than these. */
export const hasOnly = (value: object, keys: readonly string[]): boolean =>
  Object.keys(value).every((key) => keys.includes(key))

/** The object under a key, or an empty one. */
export const objectAt = (value: unknown, key: string): JsonObject => {
  const found = isObject(value) ? value[key] : undefined
  return isObject(found) ? found : {}
}

/** The value at a path of keys and indices, `undefined` where there is none. */
export const at = (value: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((found, key) => (found as JsonObject | null | undefined)?.[key], value)

export const isUnchanged = (before: JsonObject, after: JsonObject, key: string): boolean =>
  isDeepStrictEqual(before[key], after[key])
