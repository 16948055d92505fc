import { spawnSync } from 'node:child_process'
import { existsSync, openSync, readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { main } from '../../../cli/verbs.ts'
import { temporaryFolder } from '../local/fixture.ts'
import { output } from './kit/fixture-output.ts'

async function run(...args: string[]) {
  const stdout = output()
  const stderr = output()
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

const listedIn = (help: string): string[] => [...help.matchAll(/^ {2}([a-z-]+) {2}/gm)].map(([, verb = '']) => verb)

const verbs = listedIn((await run('--help')).stdout)

/** Verbs with the verbs under them, as they are typed: `logs report`. */
const commands = (
  await Promise.all(
    verbs.map(async (verb) => {
      const help = (await run(verb, '--help')).stdout
      return help.startsWith(`Usage: rimlight ${verb} VERB `)
        ? listedIn(help).map((under) => `${verb} ${under}`)
        : [verb]
    }),
  )
).flat()

describe('rimlight', () => {
  it('lists its verbs, and has more of them than files in deploy/', () => {
    expect(verbs).toEqual(expect.arrayContaining(['build', 'start', 'replay', 'release', 'invalidate']))
    const commands = readdirSync(new URL('../../../deploy', import.meta.url)).filter((name) => name.endsWith('.ts'))
    const named = commands.map((name) => name.replace('.ts', '')).filter((name) => name !== 'cdk')
    expect(verbs).toEqual(expect.arrayContaining(named))
  })

  it.each(commands)('%s --help says what it takes, in lines that fit', async (verb) => {
    const { code, stdout, stderr } = await run(...verb.split(' '), '--help')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(new RegExp(`^Usage: rimlight ${verb} \\S`))
    expect(stdout).toMatch(/^ {2}-h, --help +print this$/m)
    // What an option's row says already is not said by its text.
    expect(stdout.replaceAll(/\s+/g, ' ')).not.toMatch(/may be repeated[;,]? may be repeated|(default: \S+); \1/i)
    expect(stdout.slice(stdout.indexOf('\nExit code: ')).replaceAll(/\s+/g, ' ')).toMatch(
      /^ Exit code: 0 .*\b1 .*\b2 wrong usage.*\b130 ended by .*Ctrl-C.*\. $/,
    )
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([])
  })

  it('without a verb it prints them, and that is wrong usage', async () => {
    expect(await run()).toEqual({ ...(await run('--help')), code: 2 })
  })

  it.each(['--version', '-v'])('%s', async (option) => {
    expect(await run(option)).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), stderr: '' })
  })

  it.each([
    ['publsh', 'did you mean `rimlight publish`? '],
    ['constructor', ''],
  ])('%s is none', async (word, question) => {
    expect(await run(word)).toEqual({
      code: 2,
      stdout: '',
      stderr: `expected a verb, found "${word}"; ${question}\`rimlight --help\` has the list\n`,
    })
  })

  it('another Node is told what is missing, and so is a program', () => {
    const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })'
    const args = [
      '--import',
      `data:text/javascript,${encodeURIComponent(older)}`,
      join(ROOT, 'cli/rimlight.mjs'),
      'build',
    ]
    const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--json'], { encoding: 'utf8' })
    expect(status).toBe(2)
    expect(stderr).toMatch(/^rimlight needs Node 24, found 20\.1\.0\. /)
    const [expected, found] = ['Node 24', '20.1.0']
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'node-version', message: stderr.trimEnd(), expected, found } })
    expect(spawnSync(process.execPath, args, { encoding: 'utf8' })).toMatchObject({ status: 2, stdout: '', stderr })
  })

  it.for([
    ['at once', ['--help']],
    ['at the end of what heeds signals', ['logs', 'report', 'a.log']],
  ] as const)('says so where what it prints finds no room, %s', async ([, words], { skip }) => {
    skip(!existsSync('/dev/full'), 'there is no /dev/full here')
    const args = [join(ROOT, 'cli/rimlight.mjs'), ...words]
    const stdio = ['ignore', openSync('/dev/full', 'w'), 'pipe'] as const
    const cwd = await temporaryFolder()
    await writeFile(join(cwd, 'a.log'), '#Fields: date time\n2026-11-01\t00:00:00\n')
    const { status, stderr } = spawnSync(process.execPath, args, { cwd, stdio: [...stdio], encoding: 'utf8' })
    expect(status).not.toBe(0)
    expect(stderr).toMatch(/^the output can't be written: ENOSPC: /)
  })
})

describe('all of them alike', () => {
  it.each(commands)('%s: -h, and help before it, are its --help', async (command) => {
    const help = await run(...command.split(' '), '--help')
    expect(await run(...command.split(' '), '-h')).toEqual(help)
    expect(await run('help', ...command.split(' '))).toEqual(help)
    expect(await run(...command.split(' '), '--jsn', '-h')).toEqual(help)
  })

  it.each(commands)('%s: --version and -v are those of all', async (command) => {
    const version = await run('--version')
    expect(await run(...command.split(' '), '--version')).toEqual(version)
    expect(await run(...command.split(' '), 'x', '-v')).toEqual(version)
  })

  it.each(commands)('%s: an option that there is not is 2, and a document for programs', async (command) => {
    const { code, stdout, stderr } = await run(...command.split(' '), '--jsn', '--json')
    expect(code).toBe(2)
    expect(stderr).toBe(
      `expected an option that it takes, found "--jsn"; did you mean --json? \`rimlight ${command} --help\` says how to use it\n`,
    )
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'unknown-option',
        message: stderr.trimEnd(),
        expected: 'an option that it takes',
        found: '"--jsn"',
      },
    })
  })
})

/**
 * For each command, what it is given and is not there, with the option that names it last; what programs are told; and
 * the file that would be there, but is not right.
 */
const CONFIG = ['config-unreadable', 'edge.config.json', 'config-not-json'] as const
const BUNDLE = ['bundle-not-found', 'manifest.json', 'not-a-bundle'] as const
const STORE = ['--store', 'nowhere:tenants'] as const
const WRONG: Record<
  string,
  { args: readonly string[]; by: readonly [missing: string, file?: string, wrong?: string] }
> = {
  init: { args: ['--yes', '--bucket', 'No bucket'], by: ['option-value'] },
  build: { args: ['--config'], by: CONFIG },
  start: { args: ['--https-port', '0', '--http-port', '0', '--config'], by: CONFIG },
  dev: { args: ['--https-port', '0', '--http-port', '0', '--config'], by: CONFIG },
  replay: { args: ['event.json', '--dist'], by: BUNDLE },
  template: { args: ['--dist'], by: BUNDLE },
  attach: { args: ['--distribution', 'EDFDVBD6EXAMPLE', '--dist'], by: BUNDLE },
  detach: { args: ['--receipt'], by: ['receipt-not-found', 'receipt.json', 'not-json'] },
  status: { args: ['--distribution', 'EDFDVBD6EXAMPLE', '--dist'], by: BUNDLE },
  'keys add': { args: ['a', '--store', 'secrets', '--file'], by: ['not-readable'] },
  'keys list': { args: ['--store', 'no store', '--distribution'], by: ['option-value'] },
  'keys remove': { args: ['a', '--store', 'no store', '--distribution'], by: ['option-value'] },
  verify: { args: ['https://cdn.example.com', '--dist'], by: BUNDLE },
  release: { args: ['--config'], by: CONFIG },
  publish: { args: ['.', 's3://example-photos', '--dist'], by: BUNDLE },
  'logs report': { args: ['access.log', '--config'], by: CONFIG },
  'logs cost': { args: ['access.log', '--config'], by: CONFIG },
  'logs simulate': { args: ['access.log', '--config'], by: CONFIG },
  'logs athena': { args: ['queries', '--location', 's3://example-logs', '--config'], by: CONFIG },
  invalidate: { args: ['/*', '--paths'], by: ['file-unreadable'] },
  'tenants create': { args: ['shop', '--dist'], by: BUNDLE },
  'tenants list': { args: [...STORE], by: ['store-url'] },
  'tenants show': { args: ['shop', ...STORE], by: ['store-url'] },
  'tenants invalidate': { args: ['shop', '/*', '--dist'], by: BUNDLE },
  'tenants delete': { args: ['shop', '--dist'], by: BUNDLE },
  'tenants status': { args: ['--dist'], by: BUNDLE },
  'tenants repair': { args: ['--dist'], by: BUNDLE },
  'tenants upgrade': { args: ['--dist'], by: BUNDLE },
  'tenants cleanup': { args: ['--dist'], by: BUNDLE },
  'tenants bucket-policy': { args: ['--dist'], by: BUNDLE },
}

describe('what is missing or wrong among the input is 2, whoever is given it', () => {
  it('of all commands', () => {
    expect(Object.keys(WRONG)).toEqual(commands)
  })

  const refused = async (command: string, args: readonly string[], expected: string) => {
    const { code, stdout, stderr } = await run(...command.split(' '), ...args, '--json')
    const document = JSON.parse(stdout)
    expect(document).toEqual({
      error: {
        code: expected,
        message: stderr.trimEnd(),
        expected: expect.toBeOneOf([null, expect.any(String)]),
        found: expect.toBeOneOf([null, expect.any(String)]),
      },
    })
    expect(code).toBe(2)
    expect(await run(...command.split(' '), ...args)).toEqual({ code, stdout: '', stderr })
  }

  it.each(Object.entries(WRONG))('%s: missing', async (command, { args, by: [missing] }) => {
    const nowhere = join(await temporaryFolder(), 'nowhere')
    await refused(command, args.at(-1)?.startsWith('--') ? [...args, nowhere] : args, missing)
  })

  const withFile = Object.entries(WRONG).filter(([, { by }]) => by[1] !== undefined)

  it.each(withFile)('%s: wrong', async (command, { args, by: [, file = '', wrong = ''] }) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, file), '{')
    await refused(command, [...args, file === 'manifest.json' ? folder : join(folder, file)], wrong)
  })

  const withName = Object.entries(WRONG).filter(([, { by }]) => by[1] !== undefined)

  it.each(withName)('%s: a name that is empty', async (command, { args }) => {
    await refused(command, [...args, ''], 'option-value')
  })

  const withConfig = Object.entries(WRONG).filter(([, { by }]) => by === CONFIG)

  it.each(withConfig)('%s: a config with a mistake', async (command, { args }) => {
    const file = join(await temporaryFolder(), 'edge.config.json')
    await writeFile(file, '{ "domains": ["cdn.example.com"], "origins": {}, "routes": [] }')
    await refused(command, [...args, file], 'wrong-config')
  })
})
