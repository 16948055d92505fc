import { describe, expect, it } from 'vitest'
import { verifyJson, verifyPlanText, verifyText } from '../../../../deploy/verify/report.ts'
import { allHold, type CheckResult, checkCounts, type Report } from '../../../../deploy/verify/results.ts'
import { FIGURES, seriesOf, type Timing } from '../../../../deploy/verify/timing.ts'

const plain = (_: unknown, text: string) => text

const RULE = { title: 'what is so', rule: 'a rule' }
const HOLDS: CheckResult = { place: '/a/*', id: 'one', ...RULE, status: 'holds', found: 'so' }
const DIFFERS: CheckResult = {
  place: '/*',
  id: 'two',
  ...RULE,
  status: 'differs',
  expected: 'a Hit',
  found: '200, Miss from cloudfront',
  means: `It means ${'a lot of words, one after another, '.repeat(4)}and that is all.`,
  asked: [
    {
      method: 'GET',
      target: '/x?v=1',
      sent: { accept: 'image/webp' },
      status: 200,
      headers: [['X-Cache', 'Miss from cloudfront']],
      bytes: 3,
    },
  ],
}
const skippedFor = (id: string, reason: string): CheckResult => ({
  place: '/*',
  id,
  ...RULE,
  status: 'skipped',
  reason,
})
const UNASKED: CheckResult = { place: '/*', id: 'six', ...RULE, status: 'unasked', reason: 'GET https://a/: no answer' }

const reportOf = (...checks: CheckResult[]): Report => ({
  url: 'https://cdn.example.com',
  httpUrl: null,
  isLocal: false,
  config: 'abc',
  places: [
    { name: '/a/*', about: 'bucket photos' },
    { name: '/*', about: 'api api' },
  ],
  checks,
  observations: [{ id: 'o', title: 'what nobody has written down', place: '/*', found: 'this' }],
  counts: checkCounts(checks),
  requests: { made: 7, atMost: 9 },
  milliseconds: 1234,
})

it('is grouped by route; what differs is told whole, what was skipped for one reason is one line', () => {
  const report = reportOf(HOLDS, DIFFERS, skippedFor('three', 'no object'), skippedFor('four', 'no object'), UNASKED)
  expect(verifyText(report, plain)).toBe(`/a/*  bucket photos
  ✓ one    what is so

/*  api api
  ✗ two    what is so
      expected  a Hit
      found     200, Miss from cloudfront
      means     It means a lot of words, one after another, a lot of words, one after another, a lot of words,
                one after another, a lot of words, one after another, and that is all.
      rule      a rule
      asked     GET /x?v=1 · accept: image/webp → 200, Miss from cloudfront
  ? six    what is so
      not asked GET https://a/: no answer
  – skipped  no object
      three, four

As found  what AWS does not document: judged neither way
  · what nobody has written down  /*
      this

Differs: /* two
1 hold, 1 differ, 2 skipped, 1 could not be asked; 7 requests in 1.2 s
`)
})

describe('the verdict', () => {
  it.each([
    ['All holds', true, [HOLDS]],
    ['All that was asked holds', true, [HOLDS, skippedFor('three', 'no object')]],
    ['Differs: /* two', false, [HOLDS, DIFFERS]],
    ['Not settled', false, [HOLDS, UNASKED]],
    ['Not settled', false, [skippedFor('three', 'no object')]],
  ])('%s: %s', (verdict, fine, checks) => {
    const report = reportOf(...checks)
    expect(verifyText(report, plain)).toContain(`\n${verdict}\n`)
    expect(allHold(report.counts)).toBe(fine)
  })
})

it('times are a table, with the figure that 95 % of them are within', () => {
  const times = (total: number) => ({ dns: 1.25, connect: 12, tls: 20.4, firstByte: total - 10, total })
  const miss = seriesOf([times(120), times(420)])
  const timing: Timing = {
    ...{ place: '/*', path: '/photos/dusk.jpg', bytes: 12_345, figures: FIGURES },
    ...{ hit: seriesOf([times(64), times(72)]), miss, notes: ['what there is to say'] },
  }
  expect(verifyText({ ...reportOf(HOLDS), timing }, plain)).toContain(`
Timing  /* /photos/dusk.jpg, 12.3 kB, each over a connection of its own; in ms
                         DNS     connect         TLS  first byte       total
  hit   median           1.3        12.0        20.4        54.0        64.0
        95 %             1.3        12.0        20.4        62.0        72.0   within 100 ms
  miss  median           1.3        12.0        20.4       110.0       120.0
        95 %             1.3        12.0        20.4       410.0       420.0   above 300 ms
      what there is to say

All holds
`)
})

it('in colour, what holds is green and what differs red', () => {
  const text = verifyText(reportOf(HOLDS, DIFFERS), (colour, text) => `<${colour}>${text}</>`)
  expect(text).toContain('<green>✓</>')
  expect(text).toContain('<red>✗</>')
  expect(text).toContain('<red>Differs: /* two</>')
})

it('for programs it is one JSON document', () => {
  const report = reportOf(HOLDS, DIFFERS)
  expect(JSON.parse(verifyJson(report))).toEqual(report)
})

it('says beforehand how much it will ask', () => {
  expect(verifyPlanText({ url: 'https://a.example', checks: 12, atMost: 30 }, plain)).toBe(
    'https://a.example: 12 checks, at most 30 requests, none of which writes anything\n\n',
  )
})
