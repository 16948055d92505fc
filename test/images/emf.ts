/** Whether a log line is one that CloudWatch makes metrics of: User Guide, "Embedded metric format specification". */
import { at, isObject } from '../../base/json-values.ts'

/** Of the units in the API Reference, MetricDatum, those that a function can have. */
const UNITS = ['Milliseconds', 'Seconds', 'Bytes', 'Kilobytes', 'Megabytes', 'Count', 'Percent', 'None']

/** What is wrong with the lines of one invocation. `said`: what has to be in it. */
export function logFaults(logs: readonly string[], said: readonly string[]): string[] {
  if (logs.length !== 1) return [`expected one log line, found ${logs.length}: ${logs.join('\n').slice(0, 500)}`]
  const line = tryParse(logs[0] ?? '')
  if (!isObject(line)) return [`expected a log line of JSON, found ${logs[0]?.slice(0, 200)}`]
  const values = Object.values(line)
  const unsaid = said.filter((text) => !values.includes(text))
  return [...metricFaults(line), ...unsaid.map((text) => `expected the log line to say ${text}, found ${logs[0]}`)]
}

function metricFaults(line: Record<string, unknown>): string[] {
  const directives = at(line, '_aws', 'CloudWatchMetrics')
  const faults: string[] = []
  if (!Number.isInteger(at(line, '_aws', 'Timestamp'))) faults.push('_aws.Timestamp is no whole number')
  if (!Array.isArray(directives) || directives.length === 0) return [...faults, '_aws.CloudWatchMetrics is no list']
  return [...faults, ...directives.flatMap((directive) => directiveFaults(line, directive))]
}

function directiveFaults(line: Record<string, unknown>, directive: unknown): string[] {
  const { Namespace: namespace, Dimensions: sets, Metrics: metrics } = isObject(directive) ? directive : {}
  const faults: string[] = []
  if (typeof namespace !== 'string' || !/^[\w.#/:-]{1,255}$/.test(namespace)) faults.push('the namespace is none')
  if (!Array.isArray(sets)) faults.push('the dimensions are no list')
  for (const name of [sets].flat(2)) {
    if (typeof at(line, String(name)) !== 'string') faults.push(`the dimension ${name} has no text`)
  }
  if (!Array.isArray(metrics) || metrics.length === 0 || metrics.length > 100)
    return [...faults, 'there are no metrics']
  for (const metric of metrics) {
    const [name, unit] = [String(at(metric, 'Name')), at(metric, 'Unit')]
    if (!Number.isFinite(line[name])) faults.push(`the metric ${name} is no number: ${line[name]}`)
    if (unit !== undefined && !UNITS.includes(String(unit))) faults.push(`the metric ${name} has the unit ${unit}`)
  }
  return faults
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
