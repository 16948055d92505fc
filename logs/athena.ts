/** `rimlight logs athena`: the report where logs outgrow a machine, by the same queries on Amazon Athena. */
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { Failure, Interrupted, unexpectedInput } from '../base/errors.ts'
import type { Settings } from '../bundle/settings.ts'
import { askAtTerminal } from '../cli/kit/ask.ts'
import { type CommandContext, defineCommand, type Main } from '../cli/kit/command.ts'
import { interrupt } from '../cli/kit/interrupt.ts'
import { bytesText } from '../cli/kit/numbers.ts'
import { missingInput, type OptionRows, type Values } from '../cli/kit/options.ts'
import { confirmed, inAwsSession, type SessionDependencies } from '../deploy/aws/session.ts'
import { type AthenaClients, type AthenaOptions, athenaPackage, openAthena } from './athena/athena.ts'
import type { Selected } from './athena/dialect.ts'
import { countOnAthena, readsOf } from './athena/queries.ts'
import { type Scan, scanOf, scanText, spentText, usdOf } from './athena/scan.ts'
import { writeStatements } from './athena/statements.ts'
import { createTableSql, type LogTable, locationOf } from './athena/table.ts'
import { CONFIG_OPTIONS, LOG_OPTIONS, periodOf, settingsOf, wholeNumber } from './read-logs.ts'
import { countText } from './report/format.ts'
import { printReport, REPORT_OPTIONS, requireRoute } from './report/print.ts'
import { reportOf } from './report/report.ts'
import { s3Client, s3LocationOf } from './s3.ts'

export const ATHENA_OPTIONS = {
  location: {
    type: 'string',
    value: 's3://BUCKET/PREFIX',
    about: 'where the logs are delivered: the output AccessLogsLocation of a stack of `rimlight template`',
  },
  logs: {
    type: 'string',
    value: 'v1|v2',
    about:
      'v1: standard logs (legacy), lines with tabs; v2: Parquet of standard logging v2, in folders PREFIX/DISTRIBUTION/yyyy/MM/dd/HH',
    default: 'v2',
  },
  distribution: {
    type: 'string',
    value: 'ID',
    about:
      'whose logs, where others have theirs in the same place. Of v1, Athena then reads the files of --since and --until alone; without it, all',
  },
  since: LOG_OPTIONS.since,
  until: LOG_OPTIONS.until,
  database: {
    type: 'string',
    value: 'NAME',
    about: 'of the data catalog, made where it is not there',
    default: 'rimlight',
  },
  table: {
    type: 'string',
    value: 'NAME',
    about: 'one of that name is taken as it is; default: one named after the location, made where it is not there',
  },
  ...CONFIG_OPTIONS,
  run: { type: 'boolean', about: 'run the queries, and report' },
  yes: { type: 'boolean', about: 'do not ask before what costs money' },
  results: {
    type: 'string',
    value: 's3://BUCKET/PREFIX',
    about: 'where Athena puts results; default: where the workgroup says',
  },
  workgroup: { type: 'string', value: 'NAME', about: 'which runs them', default: 'primary' },
  catalog: { type: 'string', value: 'NAME', about: 'of data', default: 'AwsDataCatalog' },
  region: { type: 'string', value: 'REGION', about: 'of Athena; default: AWS_REGION, or us-east-1' },
  timeout: { type: 'string', value: 'SECONDS', about: 'for one query, which is then stopped', default: '1800' },
  ...REPORT_OPTIONS,
} as const satisfies OptionRows

type AthenaValues = Values<typeof ATHENA_OPTIONS>

/** What the command takes from its surroundings; tests bring their own. */
export type AthenaDependencies = Omit<SessionDependencies<AthenaClients>, 'clients'> & { now(): number }

const realDependencies: AthenaDependencies = {
  sleep: (milliseconds, signal) => setTimeout(milliseconds, undefined, { signal }).catch(() => {}),
  random: Math.random,
  now: Date.now,
  get ask() {
    return askAtTerminal()
  },
  interrupt,
}

export const athenaCommand = (dependencies: AthenaDependencies = realDependencies): Main =>
  defineCommand({
    name: 'rimlight logs athena',
    usage: '[DIR] --location s3://BUCKET/PREFIX [--logs v1|v2] [--since TIME] [--until TIME] [--run] [options]',
    about: `The report of \`rimlight logs report\` where logs outgrow a machine: by the same queries on Amazon Athena. Into DIR it writes
the statement that makes the table and each query, to be run by whatever runs them; with --run it runs them itself, and
reports as \`rimlight logs report\` does; percentiles are exact there, too.

With --run it first lists the objects that the queries will read, says how many bytes and USD that is at most, and asks.
Ctrl-C stops what runs. It takes the package @aws-sdk/client-athena: npm install --save-dev @aws-sdk/client-athena. It takes
permission for athena:StartQueryExecution, GetQueryExecution, GetQueryResults and StopQueryExecution; s3:ListBucket,
s3:GetBucketLocation and s3:GetObject of the logs, and s3:PutObject where results go, too; and glue:GetDatabase,
CreateDatabase, GetTable, CreateTable and GetPartitions.`,
    takesOperands: true,
    options: ATHENA_OPTIONS,
    examples: [
      'rimlight logs athena queries/ --location s3://example-logs/v2 --distribution EDFDVBD6EXAMPLE',
      'rimlight logs athena --run --location s3://example-logs/v2 --distribution EDFDVBD6EXAMPLE --since 2026-11-01',
      'rimlight logs athena --run --logs v1 --location s3://example-logs/v1 --distribution EDFDVBD6EXAMPLE --out report.html',
    ],
    exitCode:
      '0 written, or reported; 1 not: there are no logs, a query failed, a package is missing, or nobody agreed; 2 wrong usage or input; 130 ended by Ctrl-C',
    async run(values, context) {
      const { positionals, stdout, stderr, hint } = context
      const folder = folderOf(positionals, values, hint)
      const table = tableOf(values, hint)
      const options = {
        ...{ database: table.database, catalog: values.catalog, workgroup: values.workgroup, now: dependencies.now },
        results: values.results === undefined ? undefined : folderUrl(values.results),
        patience: (wholeNumber('--timeout', values.timeout) ?? 0) * 1000,
      }
      const settings = await settingsOf(values)
      requireRoute(values.route, settings, hint)
      const selected: Selected = {
        table,
        ...periodOf(values),

        routes: settings?.routes.map(({ path }) => path) ?? [],
        route: values.route,
      }
      if (folder !== undefined) {
        const files = await writeStatements(folder, selected)
        if (values.json && !values.run) stdout.write(`${JSON.stringify({ folder, files })}\n`)
        else (values.json ? stderr : stdout).write(`Wrote ${files.length} files into ${folder}\n`)
      }
      return values.run ? runAndReport({ selected, settings, options }, values, context, dependencies) : 0
    },
  })

export const main = athenaCommand()

type Plan = { selected: Selected; settings: Settings | undefined; options: AthenaOptions }

async function runAndReport(
  { selected, settings, options }: Plan,
  values: AthenaValues,
  context: CommandContext,
  dependencies: AthenaDependencies,
): Promise<number> {
  const { stderr } = context
  const sdk = await athenaPackage()
  const athena = new sdk.AthenaClient({
    region: values.region ?? (process.env.AWS_REGION || 'us-east-1'),
    maxAttempts: 5,
  })
  const s3 = s3Client()
  try {
    return await inAwsSession(
      { ...dependencies, ask: dependencies.ask, clients: () => ({ athena }) },
      context,
      'rimlight logs athena',
      () => 'Interrupted: what ran on Athena was stopped, and nothing was written',
      async ({ calls, line, signal }) => {
        const show = (objects: number) => line.show(`Listing ${countText(objects)} objects …`)
        const scan = await scanOf(s3, selected.table, selected, signal, show).catch((error) => {
          throw signal.aborted ? new Interrupted('interrupted', { cause: error }) : error
        })
        line.clear()
        if (scan.objects === 0) throw noLogs(selected)
        stderr.write(scanText(selected.table, scan, readsOf(selected)))
        if (
          !(await confirmed(dependencies, values.yes, 'Run them? [y/N] ', '; without --run nothing costs anything'))
        ) {
          throw new Failure('not agreed to: nothing was run', { code: 'declined' })
        }
        const there = { ...selected, ...(scan.folders && { folders: scan.folders }) }
        const counted = await countOnAthena(openAthena(sdk, athena, calls, options), there, (done, total) =>
          line.show(`Query ${done} of ${total} …`),
        )
        line.clear()
        const loaded = { files: scan.objects, empty: 0, skipped: counted.skipped, damaged: [] }
        const report = reportOf(counted.results, loaded, settings)
        const read = counted.bytes.reduce((sum, bytes) => sum + bytes, 0)
        const usd = usdOf(counted.bytes)
        stderr.write(`Athena read ${bytesText(read)}: ${spentText(usd)}\n\n`)
        await printReport(report, values, context, { athena: athenaFacts(scan, counted.bytes, usd) })
        return report.requests > 0 ? 0 : 1
      },
    )
  } finally {
    athena.destroy()
    s3.destroy()
  }
}

/** What the JSON document has besides the report. */
const athenaFacts = ({ objects, bytes }: Scan, read: readonly number[], usd: number) => ({
  queries: read.length,
  objects,
  bytes,
  bytesRead: read.reduce((sum, one) => sum + one, 0),
  usd,
})

function noLogs({ table, since, until }: Selected): Failure {
  const name = table.kind === 'v1' ? 'ID.yyyy-MM-dd-HH.….gz' : 'yyyy/MM/dd/HH/….parquet'
  const expected = `logs of ${table.kind} at ${locationOf(table)}, such as ${name}`
  const time = since || until ? ', of that time' : ''
  return new Failure(
    `expected ${expected}${time}, found none; look at --location, --distribution and --logs ${table.kind}`,
    { code: 'no-logs', expected, found: 'none' },
  )
}

function folderOf([folder, ...more]: readonly string[], { run, out }: AthenaValues, hint: string): string | undefined {
  if (more.length > 0) {
    const [expected, found] = ['one folder', `${more.length + 1}`]
    throw unexpectedInput({ code: 'operands', expected, found, remedy: hint })
  }
  if (folder === undefined && !run) throw missingInput('a folder for the statements, or --run', 'operands', hint)
  if (out !== undefined && !run) {
    const [expected, found] = ['--run beside --out', 'none']
    throw unexpectedInput({ code: 'option-missing', expected, found, remedy: hint })
  }
  return folder
}

const folderUrl = (url: string): string => {
  const { bucket, prefix } = s3LocationOf(url)
  return `s3://${bucket}/${withSlash(prefix)}`
}

const withSlash = (prefix: string): string => (prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`)

function tableOf(values: AthenaValues, hint: string): LogTable {
  const { location, logs, distribution, database } = values
  if (location === undefined) throw missingInput('--location s3://BUCKET/PREFIX', 'option-missing', hint)
  const kind = mustMatch('--logs', logs, /^v[12]$/, 'v1 or v2') as LogTable['kind']
  if (distribution !== undefined)
    mustMatch('--distribution', distribution, /^[A-Z0-9]{6,64}$/, 'an id such as EDFDVBD6EXAMPLE')
  const { bucket, prefix } = s3LocationOf(location)
  const isOwnFolder = kind === 'v2' && distribution !== undefined
  const table = {
    kind,
    database: nameOf('--database', database),
    table: '',
    bucket,
    prefix: withSlash(isOwnFolder ? `${withSlash(prefix)}${distribution}` : prefix),
    distribution,
  }
  return { ...table, table: values.table === undefined ? ownName(table) : nameOf('--table', values.table) }
}

/** Another place, or another set of columns, is another table. */
const ownName = (table: LogTable): string =>
  `cloudfront_${table.kind}_${createHash('sha256').update(createTableSql(table)).digest('hex').slice(0, 8)}`

const nameOf = (option: string, name: string): string =>
  mustMatch(option, name, /^[a-z0-9_]{1,128}$/, 'a name of lower-case letters, digits and _')

function mustMatch(option: string, text: string, pattern: RegExp, expected: string): string {
  if (pattern.test(text)) return text
  const found = JSON.stringify(text)
  throw unexpectedInput({ at: option, code: 'option-value', expected, found })
}
