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

  rimlight keys help VERB  says what a verb takes, as does its --help
  rimlight keys --all      says all

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

  it.each([
    ['help', 'add'],
    ['--help', 'add'],
    ['add', '-h'],
    ['help', 'add', 'first', '--json'],
  ])('%s %s %s is the help of that verb', async (...args) => {
    expect(await run(...args)).toEqual(await run('add', '--help'))
  })

  it('help of no verb is wrong usage', async () => {
    expect(await run('help', 'change')).toMatchObject({ code: 2, stderr: expect.stringContaining('found "change"; ') })
  })

  it.each([
    ['ad', 'add'],
    ['rm', undefined],
    ['removed', 'remove'],
    ['REMOVE', 'remove'],
    ['rem', 'remove'],
  ])('%s: did you mean %s?', async (word, meant) => {
    const { code, stderr } = await run(word)
    expect(code).toBe(2)
    expect(/did you mean `rimlight keys (\w+)`\?/.exec(stderr)?.[1]).toBe(meant)
  })

  it('with --json it is a document as well', async () => {
    const { code, stdout, stderr } = await run('change', '--json')
    expect({ code, document: JSON.parse(stdout) }).toEqual({
      code: 2,
      document: {
        error: {
          code: 'unknown-verb',
          message: stderr.trimEnd(),
          expected: 'a verb after `rimlight keys`',
          found: '"change"',
        },
      },
    })
  })

  it('without a verb they are listed, and that is wrong usage', async () => {
    expect(await run()).toEqual({ code: 2, stdout: HELP, stderr: '', loaded: [] })
  })

  it.each(['change', 'constructor', '--jsn'])('%s is none', async (word) => {
    expect(await run(word)).toEqual({
      code: 2,
      stdout: '',
      stderr: `expected a verb after \`rimlight keys\`, found "${word}"; \`rimlight keys --help\` has the list\n`,
      loaded: [],
    })
  })
})
