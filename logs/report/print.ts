/** A report where it is asked for: on a terminal, as JSON, as a page. */
import { InputError, notWritable, systemMessage } from '../../base/errors.ts'
import { replaceFile } from '../../base/replace-file.ts'
import type { Settings } from '../../bundle/settings.ts'
import type { CommandContext } from '../../cli/kit/command.ts'
import type { OptionRows, Values } from '../../cli/kit/options.ts'
import { painter } from '../../cli/kit/output.ts'
import type { LogReport } from './report.ts'
import { reportText } from './text.ts'

export const REPORT_OPTIONS = {
  route: { type: 'string', value: 'PATTERN', about: "this route alone, by the config's pattern: '/api/*'" },
  out: { type: 'string', value: 'FILE', about: 'write it as one HTML file with plots, which takes echarts' },
  json: { type: 'boolean', about: 'print one JSON document' },
} as const satisfies OptionRows

/** @throws InputError for a route that the config has not */
export function requireRoute(route: string | undefined, settings: Settings | undefined, hint: string): void {
  if (route === undefined || settings?.routes.some(({ path }) => path === route)) return
  const known = settings ? settings.routes.map(({ path }) => path).join(', ') : 'no config; name one with --config'
  throw new InputError(`--route: expected a route of the config (${known}), found ${route}; ${hint}`, {
    code: 'no-such-route',
    expected: known,
    found: route,
  })
}

/** @param more what the JSON document has besides */
export async function printReport(
  report: LogReport,
  { out, json }: Pick<Values<typeof REPORT_OPTIONS>, 'out' | 'json'>,
  { stdout, stderr }: CommandContext,
  more: Record<string, unknown> = {},
): Promise<void> {
  if (out !== undefined) {
    const { reportHtml } = await import('./html.ts')
    const html = await reportHtml(report)
    await replaceFile(out, html).catch((cause) => {
      throw notWritable(`--out: ${out} can't be written: ${systemMessage(cause)}`, cause)
    })
  }
  stdout.write(json ? `${JSON.stringify({ ...report, ...more }, null, 2)}\n` : reportText(report, painter(stdout)))
  if (out !== undefined) (json ? stderr : stdout).write(`\nWrote ${out}\n`)
}
