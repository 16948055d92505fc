/** `rimlight logs cost`: what it cost, and what it would have cost otherwise. */
import { InputError, unexpectedInput } from '../base/errors.ts'
import { shieldOf } from '../build/origins.ts'
import type { Settings } from '../bundle/settings.ts'
import { defineCommand } from '../cli/kit/command.ts'
import { painter } from '../cli/kit/output.ts'
import { S3 } from './cost/prices.ts'
import { costReport } from './cost/report.ts'
import { s3RegionOf } from './cost/s3-region.ts'
import { costText } from './cost/text.ts'
import type { Database } from './database.ts'
import { linesOf } from './ingest/select.ts'
import { type LogFile, sniff } from './ingest/sniff.ts'
import { type LambdaRow, runQuery } from './queries.ts'
import { ABOUT_LOGS, CONFIG_OPTIONS, LOG_OPTIONS, periodOf, settingsOf, wholeNumber, withLogs } from './read-logs.ts'

export const main = defineCommand({
  name: 'rimlight logs cost',
  usage: 'FILE… | DIR | s3://BUCKET/PREFIX [--since TIME] [--until TIME] [--budget USD] [--lambda FILE] [--json]',
  about: `Says what a distribution cost, in USD, by AWS's list prices; what the same requests would have cost from S3 alone; what a
month of it costs; and from where on a flat-rate plan is cheaper. With --json each line of it has its quantity, its price and
the source and date of the price.

${ABOUT_LOGS}

Not in it: taxes, discounts, storage, AWS WAF, and what POST and PUT send to the origin.`,
  takesOperands: true,
  options: {
    ...LOG_OPTIONS,
    ...CONFIG_OPTIONS,
    budget: { type: 'string', value: 'USD', about: 'warn where a month costs more' },
    lambda: {
      type: 'string',
      value: 'FILE',
      multiple: true,
      about:
        'lines of the log of Lambda@Edge, of the same time: REPORT lines count, or without them the metric lines of pictures',
    },
    invalidations: { type: 'string', value: 'PATHS', about: 'paths that are invalidated in a month; default: none' },
    'shield-region': { type: 'string', value: 'REGION', about: 'where Origin Shield is; default: as the config says' },
    's3-region': {
      type: 'string',
      value: 'REGION',
      about: `where the bucket is: ${Object.keys(S3).join(' or ')}, of which prices are known. Default: as the config says, or us-east-1`,
    },
    'without-free': { type: 'boolean', about: 'as if others of the account had used up what is free each month' },
    json: { type: 'boolean', about: 'print one JSON document' },
  },
  examples: [
    'rimlight logs cost s3://example-logs/cdn --since 2026-11-01 --budget 50',
    'rimlight logs cost logs/ --lambda origin-response.log --json',
  ],
  exitCode:
    '0 counted, past the budget or not; 1 not: no request could be read, or a package or an object is missing; 2 wrong usage or input; 130 ended by Ctrl-C',
  async run(values, context) {
    const { stdout } = context
    const options = {
      budget: dollarsOf('--budget', values.budget),
      invalidations: wholeNumber('--invalidations', values.invalidations) ?? 0,
      free: !values['without-free'],
      ...periodOf(values),
    }
    const settings = await settingsOf(values)
    const shield = values['shield-region'] ?? shieldRegionOf(settings)
    const s3 = s3RegionOf(values['s3-region'], settings)
    const memory = settings?.lambda.originResponseMemory ?? 1024
    const lambda = await Promise.all(values.lambda.map(lambdaLog))
    return withLogs(values, settings, context, async ({ database, loaded, show }) => {
      const rows = await runQuery(database, 'usage')
      const report = costReport(rows, await lambdaOf(database, lambda), { ...options, s3, shield, memory })
      show('')
      const document = { ...report, skipped: loaded.skipped }
      stdout.write(values.json ? `${JSON.stringify(document, null, 2)}\n` : costText(report, painter(stdout)))
      return report.requests > 0 ? 0 : 1
    })
  },
})

/** Of the first origin that has one. */
const shieldRegionOf = (settings: Settings | undefined): string | undefined =>
  Object.values(settings?.origins ?? {})
    .map(shieldOf)
    .find((region) => region !== undefined)

async function lambdaOf(database: Database, files: readonly LogFile[]): Promise<LambdaRow | undefined> {
  if (files.length === 0) return undefined
  await database.run('CREATE TABLE lambda_lines (line VARCHAR)')
  for (const file of files) {
    if (file.kind !== 'text') continue
    await database.run(`INSERT INTO lambda_lines SELECT line FROM ${linesOf([file.path], file.isCompressed)}`)
  }
  const [row] = await runQuery(database, 'lambda')
  return row
}

/** @throws InputError where no lines can be read */
async function lambdaLog(path: string): Promise<LogFile> {
  const file = await sniff(path, undefined)
  if (file.kind === 'text' || file.kind === 'empty') return file
  const why = file.kind === 'unreadable' ? file.why : 'it is Parquet'
  const [expected, found] = ["a file of Lambda@Edge's log", path]
  throw new InputError(`--lambda: expected ${expected}, found none at ${path} (${why})`, {
    code: 'no-lambda-log',
    expected,
    found,
  })
}

function dollarsOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}(\.\d{1,2})?$/.test(text)) return Number(text)
  const [expected, found] = ['USD, such as 50', JSON.stringify(text)]
  throw unexpectedInput({ at: name, code: 'not-an-amount', expected, found })
}
