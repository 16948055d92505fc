/** What Athena refuses, and what to do about it. */
import type { QueryExecutionStatus } from '@aws-sdk/client-athena'
import { Failure } from '../../base/errors.ts'

/** By what Athena says, the first that fits. */
const REMEDIES: readonly (readonly [says: RegExp, remedy: string])[] = [
  [
    /access denied|not authorized|permission|AccessDenied/i,
    'allow whoever runs this to read the logs, to write where results go, and to read the data catalog: `rimlight logs athena --help` lists the actions',
  ],
  [
    /bytes scanned limit|data usage control|cutoff/i,
    'the workgroup allows a query fewer bytes: take a shorter time with --since and --until, or another --workgroup',
  ],
  [
    /not a parquet file|HIVE_BAD_DATA|HIVE_CANNOT_OPEN_SPLIT|HIVE_CURSOR_ERROR|ICEBERG/i,
    'the files there are not what the table says: --logs v1 is for standard logs (legacy), v2 for Parquet of standard logging v2',
  ],
  [
    /COLUMN_NOT_FOUND|cannot be resolved|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|does not exist/i,
    'a table of another shape, or none, is there by that name: leave --table away, or name one that is free',
  ],
  [/exhausted|timeout|too many|exceeded/i, 'take a shorter time with --since and --until'],
  [
    /HIVE_FILESYSTEM_ERROR|NoSuchBucket|SlowDown/i,
    'look whether the bucket is there; if it is, run the same command again',
  ],
]

const remedyFor = (text: string): string | undefined => REMEDIES.find(([says]) => says.test(text))?.[1]

/** @param id Athena's, by which its console finds the query */
export function queryFailure(name: string, id: string, status: QueryExecutionStatus | undefined): Failure {
  const said = status?.AthenaError?.ErrorMessage || status?.StateChangeReason || 'no reason given'
  const remedy = remedyFor(said)
  const happened = status?.State === 'CANCELLED' ? 'was stopped by somebody else, or by a limit' : 'failed'
  return new Failure(`the query ${name} ${happened} on Athena: ${said}${remedy ? `; ${remedy}` : ''} (query ${id})`, {
    code: status?.State === 'CANCELLED' ? 'query-cancelled' : 'query-failed',
    found: said,
  })
}

export const tookTooLong = (name: string, patience: number): Failure =>
  new Failure(
    `the query ${name} took longer than ${patience / 1000} s on Athena, and was stopped; take a shorter time with --since and --until, or a longer --timeout`,
    { code: 'query-timeout', expected: `${patience / 1000} s at most`, found: 'longer' },
  )

/** What Athena says of a query that it does not begin. */
export const notStarted =
  (workgroup: string) =>
  (error: unknown): never => {
    if (!(error instanceof Failure)) throw error
    if (/output ?location|query result location/i.test(error.message)) {
      throw new Failure(
        `Athena does not know where to put results: the workgroup ${workgroup} names no place for them; name one with --results s3://BUCKET/PREFIX (${error.message})`,
        { code: 'no-result-location', expected: '--results s3://BUCKET/PREFIX', found: 'none', cause: error },
      )
    }
    if (/workgroup/i.test(error.message)) {
      throw new Failure(`--workgroup: Athena does not take ${workgroup} (${error.message})`, {
        code: 'workgroup',
        found: workgroup,
        cause: error,
      })
    }
    throw error
  }
