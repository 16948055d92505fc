/** What a Lambda@Edge case expects: the same message but for what it names, or a response in its place. */
import { expect } from 'vitest'

type Lines = { key?: string; value: string }[]
type Message = Record<string, unknown> & { headers: Record<string, Lines> }

export type Changes = {
  /** Fields beside the headers. */
  fields?: Record<string, unknown>
  /** Values of headers that are set, by name. */
  set?: Record<string, string>
  gone?: readonly string[]
}

/** Everything that `changes` does not name is as it was, the keys and the order of header lines included. */
export function expectChanged(value: unknown, before: Message, { fields = {}, set = {}, gone = [] }: Changes): void {
  const after = value as Message
  const kept = Object.entries(before.headers).filter(([name]) => !gone.includes(name) && !(name in set))
  const isSet = ([name]: [string, unknown]) => name in set
  const others = Object.entries(after.headers).filter((entry) => !isSet(entry))
  const found = Object.entries(after.headers).filter(isSet)
  expect(Object.fromEntries(found.map(([name, lines]) => [name, lines.map((line) => line.value).join('; ')]))).toEqual(
    set,
  )
  expect(Object.fromEntries(others)).toEqual(Object.fromEntries(kept))
  expect({ ...after, headers: {} }).toEqual({ ...before, ...fields, headers: {} })
}
