/** The tables that `npm run conformance:cache` holds the local CloudFront to. */
import { describe, expect, it } from 'vitest'
import {
  type Explanation,
  explanationsFor,
  explanationsIn,
  HEADINGS,
  readExplanations,
} from '../conformance/explained.ts'
import { isAsExplained, reportOf, textOf } from '../conformance/report.ts'
import type { SuiteTest } from '../conformance/suite.ts'

const HEAD = '| tests | page of the guide | what it says |\n| --- | --- | --- |\n'
const written = (row: string) => Object.values(HEADINGS).map((heading) => `### ${heading}\n\n${HEAD}${row}\n`)

describe('the tables of docs/local-cloudfront.md', () => {
  it('name no test twice for one run', async () => {
    const tables = await readExplanations()
    for (const release of ['npm', 'repository'] as const) {
      const ids = explanationsFor(tables, { release, plain: true }).flatMap(({ ids }) => ids)
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([])
      expect(ids.length).toBeGreaterThan(30)
    }
  })

  it('are one for all runs, one for each release, and one for --plain', () => {
    const tables = explanationsIn(written('| `a` `b` | "A page", "a section" | so it is |').join('\n'))
    const row = { ids: ['a', 'b'], pages: '"A page", "a section"', why: 'so it is' }
    expect(tables).toEqual({ all: [row], repository: [row], npm: [row], plain: [row] })
    expect(explanationsFor(tables, { release: 'npm', plain: false })).toHaveLength(2)
    expect(explanationsFor(tables, { release: 'repository', plain: true })).toHaveLength(3)
  })

  it.each([
    ['a row without tests', '| none | "A page" | so |'],
    ['a row without a page', '| `a` | a page | so |'],
    ['a row without a reason', '| `a` | "A page" | |'],
    ['a row of four cells', '| `a` | "A page" | so | more |'],
  ])('hold no %s', (_, row) => {
    expect(() => explanationsIn(written(row).join('\n'))).toThrow(
      `docs/local-cloudfront.md: expected tests, pages of the guide in quotes, and why; found ${row}`,
    )
  })

  it('are all there', () => {
    const [, ...others] = written('| `a` | "A page" | so |')
    expect(() => explanationsIn(others.join('\n'))).toThrow(
      'docs/local-cloudfront.md has no table below the heading "In both releases of the suite"',
    )
  })
})

describe('a report', () => {
  const because = (...ids: string[]): Explanation => ({ ids, pages: '"A page"', why: 'so it is' })
  const ran = (id: string, result: SuiteTest['result'], kind: SuiteTest['kind'] = 'required'): SuiteTest => ({
    ...{ id, group: 'g', kind, result },
  })
  const failed: SuiteTest['result'] = ['Assertion', 'not so']

  it('is as explained where the required tests that fail are those of the tables', () => {
    const tests = [ran('a', failed), ran('b', true), ran('c', failed, 'check'), ran('d', failed, 'optimal')]
    const report = reportOf(tests, [because('a')])
    expect(isAsExplained(report)).toBe(true)
    expect(report.byKind).toEqual({
      required: { tests: 2, passed: 1 },
      optimal: { tests: 1, passed: 0 },
      check: { tests: 1, passed: 0 },
    })
    expect(textOf(report)).toBe(`1 of 4 tests pass: 1 of 2 required, 0 of 1 of good caches, 0 of 1 questions

Required, and not so in CloudFront:
- "A page": so it is
  a
`)
  })

  it('is not where another one fails', () => {
    const report = reportOf([ran('a', failed), ran('b', failed)], [because('a')])
    expect(isAsExplained(report)).toBe(false)
    expect(textOf(report)).toContain('Required, and not explained:\n- g b: not so\n')
  })

  it.each([
    ['passes', ran('b', true)],
    ['is a question', ran('b', failed, 'check')],
    ['is not in the suite', ran('other', true)],
  ])('is not where one that is explained %s', (_, test) => {
    const report = reportOf([ran('a', failed), test], [because('a', 'b')])
    expect(isAsExplained(report)).toBe(false)
    expect(textOf(report)).toContain('Explained, and no required test that fails:\n- b\n')
  })
})
