/** A config as the text of `edge.config.ts`, with comments where there is more to say than a config can. */
import { wrap } from '../../base/wrap-lines.ts'
import type { Config } from '../../edge/config.ts'

/** Comments by what they stand before, as errors name it: `routes[2]`, `origins.photos`; empty: the config. */
export type Comments = Readonly<Record<string, readonly string[]>>

/** Characters of a line. */
const LINE = 100

export function configText(config: Config, comments: Comments = {}): string {
  return [
    "import { defineConfig } from 'rimlight'",
    '',
    ...commentLines(comments[''] ?? [], 0),
    `export default defineConfig(${objectText(config, '', 0, comments)})`,
    '',
  ].join('\n')
}

function valueText(value: unknown, path: string, depth: number, comments: Comments): string {
  if (typeof value !== 'object' || value === null) return literal(value)
  const isCommented = Object.keys(comments).some((at) => at.startsWith(`${path}.`) || at.startsWith(`${path}[`))
  const flat = flatText(value)
  if (!isCommented && depth * 2 + keyBefore(path).length + flat.length < LINE) return flat
  return Array.isArray(value) ? listText(value, path, depth, comments) : objectText(value, path, depth, comments)
}

/** What stands before a value on its line. */
const keyBefore = (path: string): string => (path.endsWith(']') ? '' : `${path.replace(/^.*\./s, '')}: `)

function objectText(value: object, path: string, depth: number, comments: Comments): string {
  const lines = fieldsOf(value).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`
    return [
      ...commentLines(comments[at] ?? [], depth + 1),
      `${indented(depth + 1)}${keyText(name)}: ${valueText(field, at, depth + 1, comments)},`,
    ]
  })
  return ['{', ...lines, `${indented(depth)}}`].join('\n')
}

function listText(items: readonly unknown[], path: string, depth: number, comments: Comments): string {
  const lines = items.flatMap((item, i) => {
    const at = `${path}[${i}]`
    return [
      ...commentLines(comments[at] ?? [], depth + 1),
      `${indented(depth + 1)}${valueText(item, at, depth + 1, comments)},`,
    ]
  })
  return ['[', ...lines, `${indented(depth)}]`].join('\n')
}

function flatText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return literal(value)
  if (Array.isArray(value)) return `[${value.map(flatText).join(', ')}]`
  const fields = fieldsOf(value).map(([name, field]) => `${keyText(name)}: ${flatText(field)}`)
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}

const fieldsOf = (value: object) => Object.entries(value).filter(([, field]) => field !== undefined)

function keyText(name: string): string {
  // In a literal, this name alone would set the object's prototype.
  if (name === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name)
}

/** JSON's escapes are JavaScript's. */
const literal = (value: unknown): string =>
  typeof value === 'string'
    ? `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
    : JSON.stringify(value)

const indented = (depth: number): string => '  '.repeat(depth)

const commentLines = (texts: readonly string[], depth: number): string[] =>
  texts.flatMap((text) =>
    wrap(text.replaceAll(/\s+/g, ' '), LINE - depth * 2).map((line) => `${indented(depth)}// ${line}`),
  )
