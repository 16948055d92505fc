/** Amazon Athena: a query from its start to its rows, and what is said of one that failed. */
import type { AthenaClient, Row } from '@aws-sdk/client-athena'
import { optional } from '../../base/optional-package.ts'
import type { AwsCalls } from '../../deploy/aws/calls.ts'
import { notStarted, queryFailure, tookTooLong } from './refusals.ts'

export type AthenaClients = { athena: AthenaClient }

export type AthenaOptions = {
  database: string
  catalog: string
  workgroup: string
  /** s3://BUCKET/PREFIX/, where Athena puts results; `undefined`: where the workgroup says. */
  results: string | undefined
  /** Milliseconds for one query. */
  patience: number
  now(): number
}

/** `statement`: makes a database or a table, and has no rows. */
export type AthenaQuery = { name: string; sql: string; kind: 'query' | 'statement' }

export type AthenaResult = {
  rows: Record<string, unknown>[]
  /** That Athena read, as it bills them before it rounds. */
  bytes: number
}

export const athenaPackage = () =>
  optional('running queries on Athena', ['@aws-sdk/client-athena'], () => import('@aws-sdk/client-athena'))

type Package = Awaited<ReturnType<typeof athenaPackage>>

/** Milliseconds before the first look at a query that runs; half as long again before each one after it. */
const FIRST_LOOK = 200
const LONGEST_LOOK = 5_000

export type Athena = {
  /** @param signal ends the waiting, and stops the query, for another reason than Ctrl-C */
  run(query: AthenaQuery, signal?: AbortSignal): Promise<AthenaResult>
}

export const openAthena = (
  { GetQueryExecutionCommand, GetQueryResultsCommand, StartQueryExecutionCommand, StopQueryExecutionCommand }: Package,
  client: AthenaClient,
  calls: AwsCalls<AthenaClients>,
  options: AthenaOptions,
): Athena => ({
  /** @throws Failure for a query that fails, is stopped or takes too long; Interrupted at Ctrl-C, which stops it */
  async run({ name, sql, kind }, signal) {
    const { catalog, database, workgroup, results, patience, now } = options
    const { QueryExecutionId = '' } = await calls
      .call('athena:StartQueryExecution', ({ athena }) =>
        athena.send(
          new StartQueryExecutionCommand({
            QueryString: sql,
            // A statement may be what makes the database.
            QueryExecutionContext: { Catalog: catalog, ...(kind === 'query' && { Database: database }) },
            WorkGroup: workgroup,
            ...(results === undefined ? {} : { ResultConfiguration: { OutputLocation: results } }),
          }),
        ),
      )
      .catch(notStarted(workgroup))
    const started = now()
    let state: string | undefined
    try {
      for (let pause = FIRST_LOOK; ; pause = Math.min(pause * 1.5, LONGEST_LOOK)) {
        const { QueryExecution: execution } = await calls.call('athena:GetQueryExecution', ({ athena }) =>
          athena.send(new GetQueryExecutionCommand({ QueryExecutionId })),
        )
        state = execution?.Status?.State
        if (state === 'SUCCEEDED') {
          const bytes = execution?.Statistics?.DataScannedInBytes ?? 0
          return { rows: kind === 'query' ? await rowsOf(QueryExecutionId) : [], bytes }
        }
        if (state === 'FAILED' || state === 'CANCELLED') throw queryFailure(name, QueryExecutionId, execution?.Status)
        if (now() - started > patience) throw tookTooLong(name, patience)
        await calls.sleep(pause)
        signal?.throwIfAborted()
      }
    } finally {
      // Nobody waits for it any longer, and it would be paid for. The call passes by `calls`, which Ctrl-C has ended.
      if (state !== 'SUCCEEDED' && state !== 'FAILED' && state !== 'CANCELLED')
        await client.send(new StopQueryExecutionCommand({ QueryExecutionId })).catch(() => {})
    }

    async function rowsOf(id: string): Promise<Record<string, unknown>[]> {
      const found: Record<string, unknown>[] = []
      let token: string | undefined
      let isFirst = true
      do {
        const { ResultSet, NextToken } = await calls.call('athena:GetQueryResults', ({ athena }) =>
          athena.send(new GetQueryResultsCommand({ QueryExecutionId: id, NextToken: token })),
        )
        const columns = (ResultSet?.ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = '', Type = '' }) => ({
          name: Name,
          type: Type,
        }))
        // The first row of the first page has the names of the columns.
        const rows = (ResultSet?.Rows ?? []).slice(isFirst ? 1 : 0)
        found.push(...rows.map((row) => valuesOf(row, columns)))
        isFirst = false
        token = NextToken
      } while (token !== undefined)
      return found
    }
  },
})

const NUMBERS = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'float', 'real', 'double', 'decimal'])

/** All values come as texts; null has none. */
const valuesOf = ({ Data = [] }: Row, columns: readonly { name: string; type: string }[]): Record<string, unknown> =>
  Object.fromEntries(columns.map(({ name, type }, index) => [name, readValue(Data[index]?.VarCharValue, type)]))

/** Arrays, of numbers alone in these queries, are written as in JSON: `[0.004, 1.0E-4]`. */
function readValue(text: string | undefined, type: string): unknown {
  if (text === undefined) return null
  if (NUMBERS.has(type)) return Number(text)
  return type === 'array' ? JSON.parse(text) : text
}
