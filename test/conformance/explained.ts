/**
 * The tests that the suite calls required and that CloudFront, as it is documented, does not pass: the tables of
 * docs/local-cloudfront.md, each below a heading of its own.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../base/root.ts'
import type { Release } from './suite.ts'

export type Explanation = {
  ids: string[]
  /** Pages of the CloudFront Developer Guide, by their titles, with the section where it is one of several. */
  pages: string
  /** What they say, and what was chosen where they say nothing. */
  why: string
}

/** Of which runs a table is: of all, of those with one of the suite's releases, of those with `--plain`. */
export type Scope = 'all' | Release | 'plain'

export const HEADINGS: Record<Scope, string> = {
  all: 'In both releases of the suite',
  repository: 'In the repository alone',
  npm: 'In the release on npm alone',
  plain: 'With `--plain`, besides',
}

export const readExplanations = async (): Promise<Record<Scope, Explanation[]>> =>
  explanationsIn(await readFile(join(ROOT, 'docs/local-cloudfront.md'), 'utf8'))

/** @throws Error for a table that is not there, and for a row that is none */
export function explanationsIn(text: string): Record<Scope, Explanation[]> {
  const of = (scope: Scope) => tableBelow(text, HEADINGS[scope]).map(explanationOf)
  return { all: of('all'), repository: of('repository'), npm: of('npm'), plain: of('plain') }
}

/** Those of one run. */
export const explanationsFor = (
  tables: Record<Scope, Explanation[]>,
  { release, plain }: { release: Release; plain: boolean },
): Explanation[] => [...tables.all, ...tables[release], ...(plain ? tables.plain : [])]

/** The rows of the first table after a heading; without its head. */
function tableBelow(text: string, heading: string): string[] {
  const lines = text.split('\n')
  const at = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  const end = lines.findIndex((line, index) => index > at && /^#+ /.test(line))
  const rows = at < 0 ? [] : lines.slice(at, end < 0 ? undefined : end).filter((line) => line.startsWith('|'))
  if (rows.length < 3) throw new Error(`docs/local-cloudfront.md has no table below the heading "${heading}"`)
  return rows.slice(2)
}

function explanationOf(row: string): Explanation {
  const [ids = '', pages = '', why = '', ...more] = row.replace(/^\||\|$/g, '').split('|')
  const names = [...ids.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)
  if (names.length === 0 || !/"[^"]+"/.test(pages) || why.trim() === '' || more.length > 0) {
    throw new Error(`docs/local-cloudfront.md: expected tests, pages of the guide in quotes, and why; found ${row}`)
  }
  return { ids: names, pages: pages.trim(), why: why.trim() }
}
