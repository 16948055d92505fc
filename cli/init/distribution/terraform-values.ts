/** Values of Terraform's resources. A block is a list of blocks, even where there can be only one; what is not set is null. */
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'

export const text = (from: unknown, name: string): string => {
  const found = at(from, name)
  return found === undefined || found === null ? '' : String(found)
}
export const number = (from: unknown, name: string): number | undefined => {
  const found = at(from, name)
  return typeof found === 'number' ? found : undefined
}
export const isTrue = (from: unknown, name: string): boolean => at(from, name) === true
export const all = (from: unknown, name: string): unknown[] => {
  const found = at(from, name)
  return Array.isArray(found) ? found : []
}
/** A list of texts. Where a plan does not know the list, a text stands in its place: that is its only item then. */
export const texts = (from: unknown, name: string): string[] => {
  const found = at(from, name)
  return typeof found === 'string' ? [found] : all(from, name).map(String)
}
export const blocks = (from: unknown, name: string): JsonObject[] => all(from, name).filter(isObject)
/** The only block of a name, or an empty one. */
export const block = (from: unknown, name: string): JsonObject => blocks(from, name)[0] ?? {}
export const hasBlock = (from: unknown, name: string): boolean => blocks(from, name).length > 0
export const items = <T>(Items: T[]) => ({ Quantity: Items.length, Items })
/** `headers = { items = […] }`, which is a block in a block. */
export const itemsIn = (from: unknown, name: string): string[] => texts(block(from, name), 'items')
