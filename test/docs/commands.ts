/** Whether a command that a page shows is one: nothing of it is run. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as cloudfront from '@aws-sdk/client-cloudfront'
import { ROOT } from '../../base/root.ts'
import { SCRIPTS } from '../../cli/init/project-files.ts'
import { main } from '../../cli/verbs.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'

/** The words of a line, as a shell has them where nothing is put in their place. */
export const wordsOf = (line: string): string[] =>
  (line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) => word.replaceAll(/'([^']*)'|"([^"]*)"/g, '$1$2'))

/** No command has it. All before it is read, in order, by the tables of the command itself; then it is an error. */
const END = '--end-of-the-line'

/** What `rimlight` says of these arguments: verbs and options that it does not have, and values that are missing. */
export async function rimlightProblems(line: string): Promise<string[]> {
  const words = wordsOf(line.replace(/^(?:npx )?rimlight /, ''))
  if (words[0] === '--version' || words[0] === 'help') words.push('--help')
  const stderr = output()
  const code = await main([...words, END], output(), stderr)
  const said = stderr.said().trim()
  return code === 0 || said.includes(`expected an option that it takes, found "${END}"`) ? [] : [`${line}: ${said}`]
}

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

/** The same of npm: scripts that there are, with options that they take, and packages that somebody needs. */
export async function npmProblems(line: string): Promise<string[]> {
  const project = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  const [, command = '', ...words] = wordsOf(line)
  if (command === 'ci' || command === 'pack') return []
  if (command === 'install') {
    const known = { ...project.dependencies, ...project.devDependencies, ...project.peerDependencies }
    const names = words.filter((word) => !/^(?:-|\.|\/)/.test(word)).map((word) => word.replace(/(?<=.)@.*/, ''))
    return names.filter((name) => !(name in known) && !PUBLISHED.includes(name)).map((name) => `${line}: why ${name}?`)
  }
  const [script = '', ...args] = command === 'run' ? words : [command, ...words]
  const { [script]: own } = project.scripts
  if (own === undefined) return script in SCRIPTS ? [] : [`${line}: there is no script ${script}`]
  const rimlight = /^node cli\/rimlight\.mjs(.*)$/.exec(own)?.[1]
  const given = args.filter((word) => word !== '--')
  return rimlight === undefined
    ? []
    : rimlightProblems(`rimlight${rimlight} ${given.map((arg) => `'${arg}'`).join(' ')}`)
}

/** What is on npm, or will be. `http-cache-tests` is a suite that is too large to be a dependency. */
const PUBLISHED = ['rimlight', 'rimlight-app', 'http-cache-tests']

/** Programs of which nothing is checked but that a shell can read the line. */
const OTHERS = ['apt-get', 'cp', 'curl', 'echo', 'find', 'for', 'git', 'mkdir', 'openssl', 'terraform', 'xargs']

/** Of any command. @returns one line for each problem */
export async function commandProblems(line: string): Promise<string[]> {
  const command = line.replace(/^(?:[A-Z_]+=\S+ )+/, '').replace(/^npx (?:--package \S+ )+/, 'npx ')
  const [program = '', second = ''] = wordsOf(command)
  if (program === 'rimlight' || (program === 'npx' && second === 'rimlight')) return rimlightProblems(command)
  if (program === 'npx') return second === 'vitest' ? [] : [`${line}: npx ${second} is none of ours`]
  if (program === 'npm') return npmProblems(command)
  if (program === 'node') return existsSync(join(ROOT, second)) ? [] : [`${line}: there is no ${second}`]
  if (/\baws /.test(command)) return awsProblems(command)
  return OTHERS.includes(program) ? [] : [`${line}: what is ${program}?`]
}
