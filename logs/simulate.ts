/** `rimlight logs simulate`: what a config would have done. */
import { unexpectedInput } from '../base/errors.ts'
import { loadConfig } from '../build/config.ts'
import { defineCommand } from '../cli/kit/command.ts'
import { missingInput } from '../cli/kit/options.ts'
import { painter } from '../cli/kit/output.ts'
import { s3RegionOf } from './cost/s3-region.ts'
import { ABOUT_LOGS, LOG_OPTIONS, wholeNumber, withLogs } from './read-logs.ts'
import { edgeFunctionOf } from './simulate/edge-function.ts'
import { simulate } from './simulate/simulation.ts'
import { simulationText } from './simulate/text.ts'

export const main = defineCommand({
  name: 'rimlight logs simulate',
  usage:
    'FILE… | DIR | s3://BUCKET/PREFIX --config FILE [--before FILE] [--capacity BYTES] [--pops N] [--regional] [--shield] [--json]',
  about: `Says what a config would have done with logged requests: each URL goes through the rules that the config's CloudFront
Function has, and its key through a cache for each edge location. Before and after stand side by side, and what each rule
gains. Beside what the model says of before stands what the log says: the difference is the model's error.

${ABOUT_LOGS}

What is in no log is assumed: an object is kept for as long as its route's default says, a version for a year, an object of
a bucket that has expired is confirmed. Nobody is refused for want of a grant. Bytes are those that were sent.`,
  takesOperands: true,
  options: {
    ...LOG_OPTIONS,
    config: { type: 'string', value: 'FILE', about: 'the config to try' },
    before: {
      type: 'string',
      value: 'FILE',
      about: 'the config that the logs were made by; default: path and query, as sent, were the key',
    },
    'before-ttl': {
      type: 'string',
      value: 'SECONDS',
      about: 'how long objects were kept then, without a config; default: a day',
    },
    capacity: {
      type: 'string',
      value: 'BYTES',
      about: 'of each cache, such as 50GB; the least recently used goes. Default: nothing goes',
    },
    pops: {
      type: 'string',
      value: 'N',
      about: 'so many edge locations, by the address of the viewer. Default: as logged',
    },
    regional: { type: 'boolean', about: 'a cache for each region of the price list behind the edge locations' },
    shield: { type: 'boolean', about: 'Origin Shield, one cache behind all others' },
    json: { type: 'boolean', about: 'print one JSON document' },
  },
  examples: [
    'rimlight logs simulate logs/ --config edge.config.ts',
    'rimlight logs simulate s3://example-logs/cdn --config edge.config.ts --capacity 50GB --regional --json',
  ],
  exitCode:
    '0 simulated; 1 not: no request could be read, or a package or an object is missing; 2 wrong usage or input; 130 ended by Ctrl-C',
  async run(values, context) {
    const { stdout, hint } = context
    if (values.config === undefined) {
      throw missingInput('--config FILE', 'no-config', hint)
    }
    const options = {
      capacity: bytesOf('--capacity', values.capacity) ?? Number.POSITIVE_INFINITY,
      pops: wholeNumber('--pops', values.pops),
      beforeTtl: wholeNumber('--before-ttl', values['before-ttl']) ?? 86_400,
      regional: values.regional,
      shield: values.shield,
    }
    const settings = await loadConfig(values.config)
    const before = values.before === undefined ? undefined : await edgeFunctionOf(await loadConfig(values.before))
    const edge = await edgeFunctionOf(settings)
    // Routes are told by the function itself, once for each spelling.
    return withLogs(values, undefined, context, async ({ database, show }) => {
      const simulation = await simulate(database, edge, {
        ...options,
        s3: s3RegionOf(undefined, settings),
        before,
        onProgress: show,
      })
      show('')
      stdout.write(
        values.json ? `${JSON.stringify(simulation, null, 2)}\n` : simulationText(simulation, painter(stdout)),
      )
      return simulation.requests > 0 ? 0 : 1
    })
  },
})

const UNITS = { '': 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as const

function bytesOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?) ?(kB|MB|GB|TB)?$/.exec(text) ?? []
  if (number !== undefined && Number(number) > 0) return Number(number) * UNITS[unit as keyof typeof UNITS]
  const [expected, found] = ['bytes, such as 500MB or 50GB', JSON.stringify(text)]
  throw unexpectedInput({ at: name, code: 'not-bytes', expected, found })
}
