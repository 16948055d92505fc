/** `rimlight logs report`: what the distribution did. */
import { InputError, notWritable, systemMessage } from '../base/errors.ts'
import { replaceFile } from '../base/replace-file.ts'
import { defineCommand } from '../cli/kit/command.ts'
import { painter } from '../cli/kit/output.ts'
import { runQueries } from './queries.ts'
import { ABOUT_LOGS, CONFIG_OPTIONS, LOG_OPTIONS, settingsOf, withLogs } from './read-logs.ts'
import { reportOf } from './report/report.ts'
import { reportText } from './report/text.ts'

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
    route: { type: 'string', value: 'PATTERN', about: "this route alone, by the config's pattern: '/api/*'" },
    ...CONFIG_OPTIONS,
    out: { type: 'string', value: 'FILE', about: 'write it as one HTML file with plots, which takes echarts' },
    json: { type: 'boolean', about: 'print one JSON document' },
  },
  examples: [
    'rimlight logs report .rimlight/access.log',
    'rimlight logs report s3://example-logs/cdn --since 2026-11-01 --out report.html',
    "rimlight logs report logs/ --route '/api/*' --json",
  ],
  exitCode: '0 reported; 1 not: no request could be read, or a package or an object is missing; 2 wrong usage or input',
  async run(values, context) {
    const { stdout, stderr, hint } = context
    const settings = await settingsOf(values)
    if (values.route !== undefined && !settings?.routes.some(({ path }) => path === values.route)) {
      const known = settings ? settings.routes.map(({ path }) => path).join(', ') : 'no config; name one with --config'
      throw new InputError(`--route: expected a route of the config (${known}), found ${values.route}; ${hint}`, {
        code: 'no-such-route',
        expected: known,
        found: values.route,
      })
    }
    return withLogs(values, settings, context, async ({ database, loaded, signal, show }) => {
      const results = await runQueries(database, (name) => show(`Counting ${name.replaceAll('_', ' ')} …`))
      const report = reportOf(results, loaded, settings)
      show('')
      signal.throwIfAborted()
      if (values.out !== undefined) {
        const { reportHtml } = await import('./report/html.ts')
        const html = await reportHtml(report)
        await replaceFile(values.out, html).catch((cause) => {
          throw notWritable(`--out: ${values.out} can't be written: ${systemMessage(cause)}`, cause)
        })
      }
      stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report, painter(stdout)))
      if (values.out !== undefined) (values.json ? stderr : stdout).write(`\nWrote ${values.out}\n`)
      return report.requests > 0 ? 0 : 1
    })
  },
})
