/** Numbers for people. */

export const countText = (value: number): string => Math.round(value).toLocaleString('en')

export const percentText = (share: number | null, digits = 1): string =>
  share === null ? '–' : `${(share * 100).toFixed(digits)} %`

export const usdText = (usd: number): string =>
  `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`

export const milliseconds = (seconds: number | undefined): string =>
  seconds === undefined ? '–' : `${countText(seconds * 1000)} ms`

/** What a person can print: nothing that controls a terminal or turns the direction of writing, and no more than so many. */
export function cut(text: string, characters: number): string {
  const safe = text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\u00b7')
  return safe.length <= characters ? safe : `${safe.slice(0, characters - 1)}…`
}

/** Columns as wide as they have to be; the first to the left, the others to the right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
