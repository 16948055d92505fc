import { describe, expect, it } from 'vitest'
import { V2_COLUMNS, V2_FIELDS } from '../../../../deploy/aws/log-table.ts'
import { createTableSql, fileFilter, isFileRead, type LogTable } from '../../../../logs/athena/table.ts'
import { COLUMNS, fieldName } from '../../../../logs/ingest/columns.ts'
import { dialectErrors } from '../../../logs/athena.ts'

const V1: LogTable = {
  ...{ kind: 'v1', database: 'rimlight', table: 'cloudfront', bucket: 'example-logs', prefix: 'cdn/' },
  distribution: 'EDFDVBD6EXAMPLE',
}
const V2: LogTable = { ...V1, kind: 'v2', prefix: 'v2/EDFDVBD6EXAMPLE/' }

const WINDOW = { since: new Date('2026-11-01T03:20:00Z'), until: new Date('2026-11-02T00:00:00Z') }
const ALWAYS = { since: undefined, until: undefined }

describe('tables', () => {
  it('of lines with tabs: a column for each field, all of them texts', () => {
    const sql = createTableSql(V1)
    expect(sql).toMatch(
      /^CREATE EXTERNAL TABLE IF NOT EXISTS `rimlight`.`cloudfront` \(\n {2}`date` string,\n {2}`time` string,\n/,
    )
    expect(sql).toContain(
      "  `connection_id` string\n)\nROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t'\nSTORED AS TEXTFILE\nLOCATION 's3://example-logs/cdn/'\nTBLPROPERTIES (\n  'skip.header.line.count' = '2'\n)",
    )
    expect(dialectErrors(sql)).toEqual([])
  })

  it('of Parquet: partitions by the hour, which follow from the names', () => {
    const sql = createTableSql(V2)
    expect(sql).toContain(`PARTITIONED BY (\`log_hour\` string)
STORED AS PARQUET
LOCATION 's3://example-logs/v2/EDFDVBD6EXAMPLE/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.log_hour.type' = 'date',
  'projection.log_hour.format' = 'yyyy/MM/dd/HH',
  'projection.log_hour.range' = '2024/11/01/00,NOW',
  'projection.log_hour.interval' = '1',
  'projection.log_hour.interval.unit' = 'HOURS',
  'storage.location.template' = 's3://example-logs/v2/EDFDVBD6EXAMPLE/\${log_hour}/'
)`)
    expect(dialectErrors(sql)).toEqual([])
  })

  it('the grammar tells what is no statement of Hive', () => {
    expect(dialectErrors('CREATE EXTERNAL TABLE a (b string) STORED PARQUET')).not.toEqual([])
  })

  it('a field has the same column here as in files that are read on this machine', () => {
    for (const [field, column] of Object.entries(V2_FIELDS)) expect(column).toBe(fieldName(field))
  })

  it('what a report reads is delivered, but for what v2 has not, or tells of people', () => {
    const read = Object.values(COLUMNS).flatMap(({ fields }): string[] => [...fields])
    const lacking = read.filter((name) => !Object.values<string>(V2_FIELDS).includes(name))
    expect(lacking).toEqual(['cs_cookie', 'cs_accept', 'cs_header_names'])
    expect(V2_COLUMNS).toContain('cs_cookie')
  })
})

describe('files of a time', () => {
  it('of v1, by their paths, where the distribution is known', () => {
    expect(fileFilter(V1, WINDOW)).toBe(
      `"$path" >= 's3://example-logs/cdn/EDFDVBD6EXAMPLE.2026-11-01-03' AND "$path" < 's3://example-logs/cdn/EDFDVBD6EXAMPLE.2026-11-01-23/'`,
    )
    expect(fileFilter(V1, ALWAYS)).toBe(
      `"$path" >= 's3://example-logs/cdn/EDFDVBD6EXAMPLE.' AND "$path" < 's3://example-logs/cdn/EDFDVBD6EXAMPLE/'`,
    )
    expect(fileFilter({ ...V1, distribution: undefined }, WINDOW)).toBe('')
  })

  it('of v2, by their folders, with a day more for what comes late', () => {
    expect(fileFilter(V2, WINDOW)).toBe(`"log_hour" >= '2026/11/01/03' AND "log_hour" <= '2026/11/02/23'`)
    expect(fileFilter(V2, ALWAYS)).toBe('')
  })

  it.each<[LogTable, string, boolean]>([
    [V1, 'EDFDVBD6EXAMPLE.2026-11-01-02.0a1b.gz', false],
    [V1, 'EDFDVBD6EXAMPLE.2026-11-01-03.0a1b.gz', true],
    [V1, 'EDFDVBD6EXAMPLE.2026-11-01-23.0a1b.gz', true],
    [V1, 'EDFDVBD6EXAMPLE.2026-11-02-00.0a1b.gz', false],
    [V1, 'EOTHER.2026-11-01-04.0a1b.gz', false],
    [{ ...V1, distribution: undefined }, 'EOTHER.2020-11-01-04.0a1b.gz', true],
    [V2, '2026/11/01/02/a.parquet', false],
    [V2, '2026/11/01/03/a.parquet', true],
    [V2, '2026/11/02/23/a.parquet', true],
    [V2, '2026/11/03/00/a.parquet', false],
    [V2, 'elsewhere/a.parquet', false],
  ])('%# %s', (table, key, expected) => {
    expect(isFileRead(table, WINDOW, key)).toBe(expected)
    // The same as the SQL says.
    const path = `s3://example-logs/${table.prefix}${key}`
    const filter = fileFilter(table, WINDOW)
    const hour = /^\d{4}(?:\/\d\d){3}/.exec(key)?.[0] ?? ''
    const bounds = [...filter.matchAll(/(>=|<=|<) '([^']*)'/g)]
    const value = table.kind === 'v1' ? path : hour
    expect(
      bounds.every(([, sign, bound = '']) =>
        sign === '>=' ? value >= bound : sign === '<' ? value < bound : value <= bound,
      ) &&
        (table.kind === 'v1' || hour !== ''),
    ).toBe(expected)
  })
})
