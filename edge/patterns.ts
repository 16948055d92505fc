/** CloudFront path patterns as regular expressions, for `routes.ts`; made at build time, and by the URL helpers where they run. */
import type { RouteTable } from './routes.ts'

/** Any character: `.` leaves out line ends. */
const ANY = '[\\s\\S]'

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** Any one character: beyond the BMP it is two units in some engines, and one in others, where this takes two of them as well. */
const ONE = `(?:[^\\0-\\ud7ff\\ue000-\\uffff]{2}|${ANY})`

/** A piece of a pattern without `*`. */
const pieceSource = (piece: string): string => piece.split('?').map(escaped).join(ONE)

/**
 * `*` is any run of characters, `?` any one, case counts (CloudFront Developer Guide, "Path pattern"). Between two
 * stars, the leftmost place that fits is as good as any, and `(?=(…))\1` keeps it: no path, however made, takes more
 * than a walk along it.
 * @param groups how many are before it in the expression that it becomes part of
 */
const patternSource = (pattern: string, groups: number): string => {
  const [first = '', ...rest] = pattern.split('*').map(pieceSource)
  const last = rest.pop()
  if (last === undefined) return `${first}(?!${ANY})`
  const middle = rest.filter((piece) => piece !== '').map((piece, i) => `(?=(${ANY}*?${piece}))\\${groups + i + 1}`)
  return first + middle.join('') + (last === '' ? '' : `${ANY}*${last}(?!${ANY})`)
}

export const patternOf = (pattern: string): RegExp => new RegExp(`^${patternSource(pattern, 0)}`)

/** @param paths path patterns in order, the last one `/*` */
export function routeTableOf(paths: readonly string[]): RouteTable {
  const special = paths.slice(0, -1)
  const groups: number[] = []
  let count = 0
  const sources = special.map((path) => {
    count += 1
    groups.push(count)
    const source = patternSource(path, count)
    count += source.split('(?=(').length - 1
    return `(${source})`
  })
  const first = special.length > 0 ? new RegExp(`^(?:${sources.join('|')})`) : /(?!)/
  return { first, last: special.length, ...(count > special.length ? { groups } : {}) }
}
