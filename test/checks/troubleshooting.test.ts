/** Whoever looks for what a response says finds it in the docs: each reason and each `x-cache` that the sources have. */
import { expect, test } from 'vitest'
import { textOf } from './sources.ts'

const page = textOf('docs/troubleshooting.md')

/** The rows of the tables below a heading, by what stands in backticks in their first column. */
function rowsBelow(heading: string): string[] {
  const start = page.indexOf(`\n## ${heading}\n`)
  expect(start, heading).toBeGreaterThan(0)
  const section = page.slice(start + 1).split('\n## ')[0] ?? ''
  const cells = [...section.matchAll(/^\| (`[^|]*?) \|/gm)].map(([, cell = '']) => cell)
  return cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text))
}

/** The texts in quotes of a piece of a source. */
function quotedIn(file: string, beginning: string, end: string): string[] {
  const text = textOf(file)
  const start = text.indexOf(beginning)
  expect(start, `${file}: ${beginning}`).toBeGreaterThanOrEqual(0)
  const piece = text.slice(start, text.indexOf(end, start))
  return [...piece.matchAll(/'([^']+)'/g)].map(([, quoted = '']) => quoted)
}

const sorted = (texts: readonly string[]) => texts.toSorted()

test('each status and symptom that people come with', () => {
  const headings = [...page.matchAll(/^###? (.+)$/gm)].map(([, heading]) => heading)
  expect(headings).toEqual(
    expect.arrayContaining([
      '400',
      '401',
      '403',
      '404',
      '405, 414',
      '502',
      '503, 504',
      'A low hit ratio',
      'An old image after an update',
    ]),
  )
})

test('each reason for an original, and no other', () => {
  const transient = quotedIn('edge/image.ts', 'const TRANSIENT_REASONS = [', '] as const')
  const permanent = quotedIn('edge/image.ts', 'const PERMANENT_REASONS = [', '] as const')
  expect(transient.length).toBeGreaterThan(3)
  expect(permanent.length).toBeGreaterThan(5)
  const found = rowsBelow('`reason=`: why an image is the original').filter((text) => text !== 'reason=')
  expect(sorted(found)).toEqual(sorted([...transient, ...permanent]))
  // "The first five pass."
  expect(found.slice(0, transient.length).toSorted()).toEqual(sorted(transient))
  expect(transient).toHaveLength(5)
})

test('each x-cache that the local CloudFront gives, and those that only CloudFront has', () => {
  const given = quotedIn('local/protocol/messages.ts', 'export type ResultType =', '\n\n')
  expect(given.length).toBeGreaterThan(8)
  const rows = rowsBelow('`x-cache`: who answered').filter((text) => !text.startsWith('x-cache'))
  expect(sorted(rows)).toEqual(sorted([...given, 'FunctionThrottledError', 'LimitExceeded']))
})

test.each(['400', '401', '403', '404', '405', '414', '502', '503', '504'])('the status %s has a heading', (status) => {
  expect(page).toMatch(new RegExp(`^### (?:\\d{3}, )?${status}(?:, \\d{3})?$`, 'm'))
})
