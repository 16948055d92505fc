/** What `rimlight logs report`, `cost` and `simulate` have in common: their options, and logs that are read into a table. */
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, Interrupted, unexpectedInput } from '../base/errors.ts'
import { loadConfig } from '../build/config.ts'
import { readBundle } from '../bundle/read-bundle.ts'
import type { Settings } from '../bundle/settings.ts'
import { interrupt } from '../cli/kit/interrupt.ts'
import { bytesText } from '../cli/kit/numbers.ts'
import { missingInput, type OptionRows, type Values } from '../cli/kit/options.ts'
import { type Output, statusLine } from '../cli/kit/output.ts'
import { type Database, openDatabase } from './database.ts'
import { fieldName } from './ingest/columns.ts'
import { type Loaded, load } from './ingest/load.ts'
import { logFiles } from './ingest/sources.ts'
import { createEdgeRegions } from './queries.ts'
import { countText } from './report/format.ts'

export const LOG_OPTIONS = {
  since: { type: 'string', value: 'TIME', about: 'from then on, in UTC: 2026-11-01, or 2026-11-01T12:30' },
  until: { type: 'string', value: 'TIME', about: 'until then, not included' },
  fields: {
    type: 'string',
    value: 'LIST',
    about:
      'the fields of logs that have no #Fields line, such as those of real-time logs, in order: "timestamp c-ip sc-status …"',
  },
} as const satisfies OptionRows

export const CONFIG_OPTIONS = {
  config: { type: 'string', value: 'FILE', about: 'the config whose routes count' },
  dist: { type: 'string', value: 'DIR', about: 'the same from a bundle; default: dist, where there is one' },
} as const satisfies OptionRows

/** What operands are, for the help. */
export const ABOUT_LOGS = `Reads the logs that CloudFront writes: standard logs (legacy, and v2 as JSON, w3c, plain text or Parquet) and
real-time logs, packed or not, whatever their names. A folder stands for all that is in it, s3://BUCKET/PREFIX for the
objects below it, which are fetched with your own credentials (s3:ListBucket and s3:GetObject). A request that was
delivered twice counts once; lines that can't be read are counted by the reason. It takes DuckDB:
npm install --save-dev @duckdb/node-api`

/** @throws InputError where one of them is no time, or the end is not after the beginning */
export function periodOf(values: Values<Pick<typeof LOG_OPTIONS, 'since' | 'until'>>): {
  since: Date | undefined
  until: Date | undefined
} {
  const [since, until] = [timeOf('since', values.since), timeOf('until', values.until)]
  if (since === undefined || until === undefined || since < until) return { since, until }
  const [expected, found] = [`a time after --since (${values.since})`, `${values.until}`]
  throw unexpectedInput({ at: '--until', code: 'not-a-period', expected, found })
}

/** @throws InputError where it is no time */
function timeOf(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const [, day, time = '00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?))?(Z)?$/.exec(text) ?? []
  const date = new Date(`${day}T${time}${zone}`)
  if (day !== undefined && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)) return date
  throw new InputError(`--${name}: expected a time in UTC such as 2026-11-01T12:30, found ${JSON.stringify(text)}`, {
    code: 'not-a-time',
    expected: 'a time in UTC such as 2026-11-01T12:30',
    found: text,
  })
}

/** @throws InputError where it is none above 0 */
export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  const [expected, found] = ['a whole number above 0', JSON.stringify(text)]
  throw unexpectedInput({ at: name, code: 'not-a-number', expected, found })
}

/** The config that was named, or that of the bundle that is there; `undefined`: neither. */
export async function settingsOf(values: Values<typeof CONFIG_OPTIONS>): Promise<Settings | undefined> {
  if (values.config !== undefined) return loadConfig(values.config)
  const isThere = await access(join('dist', 'manifest.json')).then(
    () => true,
    () => false,
  )
  if (values.dist === undefined && !isThere) return undefined
  return (await readBundle(values.dist ?? 'dist')).settings
}

export type ReadLogs = { database: Database; loaded: Loaded; signal: AbortSignal; show(text: string): void }

type Context = { positionals: string[]; stdout: Output; stderr: Output; hint: string }

/**
 * Reads the logs, and hands them on. Ctrl-C ends all of it with 130 and leaves nothing behind.
 * @param use gives the exit code
 */
export async function withLogs(
  values: Values<typeof LOG_OPTIONS> & { route?: string | undefined },
  settings: Settings | undefined,
  { positionals, stderr, hint }: Context,
  use: (logs: ReadLogs) => Promise<number>,
): Promise<number> {
  if (positionals.length === 0) {
    throw missingInput('log files, a folder or s3://BUCKET/PREFIX', 'no-logs', hint)
  }
  const { since, until } = periodOf(values)
  const routes = settings?.routes.map(({ path }) => path) ?? []
  const fields = values.fields?.split(/[\s,]+/).map(fieldName)
  const ends = interrupt()
  const status = statusLine(stderr)
  let database: Database | undefined
  try {
    database = await openDatabase(ends.signal)
    const files = await logFiles(positionals, {
      folder: database.folder,
      signal: ends.signal,
      onFetch: (done, total) => status.show(`Fetching ${countText(done)} of ${countText(total)} objects …`),
    })
    const loaded = await load(database, [...files.keys()], {
      fields,
      routes,
      route: values.route,
      since,
      until,
      signal: ends.signal,
      onProgress: (done, total) => status.show(`Reading ${bytesText(done)} of ${bytesText(total)} …`),
    })
    // What was interrupted while it was read would pass for a log with fewer lines.
    ends.signal.throwIfAborted()
    for (const damaged of loaded.damaged) damaged.file = files.get(damaged.file) ?? damaged.file
    await createEdgeRegions(database)
    return await use({ database, loaded, signal: ends.signal, show: status.show })
  } catch (error) {
    if (!ends.signal.aborted) throw error
    throw new Interrupted('Interrupted: nothing was written', { cause: error })
  } finally {
    status.clear()
    await database?.close()
    ends.close()
  }
}
