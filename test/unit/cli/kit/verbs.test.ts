import { describe, expect, it } from 'vitest'
import { defineCommand } from '../../../../cli/kit/command.ts'
import { defineVerbs } from '../../../../cli/kit/verbs.ts'
import { output } from './fixture-output.ts'

async function run(...args: string[]) {
  const loaded: string[] = []
  const load = (verb: string) => async () => {
    loaded.push(verb)
    const main = defineCommand({
      name: `rimlight keys ${verb}`,
      usage: 'NAME',
      about: 'Does.',
      takesOperands: true,
      options: { json: { type: 'boolean', about: 'for programs' } },
      exitCode: '0 done; 2 wrong usage',
      async run(values, { positionals, stdout }) {
        stdout.write(JSON.stringify({ verb, ...values, positionals }))
        return 3
      },
    })
    return { main }
  }
  const main = defineVerbs({
    name: 'rimlight keys',
    about: `Keys. ${'Word '.repeat(29)}Word`,
    verbs: {
      add: { about: 'adds one', load: load('add') },
      remove: { about: `removes one. ${'Word '.repeat(29)}Word`, load: load('remove') },
    },
    notes: { 'rimlight keys --all': 'says all' },
    examples: ['rimlight keys add first'],
  })
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said(), loaded }
}

const HELP = `Usage: rimlight keys VERB [options]

Keys. Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word
Word Word Word Word Word Word Word

  add     adds one
  remove  removes one. Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word
          Word Word Word Word Word Word Word Word Word Word Word

  rimlight keys VERB --help  says what a verb takes
  rimlight keys --all        says all

Examples
  rimlight keys add first

Exit code: 2 for wrong usage; each verb has its own.
`

describe('a verb under a name', () => {
  it('runs with what follows it, and nothing else is loaded', async () => {
    expect(await run('remove', 'old', '--json')).toEqual({
      code: 3,
      stdout: '{"verb":"remove","json":true,"positionals":["old"]}',
      stderr: '',
      loaded: ['remove'],
    })
  })

  it('has a help of its own', async () => {
    expect((await run('add', '--help')).stdout).toMatch(/^Usage: rimlight keys add NAME\n/)
  })

  it.each(['--help', '-h', 'help'])('%s lists them', async (word) => {
    expect(await run(word)).toEqual({ code: 0, stdout: HELP, stderr: '', loaded: [] })
  })

  it('without a verb they are listed, and that is wrong usage', async () => {
    expect(await run()).toEqual({ code: 2, stdout: HELP, stderr: '', loaded: [] })
  })

  it.each(['ad', 'constructor', '--json'])('%s is none', async (word) => {
    expect(await run(word)).toEqual({
      code: 2,
      stdout: '',
      stderr: `expected a verb after \`rimlight keys\`, found "${word}"; \`rimlight keys --help\` has the list\n`,
      loaded: [],
    })
  })
})
