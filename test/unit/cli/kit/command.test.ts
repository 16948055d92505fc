import { describe, expect, it } from 'vitest'
import { Failure, InputError } from '../../../../base/errors.ts'
import { defineCommand } from '../../../../cli/kit/command.ts'
import { parseOptions } from '../../../../cli/kit/options.ts'
import { output } from './fixture-output.ts'

const OPTIONS = {
  out: { type: 'string', value: 'DIR', about: 'where it goes', default: 'dist' },
  origin: { type: 'string', value: 'NAME=URL', about: 'a server', multiple: true },
  persist: { type: 'string', value: 'DIR', about: 'what is kept' },
  json: { type: 'boolean', about: 'for programs' },
} as const

const HINT = '`rimlight show --help` says how to use it'

/** A command that prints what it is given, and what it says with `args`. */
async function run(args: string[], { takesOperands = false, throws = undefined as unknown } = {}) {
  const main = defineCommand({
    name: 'rimlight show',
    usage: '[--out DIR]',
    about: `Shows. ${'Word '.repeat(29)}Word
and more.

  as it  stands
    too`,
    ...(takesOperands && { takesOperands: true as const }),
    options: OPTIONS,
    examples: ['rimlight show --out here'],
    exitCode: '0 shown; 3 not',
    async run(values, { positionals, stdout }) {
      if (throws !== undefined) throw throws
      stdout.write(JSON.stringify({ ...values, positionals }))
      return 3
    },
  })
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

describe('values', () => {
  it('what is not given is the default, false, an empty list, or nothing', async () => {
    expect(await run([])).toEqual({
      code: 3,
      stdout: '{"out":"dist","origin":[],"json":false,"positionals":[]}',
      stderr: '',
    })
  })

  it('what is given', async () => {
    const { stdout } = await run(['--out', 'a', '--origin=b', '--origin', 'c', '--persist', 'd', '--json'])
    expect(JSON.parse(stdout)).toEqual({ out: 'a', origin: ['b', 'c'], persist: 'd', json: true, positionals: [] })
  })

  it('operands, where it takes some', async () => {
    expect(JSON.parse((await run(['a', '--', '--b'], { takesOperands: true })).stdout).positionals).toEqual([
      'a',
      '--b',
    ])
  })
})

describe('wrong usage is 2, and says where to read on', () => {
  it.each([
    ['an option that there is not', ['--port'], /^Unknown option '--port'.*; /s],
    ['no value', ['--out'], /^Option '--out <value>' argument missing; /],
    ['a value for a flag', ['--json=1'], /^Option '--json' does not take an argument; /],
    ['an operand', ['a'], /^expected options alone, found "a"; /],
  ])('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await run(args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.endsWith(`; ${HINT}\n`)).toBe(true)
  })

  it.each([
    [['--port'], 'unknown-option'],
    [['--out'], 'option-value'],
    [['--json=1'], 'option-value'],
  ])('%j is %s to programs', (args, code) => {
    expect(() => parseOptions(args, OPTIONS, HINT)).toThrow(expect.objectContaining({ name: 'InputError', code }))
  })
})

describe('errors', () => {
  it('of the input are 2', async () => {
    expect(await run([], { throws: new InputError('no folder', { code: 'no-folder' }) })).toEqual({
      code: 2,
      stdout: '',
      stderr: 'no folder\n',
    })
  })

  it('of what was asked for are 1', async () => {
    expect(await run([], { throws: new Failure('refused', { code: 'refused' }) })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'refused\n',
    })
  })

  it('of ours are thrown', async () => {
    await expect(run([], { throws: new TypeError('ours') })).rejects.toThrow('ours')
  })
})

it('--help is made from the table, whatever else is there', async () => {
  const { code, stdout } = await run(['--help', 'operand'])
  expect(code).toBe(0)
  expect(stdout).toBe(`Usage: rimlight show [--out DIR]

Shows. Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word Word
Word Word Word Word Word Word Word Word and more.

  as it  stands
    too

Options
  --out DIR          where it goes; default: dist
  --origin NAME=URL  a server; may be repeated
  --persist DIR      what is kept
  --json             for programs
  --help             print this

Examples
  rimlight show --out here

Exit code: 0 shown; 3 not.
`)
})
