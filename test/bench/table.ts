/** Tables that are read by people, as Markdown, and by programs, as numbers. */

type Kind = 'text' | 'excess' | 'ratio' | 'decimal'

export type Cell = string | number | undefined

export type Table = {
  title: string
  columns: readonly (readonly [name: string, kind: Kind])[]
  rows: readonly (readonly Cell[])[]
}

/** A minus as wide as the plus, and neither for what rounds to nothing. */
const signed = (text: string): string =>
  Number(text) === 0 ? text.replace('-', '') : text.startsWith('-') ? text.replace('-', '−') : `+${text}`

const FORMATS: Readonly<Record<Kind, (value: number) => string>> = {
  text: String,
  excess: (value) => `${signed((100 * value).toFixed(1))} %`,
  ratio: (value) => `× ${value.toFixed(2)}`,
  decimal: (value) => value.toFixed(2),
}

const textOf = (cell: Cell, kind: Kind): string =>
  typeof cell === 'number' ? (Number.isFinite(cell) ? FORMATS[kind](cell) : '–') : (cell ?? '–')

export function markdown({ title, columns, rows }: Table): string {
  const head = columns.map(([name]) => name)
  const rule = columns.map(([, kind]) => (kind === 'text' ? '---' : '---:'))
  const body = rows.map((row) => columns.map(([, kind], at) => textOf(row[at], kind)))
  return [`${title}\n`, ...[head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`)].join('\n')
}

/** One object for each row, with the columns' names. */
export const records = ({ columns, rows }: Table): Record<string, Cell>[] =>
  rows.map((row) => Object.fromEntries(columns.map(([name], at) => [name, row[at]])))
