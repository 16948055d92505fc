import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { TrinoSQL } from 'dt-sql-parser'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { QUERIES, querySql } from '../../../logs/queries.ts'

/** The errors of a text that is no query of Trino's. */
const errorsOf = (sql: string) =>
  new TrinoSQL().validate(sql).map(({ startLine, startColumn, message }) => `${startLine}:${startColumn} ${message}`)

describe('queries are in the dialect that Athena runs', () => {
  it('the grammar tells what Trino does not take', () => {
    expect(errorsOf('SELECT a::BIGINT FROM requests')).not.toEqual([])
    expect(errorsOf('SELECT a FROM requests GROUP BY ALL QUALIFY 1')).not.toEqual([])
    expect(errorsOf("SELECT a FROM requests WHERE b = {'c': 1}")).not.toEqual([])
  })

  it.each(QUERIES)('%s', async (name) => {
    expect(errorsOf(await querySql(name))).toEqual([])
  })

  it('and no file is left out', () => {
    const files = readdirSync(join(ROOT, 'logs/queries')).map((file) => file.replace('.sql', ''))
    expect(files.toSorted()).toEqual(QUERIES.toSorted())
  })

  it('each says what it counts, first of all', async () => {
    for (const name of QUERIES) expect(await querySql(name), name).toMatch(/^-- \S/)
  })
})
