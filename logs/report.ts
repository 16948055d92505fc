/** `rimlight logs report`: what the distribution did. */
import { defineCommand } from '../cli/kit/command.ts'
import { runQueries } from './queries.ts'
import { ABOUT_LOGS, CONFIG_OPTIONS, LOG_OPTIONS, settingsOf, withLogs } from './read-logs.ts'
import { printReport, REPORT_OPTIONS, requireRoute } from './report/print.ts'
import { reportOf } from './report/report.ts'

export const main = defineCommand({
  name: 'rimlight logs report',
  usage: 'FILE… | DIR | s3://BUCKET/PREFIX [--since TIME] [--until TIME] [--route PATTERN] [--out FILE.html] [--json]',
  about: `Says what a distribution did: hit ratio by requests and by bytes, by route, by edge location and over time; why misses
were misses; errors; latency; formats, widths and renditions; what weighs most, and who are robots.

${ABOUT_LOGS}

A hit is what the cache answered: x-edge-result-type Hit or RefreshHit. The hit ratio is their share of all requests.`,
  takesOperands: true,
  options: {
    ...LOG_OPTIONS,
    ...CONFIG_OPTIONS,
    ...REPORT_OPTIONS,
  },
  examples: [
    'rimlight logs report .rimlight/access.log',
    'rimlight logs report s3://example-logs/cdn --since 2026-11-01 --out report.html',
    "rimlight logs report logs/ --route '/api/*' --json",
  ],
  exitCode: '0 reported; 1 not: no request could be read, or a package or an object is missing; 2 wrong usage or input',
  async run(values, context) {
    const { hint } = context
    const settings = await settingsOf(values)
    requireRoute(values.route, settings, hint)
    return withLogs(values, settings, context, async ({ database, loaded, signal, show }) => {
      const results = await runQueries(database, (name) => show(`Counting ${name.replaceAll('_', ' ')} …`))
      const report = reportOf(results, loaded, settings)
      show('')
      signal.throwIfAborted()
      await printReport(report, values, context)
      return report.requests > 0 ? 0 : 1
    })
  },
})
