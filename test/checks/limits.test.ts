/** `docs/limits.md` has the figures of `edge/limits.ts`. */
import { expect, test } from 'vitest'
import * as limits from '../../edge/limits.ts'
import { textOf } from './sources.ts'

/** `10,240 bytes`, and the name in backticks in the last column. */
const ROW = /^\| [^|]+ \| (?<figure>[\d,]+)[^|]* \|.*\| `(?<name>[A-Z_\d]+)` \|$/gm

const figureOf = (name: string): number | undefined => {
  const value: unknown = (limits as Record<string, unknown>)[name]
  return typeof value === 'object' && value !== null && 'max' in value ? Number(value.max) : Number(value)
}

test('each limit of AWS that the page names has the figure that the code goes by', () => {
  const rows = [...textOf('docs/limits.md').matchAll(ROW)].map(({ groups }) => groups ?? {})
  expect(rows.length).toBeGreaterThan(15)
  const said = rows.map(({ name, figure = '' }) => [name, Number(figure.replaceAll(',', ''))])
  expect(said).toEqual(rows.map(({ name = '' }) => [name, figureOf(name)]))
})
