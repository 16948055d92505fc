/** One conformance table, run by every driver that can: what behaviour.md says, held against what was built. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import type { Settings } from '../../bundle/settings.ts'
import { validateFunction } from '../../local/platform/validate-function.ts'
import { validateLambda } from '../../local/platform/validate-lambda.ts'
import { type Case, returnedValue, type Table } from './case.ts'
import { settings } from './config.ts'
import { DRIVERS, type Driver, type DriverRow } from './drivers.ts'
import { originRequestTable } from './origin-request.cases.ts'
import { originResponseTable } from './origin-response.cases.ts'
import { siteSettings, siteTables } from './site.cases.ts'
import { viewerRequestTable } from './viewer-request.cases.ts'

const SITES = [
  { site: 'every kind of route', settings, tables: [viewerRequestTable, originRequestTable, originResponseTable] },
  { site: 'a site of pages', settings: siteSettings, tables: siteTables },
]

const TABLES = SITES.flatMap(({ tables, ...site }) =>
  tables.map((table) => ({ ...site, table, trigger: table.trigger })),
)

const casesOf = ({ groups }: Table): Case[] => groups.flatMap(({ cases }) => cases)

describe.each(TABLES)('$site, $trigger', ({ table, settings }) => {
  describe.each(DRIVERS.filter(({ triggers }) => triggers.includes(table.trigger)))('$name', (row) => {
    if (row.missing) return it.skip(row.missing, () => {})
    runTable(table, row, settings)
  })
})

/** All events of a table go to the driver in one batch; each case then looks at its own outcome. */
function runTable(table: Table, row: DriverRow, settings: () => Settings): void {
  const cases = casesOf(table).filter(({ skips }) => !skips?.[row.name])
  const outcomes = new Map<Case, Awaited<ReturnType<Driver['run']>>[number]>()
  let driver: Driver | undefined

  beforeAll(async () => {
    driver = await row.open(settings(), table.trigger)
    const found = await driver.run(cases.map(({ event, now }) => ({ event: copyOf(event), ...(now ? { now } : {}) })))
    cases.forEach((one, i) => void outcomes.set(one, found[i] as never))
  })
  afterAll(() => driver?.close())

  for (const { rule, cases } of table.groups) {
    describe(rule, () => {
      for (const one of cases) {
        const reason = one.skips?.[row.name]
        if (reason) it.skip(`${one.name} (${reason})`, () => {})
        else
          it(one.name, () => {
            const outcome = outcomes.get(one)
            const value = returnedValue(outcome)
            one.check(JSON.parse(JSON.stringify(value)))
            expect(violationsOf(table, one.event, JSON.parse(JSON.stringify(value)))).toEqual([])
            expect(outcome?.logs.map((line) => JSON.parse(line).Result)).toEqual(one.logs ?? [])
          })
      }
    })
  }
}

/** A handler may change what it is given; `rawQueryString` is a function and stays. */
function copyOf(event: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(event))
  const raw = at(event, 'request', 'rawQueryString')
  if (raw) copy.request.rawQueryString = raw
  return copy
}

const violationsOf = ({ trigger }: Table, event: unknown, value: unknown) =>
  trigger === 'viewer-request' ? validateFunction(event, value) : validateLambda(trigger, event, value)

describe('the table', () => {
  it('is large, and names each case once in its group', () => {
    expect(TABLES.flatMap(({ table }) => casesOf(table)).length).toBeGreaterThanOrEqual(250)
    for (const { groups } of TABLES.map(({ table }) => table)) {
      expect(new Set(groups.map(({ rule }) => rule)).size).toBe(groups.length)
      for (const { rule, cases } of groups) {
        expect(cases.length, rule).toBeGreaterThan(0)
        expect(new Set(cases.map(({ name }) => name)).size, rule).toBe(cases.length)
      }
    }
  })
})

describe('the received object itself is returned where anything goes on', () => {
  it.each([
    { table: viewerRequestTable, path: ['request'] },
    { table: originRequestTable, path: ['Records', 0, 'cf', 'request'] },
    { table: originResponseTable, path: ['Records', 0, 'cf', 'response'] },
  ])('at $table.trigger', async ({ table, path }) => {
    const source = DRIVERS.find(({ name }) => name === 'source') as DriverRow
    const driver = await source.open(settings(), table.trigger)
    const inputs = casesOf(table).map(({ event, now }) => ({ event: copyOf(event), ...(now ? { now } : {}) }))
    const values = (await driver.run(inputs)).map(returnedValue)
    const passed = inputs.filter((_, i) => isPassedOn(table, values[i]))
    const same = inputs.filter(({ event }, i) => values[i] === at(event, ...path))
    expect(passed.length).toBeGreaterThan(20)
    expect(same).toEqual(passed)
  })
})

const isPassedOn = ({ trigger }: Table, value: unknown): boolean =>
  trigger === 'origin-response' || typeof at(value, 'uri') === 'string'
