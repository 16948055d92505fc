/** Whether a command that a page shows is one. */
import * as cloudfront from '@aws-sdk/client-cloudfront'
import { main } from '../../cli/verbs.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'

/** What is wrong with a line that begins with `rimlight`: verbs and options that its help does not have. */
export async function rimlightProblems(line: string): Promise<string[]> {
  const words = line
    .replace(/^rimlight /, '')
    .split(/\s+/)
    .map((word) => word.replace(/^'|'$/g, ''))
  const [verb = '', second = ''] = words
  const path = VERBS_UNDER.has(verb) ? [verb, second] : [verb]
  const stdout = output()
  const code = await main([...path, '--help'], stdout, output())
  if (code !== 0) return [`${line}: there is no rimlight ${path.join(' ')}`]
  const options = words.filter((word) => word.startsWith('--')).map((word) => word.replace(/=.*/, ''))
  const help = stdout.said()
  return options
    .filter((option) => !new RegExp(`(?:^|\\s)${option}(?:\\s|,|$)`, 'm').test(help))
    .map((option) => `${line}: rimlight ${path.join(' ')} has no ${option}`)
}

const VERBS_UNDER = new Set(['keys', 'logs', 'tenants'])

const pascal = (words: string): string => words.replaceAll(/(?:^|-)(\w)/g, (_, letter) => letter.toUpperCase())

/**
 * The same of a line with AWS's command line in it. Its operations are those of the API, which the SDK has as classes; there is
 * no such command on every machine.
 */
export function awsProblems(line: string): string[] {
  const [, service, operation = ''] = /\baws (\S+) (\S+)/.exec(line) ?? []
  if (service !== 'cloudfront') return [`${line}: expected aws cloudfront, found aws ${service}`]
  return `${pascal(operation)}Command` in cloudfront ? [] : [`${line}: CloudFront has no ${operation}`]
}
