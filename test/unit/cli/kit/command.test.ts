import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure, InputError, Interrupted } from '../../../../base/errors.ts'
import { defineCommand } from '../../../../cli/kit/command.ts'
import { parseOptions } from '../../../../cli/kit/options.ts'
import { output } from './fixture-output.ts'

const OPTIONS = {
  out: { type: 'string', value: 'DIR', about: 'where it goes', default: 'dist' },
  origin: { type: 'string', value: 'NAME=URL', about: 'a server', multiple: true },
  persist: { type: 'string', value: 'DIR', about: 'what is kept' },
  json: { type: 'boolean', about: 'for programs' },
  quiet: { type: 'boolean', about: 'say less' },
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
      stdout: '{"out":"dist","origin":[],"json":false,"quiet":false,"positionals":[]}',
      stderr: '',
    })
  })

  it('what is given', async () => {
    const { stdout } = await run(['--out', 'a', '--origin=b', '--origin', 'c', '--persist', 'd', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      out: 'a',
      origin: ['b', 'c'],
      persist: 'd',
      json: true,
      quiet: false,
      positionals: [],
    })
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
    ['an option that there is not', ['--port'], 'expected an option that it takes, found "--port"; '],
    ['a letter', ['-p'], 'expected an option that it takes, found "-p"; '],
    ['a slip', ['--orgin', 'a'], 'expected an option that it takes, found "--orgin"; did you mean --origin? '],
    [
      'a slip, with its value',
      ['--orgin=a'],
      'expected an option that it takes, found "--orgin"; did you mean --origin? ',
    ],
    ['the beginning of one', ['--per'], 'expected an option that it takes, found "--per"; did you mean --persist? '],
    ['a dash too few', ['-out', 'a'], 'expected an option that it takes, found "-out"; did you mean --out? '],
    ['no value', ['--out'], '--out: expected DIR, found nothing; '],
    ['an empty name', ['--out='], '--out: expected DIR, found nothing; '],
    [
      'an option in the place of a value',
      ['--out', '--quiet'],
      '--out: expected DIR, found the option "--quiet"; a value that begins with a dash is written --out=--quiet; ',
    ],
    ['a value for a flag', ['--persist', 'a', '--quiet=1'], '--quiet: expected no value, found "1"; '],
    ['what every object has', ['--constructor'], 'expected an option that it takes, found "--constructor"; '],
    ['an operand', ['a'], 'expected options alone, found "a"; '],
  ])('%s', async (_, args, message) => {
    expect(await run(args)).toEqual({ code: 2, stdout: '', stderr: `${message}${HINT}\n` })
  })

  it.each<[string[], object]>([
    [['--port'], { code: 'unknown-option', expected: 'an option that it takes', found: '"--port"' }],
    [['--out'], { code: 'option-value', expected: 'DIR', found: 'nothing' }],
    [['--json=1'], { code: 'option-value', expected: 'no value', found: '"1"' }],
  ])('%j, to programs', (args, facts) => {
    expect(() => parseOptions(args, OPTIONS, HINT)).toThrow(expect.objectContaining({ name: 'InputError', ...facts }))
  })

  it.each([[['--out=--json']], [['--persist', '-']]])('%j is right', async (args) => {
    expect((await run(args)).code).toBe(3)
  })

  it('whatever the arguments are, they are read, or refused in our words', async () => {
    const word = fc.oneof(
      fc.constantFrom('--', '-', '-h', '--help', '--out', '--out=', '--json', '--json=', '-', '---', '--=', '-out', ''),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 5 }), async (args) => {
        const { code, stderr } = await run(args, { takesOperands: true })
        expect([0, 2, 3]).toContain(code)
        if (code === 2) expect(stderr).toMatch(/expected .*, found .*`rimlight show --help` says how to use it\n$/s)
      }),
    )
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

  it('of Ctrl-C are 130', async () => {
    expect(await run([], { throws: new Interrupted('Interrupted: go on') })).toEqual({
      code: 130,
      stdout: '',
      stderr: 'Interrupted: go on\n',
    })
  })

  it('of the system are 1, without a stack', async () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    })
    expect(await run([], { throws: full })).toEqual({ code: 1, stdout: '', stderr: `${full.message}\n` })
  })

  it('of ours are thrown', async () => {
    await expect(run([], { throws: new TypeError('ours') })).rejects.toThrow('ours')
  })
})

describe('with --json an error is a document as well', () => {
  const facts = { code: 'no-folder', expected: 'a folder', found: 'a file' }
  it.each<[string, unknown, object]>([
    ['of the input', new InputError('no folder', facts), { error: { ...facts, message: 'no folder' } }],
    [
      'that is not about a value',
      new Failure('refused', { code: 'refused' }),
      { error: { code: 'refused', message: 'refused', expected: null, found: null } },
    ],
    [
      'with what was found out before it',
      new Failure('refused', { code: 'refused', details: { plan: { a: 1 } } }),
      { plan: { a: 1 }, error: { code: 'refused', message: 'refused', expected: null, found: null } },
    ],
    [
      'of Ctrl-C',
      new Interrupted('Interrupted'),
      { error: { code: 'interrupted', message: 'Interrupted', expected: null, found: null } },
    ],
  ])('%s', async (_, throws, document) => {
    const { code, stdout, stderr } = await run(['--json'], { throws })
    expect(JSON.parse(stdout)).toEqual(document)
    expect(stdout.indexOf('\n')).toBe(stdout.length - 1)
    expect({ code, stderr }).toMatchObject(await run([], { throws }).then(({ code, stderr }) => ({ code, stderr })))
  })

  it('of the options, wherever --json stands', async () => {
    const { code, stdout } = await run(['--port', '--json', '--out'])
    expect(code).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unknown-option', found: '"--port"' } })
  })

  it('but not where it is an operand', async () => {
    expect((await run(['--port', '--', '--json'])).stdout).toBe('')
  })

  it('of ours: a document, and it is thrown', async () => {
    const said: string[] = []
    const fails = defineCommand({
      ...{ name: 'rimlight show', usage: '', about: '', options: OPTIONS, exitCode: '' },
      run: () => Promise.reject(new TypeError('ours')),
    })
    await expect(fails(['--json'], { write: (text) => said.push(text) }, output())).rejects.toThrow('ours')
    expect(JSON.parse(said.join(''))).toEqual({
      error: { code: 'fault', message: 'ours', expected: null, found: null },
    })
  })
})

it.each([[['--help', 'operand']], [['-h']], [['--bogus', '--help']], [['--out', '--help']], [['--out', '-h']]])(
  '%j: the help is made from the table, whatever else is there',
  async (args) => {
    const { code, stdout } = await run(args)
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
  --quiet            say less
  -h, --help         print this

Examples
  rimlight show --out here

Exit code: 0 shown; 3 not; 130 ended by Ctrl-C.
`)
  },
)
