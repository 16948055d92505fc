/** CloudFront's rules, end to end: a table of stories, told to a started distribution over real sockets. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AccessCheck, startCloudFront } from '../../local/cloudfront.ts'
import { temporaryFolder, writeBundle, writeJson } from '../unit/local/fixture.ts'
import { FUNCTIONS, ORIGIN_HEADER_VALUES, ORIGINS, policies } from './cloudfront-rules/behaviours.ts'
import { openOrigin } from './cloudfront-rules/origin.ts'
import type { Row } from './cloudfront-rules/row.ts'
import { runRow, type Stage } from './cloudfront-rules/run.ts'
import { SIGNED } from './cloudfront-rules/signed.cases.ts'
import { TABLE } from './cloudfront-rules.cases.ts'

/** A distribution with its origin, its clock beside this machine's. */
function stageOf(accessCheck: AccessCheck) {
  /** Milliseconds that the distribution's clock is ahead. */
  let ahead = 0
  let stage: Stage
  const now = () => Date.now() + ahead
  beforeAll(async () => {
    const origin = await openOrigin(now)
    const dist = await writeBundle(await temporaryFolder(), FUNCTIONS)
    await writeJson(join(dist, 'policies.json'), policies())
    const origins = Object.fromEntries(Object.keys(ORIGINS).map((name) => [name, origin.url]))
    const cloudfront = await startCloudFront({
      dist,
      origins: {
        ...origins,
        slow: { url: origin.url, readTimeout: 1, connectionAttempts: 1 },
        first: { url: origin.url, readTimeout: 1, connectionAttempts: 1 },
        second: `${origin.url}/second`,
      },
      originHeaders: ORIGIN_HEADER_VALUES,
      pops: 2,
      accessCheck,
    })
    const pass = async (seconds: number) => {
      ahead += seconds * 1000
      await cloudfront.advance(seconds)
    }
    stage = { cloudfront, origin, pass, now }
  })
  afterAll(async () => {
    await stage?.cloudfront.stop()
    await stage?.origin.close()
  })
  return () => stage
}

let number = 0
function tell(table: Record<string, Row[]>, stage: () => Stage) {
  describe.each(Object.entries(table))('%s', (_subject, rows) => {
    for (const row of rows) {
      const own = ++number
      it(`${row.name} [${row.source}]`, () => runRow(stage(), row, own))
    }
  })
}

describe('signatures are checked before viewer-request', () => tell(TABLE, stageOf('before-viewer-request')))

describe('signatures are checked after viewer-request', () =>
  tell({ 'signed URLs and cookies': SIGNED }, stageOf('after-viewer-request')))

it('the table is as long as it is meant to be, each row with its source, no two of one name', () => {
  const all = Object.values(TABLE).flat()
  expect(all.length).toBeGreaterThanOrEqual(460)
  expect(all.filter(({ source, steps }) => source === '' || steps.length === 0)).toEqual([])
  for (const rows of Object.values(TABLE)) {
    const names = rows.map(({ name, source }) => `${name} ${source}`)
    expect(names).toEqual([...new Set(names)])
  }
})
