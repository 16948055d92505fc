/** What queries will read, and what Athena takes for it: told before any of them runs. */
import { bytesText } from '../../cli/kit/numbers.ts'
import { ATHENA, BYTES_PER_GB, GB_PER_TB } from '../cost/prices.ts'
import { countText, usdText } from '../report/format.ts'
import { type LogStore, objectsBelow } from '../s3.ts'
import { hourOfKey, hoursOf, isFileRead, type LogTable, locationOf, type Window } from './table.ts'

/** The files that a query over this time reads. */
export type Scan = { objects: number; bytes: number; folders?: NonNullable<Window['folders']> }

/** By listing them. @throws Failure for what S3 does not give */
export async function scanOf(
  client: LogStore,
  table: LogTable,
  window: Window,
  signal: AbortSignal,
  onList: (objects: number) => void,
): Promise<Scan> {
  const { first, last } = hoursOf(table, window)
  const start = `${table.prefix}${table.kind === 'v1' && table.distribution ? `${table.distribution}.` : ''}`
  const isOrdered = table.kind === 'v2' || table.distribution !== undefined
  const after = isOrdered && first !== undefined ? `${start}${first}` : undefined
  const scan: Scan = { objects: 0, bytes: 0 }
  for await (const page of objectsBelow(client, { bucket: table.bucket, prefix: start }, signal, after)) {
    for (const { key, bytes } of page) {
      if (!isFileRead(table, window, key.slice(table.prefix.length))) continue
      scan.objects += 1
      scan.bytes += bytes
      const hour = table.kind === 'v2' ? hourOfKey(key.slice(table.prefix.length)) : undefined
      if (hour !== undefined) scan.folders = { first: scan.folders?.first ?? hour, last: hour }
    }
    onList(scan.objects)
    // Keys come in their order, which is that of the hours: what follows the last one is of no use.
    const [final] = page.slice(-1)
    if (isOrdered && last !== undefined && final && final.key > `${start}${last}/\uffff`) break
  }
  return scan
}

/** USD for queries that read so many bytes each. */
export const usdOf = (bytes: readonly number[]): number =>
  (bytes.reduce((sum, one) => sum + (one === 0 ? 0 : Math.max(one, ATHENA.leastBytes)), 0) * ATHENA.usdPerTb) /
  (BYTES_PER_GB * GB_PER_TB)

/** `less than $0.01`. */
export const spentText = (usd: number): string => (usd > 0 && usd < 0.01 ? 'less than $0.01' : usdText(usd))

/** Two lines. @param reads how often each query that will run reads the logs */
export function scanText(table: LogTable, { objects, bytes }: Scan, reads: readonly number[]): string {
  const usd = usdOf(reads.map((times) => bytes * times))
  const all = bytesText(reads.reduce((sum, times) => sum + bytes * times, 0))
  const less = table.kind === 'v2' ? '; of Parquet, a query reads only the columns that it names, which is less' : ''
  return [
    `${locationOf(table)}: ${countText(objects)} objects, ${bytesText(bytes)}`,
    `${reads.length} queries, which read ${all} at most: ${usd < 0.01 ? '' : 'at most '}${spentText(usd)} at $${ATHENA.usdPerTb} a TB${less}`,
    '',
  ].join('\n')
}
