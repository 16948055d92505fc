import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { failed } from '../../local/protocol/invocation.ts'
import { originResponseEvent } from '../contract/events.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { type Asker, main, type Output } from './fuzz.ts'
import { subjects, variantsOn } from './fuzzing.ts'
import { NO_ENCODER } from './heic.ts'
import { ROUTE } from './rig.ts'

async function run(args: string[], open?: () => Promise<Asker>) {
  const [out, err]: [string[], string[]] = [[], []]
  const [stdout, stderr] = [out, err].map((texts) => ({ write: (text: string) => texts.push(text) }))
  const code = await main(args, stdout as Output, stderr as Output, open)
  return { code, out: out.join(''), err: err.join('') }
}

/** Stands in for a function that dies of everything. */
const openDying = async (): Promise<Asker> => ({
  ask: async () => ({
    came: 'failure',
    faults: ['LambdaExecutionError: Runtime exited before it answered: signal: SIGSEGV'],
    outcome: failed('LambdaExecutionError', 'Runtime exited before it answered: signal: SIGSEGV'),
    event: originResponseEvent(),
    requests: 1,
    milliseconds: 1,
  }),
  close: async () => {},
})

it('says how it is used', async () => {
  const { code, out, err } = await run(['--help'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toMatch(/^Usage: npm run fuzz:images/)
})

it.each([
  [['--minutes', 'ten'], '--minutes: expected a number from 0, found ten'],
  [['--minutes=-1'], '--minutes: expected a number from 0, found -1'],
  [['--seed', '1.5'], '--seed: expected a whole number from 0, found 1.5'],
  [['--hours', '1'], "Unknown option '--hours'"],
  [['file.jpg'], 'Unexpected argument'],
])('refuses %j', async (args, said) => {
  const { code, out, err } = await run(args)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(said)
  expect(err).toContain('`npm run fuzz:images -- --help` says how to use it')
})

it('tries the one image of a seed, and writes nothing where nothing failed', async () => {
  const folder = await temporaryFolder()
  const { code, out } = await run(['--minutes', '0', '--seed', '20261120', '--json', '--save', join(folder, 'failed')])
  const { seed, counts, failures } = JSON.parse(out)
  expect({ code, seed, failures }).toEqual({ code: 0, seed: 20_261_120, failures: [] })
  expect(Object.values(counts)).toEqual([1])
  expect(await readdir(folder)).toEqual([])
})

it('tells of a failure how to repeat it, and saves the image where it is told to', async () => {
  const folder = await temporaryFolder()
  const { code, out } = await run(['--minutes', '0', '--seed', '7', '--save', folder], openDying)
  const { fixture, mutation, variant, bytes } = (await subjects())(7)
  expect(code).toBe(1)
  expect(out).toContain(`${fixture}, ${mutation}; ${variant}\n  again: npm run fuzz:images -- --minutes 0 --seed 7\n`)
  expect(out).toContain('signal: SIGSEGV')
  expect(out).toMatch(/1 invocations: 0 renditions, 0 originals, 0 invalid, 0 exceptions, 0 timeouts, 1 process deaths/)
  expect(await readFile(join(folder, '7.bin'))).toEqual(bytes)
})

it('makes the same image of the same seed, of every kind and in every variant in time', async () => {
  const [first, second] = [await subjects(), await subjects()]
  const made = Array.from({ length: 1_000 }, (_, seed) => first(seed))
  expect(made).toEqual(Array.from({ length: 1_000 }, (_, seed) => second(seed)))
  expect(new Set(made.map(({ fixture }) => fixture)).size).toBeGreaterThan(27)
  expect(new Set(made.map(({ variant }) => variant))).toEqual(new Set(variantsOn(ROUTE.phones)))
  const asked = (word: string) => made.filter(({ variant }) => variant.includes(word)).length
  for (const word of ['bg=', 'blur=', 'crop=attention', 'crop=16,8,48', 'fm=json', 'fm=thumbhash', 'fm=preview'])
    expect(asked(word), word).toBeGreaterThan(4)
  if (NO_ENCODER) return
  const heics = made.filter(({ kind }) => kind === 'heic')
  expect(new Set(heics.map(({ type }) => type))).toEqual(new Set(['image/heic', 'image/jpeg']))
  expect(new Set(heics.map(({ route }) => route))).toEqual(new Set([ROUTE.phones, ROUTE.photos]))
})
