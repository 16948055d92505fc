/** CloudFront's rules, end to end: a table of stories, told to a started distribution over real sockets. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { temporaryFolder, writeBundle, writeJson } from '../unit/local/fixture.ts'
import { FUNCTIONS, ORIGINS, policies } from './cloudfront-rules/behaviours.ts'
import { openOrigin, type ScriptedOrigin } from './cloudfront-rules/origin.ts'
import { runRow } from './cloudfront-rules/run.ts'
import { TABLE } from './cloudfront-rules.cases.ts'

/** Milliseconds that the distribution's clock is ahead. */
let ahead = 0
let origin: ScriptedOrigin
let cloudfront: CloudFront

const pass = async (seconds: number) => {
  ahead += seconds * 1000
  await cloudfront.advance(seconds)
}

beforeAll(async () => {
  origin = await openOrigin(() => Date.now() + ahead)
  const dist = await writeBundle(await temporaryFolder(), FUNCTIONS)
  await writeJson(join(dist, 'policies.json'), policies())
  const origins = Object.fromEntries(Object.keys(ORIGINS).map((name) => [name, origin.url]))
  cloudfront = await startCloudFront({
    dist,
    origins: { ...origins, slow: { url: origin.url, readTimeout: 1, connectionAttempts: 1 } },
    pops: 2,
  })
})
afterAll(async () => {
  await cloudfront?.stop()
  await origin?.close()
})

let number = 0
describe.each(Object.entries(TABLE))('%s', (_subject, rows) => {
  for (const row of rows) {
    const own = ++number
    it(`${row.name} [${row.source}]`, () => runRow({ cloudfront, origin, pass }, row, own))
  }
})

it('the table is as long as it is meant to be, each row with its source, no two of one name', () => {
  const all = Object.values(TABLE).flat()
  expect(all.length).toBeGreaterThanOrEqual(360)
  expect(all.filter(({ source, steps }) => source === '' || steps.length === 0)).toEqual([])
  for (const rows of Object.values(TABLE)) {
    const names = rows.map(({ name, source }) => `${name} ${source}`)
    expect(names).toEqual([...new Set(names)])
  }
})
