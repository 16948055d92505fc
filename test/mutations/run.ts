/** `npm run mutations`: makes one mistake of a list after another in a copy of the sources, and says which no test notices. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Failure, InputError, Interrupted } from '../../base/errors.ts'
import { ROOT } from '../../base/root.ts'
import { defineCommand } from '../../cli/kit/command.ts'
import { interrupt } from '../../cli/kit/interrupt.ts'
import { statusLine } from '../../cli/kit/output.ts'
import { MUTATIONS, type Mutation } from './list.ts'

/** Of the mistakes that can be noticed. */
const ENOUGH = 0.95

/** `equivalent`: no test can notice it; `disproved`: one did, though the list says that none can. */
type Outcome = 'noticed' | 'survives' | 'equivalent' | 'disproved'

/** `by`: the test that failed. */
type Tried = Mutation & { outcome: Outcome; by: string | null; seconds: number }

const ROOMS = ['test/unit/edge', 'test/unit/origin-response', 'test/unit/viewer-request']
const CONTRACT = ['contract', 'index-guard', 'failover', 'log-data'].map((name) => `test/contract/${name}.test.ts`)
const PRIVATE = ['private', 'private-keys', 'private-signed'].map((name) => `test/contract/${name}.test.ts`)

/** Nearest first. What only one room has, the tests of the others have nothing of. */
function suitesOf(file: string): string[][] {
  const own = [`test/unit/${file.replace(/\.ts$/, '')}`]
  const room = file.split('/', 1)[0] as string
  if (room === 'build') return [own, CONTRACT, PRIVATE]
  if (room === 'edge') return [own, ROOMS, CONTRACT, PRIVATE]
  const rooms = [`test/unit/${room}`]
  if (room === 'viewer-request') {
    return file.endsWith('/index.ts') ? [own, CONTRACT, PRIVATE, rooms] : [own, PRIVATE, rooms, CONTRACT]
  }
  return room === 'origin-request' || file.endsWith('/index.ts') ? [own, CONTRACT, rooms] : [own, rooms, CONTRACT]
}

const main = defineCommand({
  name: 'npm run mutations --',
  usage: '[--only TEXT] [--json]',
  about: `Changes one thing at a time in edge/, origin-request/, origin-response/, viewer-request/ or build/compact.ts, in a copy of the
sources, and runs the unit tests that mirror the file, then those of these rooms, then the contract, until a test fails; for every change
of test/mutations/list.ts. Half an hour on two cores; Ctrl-C ends it.

A change that no test can notice has its proof in the list. It is tried as well, and counts in no rate.`,
  options: {
    only: { type: 'string', value: 'TEXT', about: 'the changes in files whose path holds this' },
    json: { type: 'boolean', about: 'print one JSON document; call it as npm run --silent mutations' },
  },
  examples: ['npm run mutations -- --only edge/token'],
  exitCode: `0 at least ${100 * ENOUGH} % are noticed, and none that none can be; 1 less; 2 wrong usage, or a change that is not in its file once; 130 interrupted`,
  async run({ only, json }, { stdout, stderr, hint }) {
    const chosen = MUTATIONS.filter(({ file }) => file.includes(only ?? ''))
    if (chosen.length === 0) {
      const [expected, found] = ['a part of the path of a file with changes', JSON.stringify(only)]
      throw new InputError(`--only: expected ${expected}, found ${found}; ${hint}`, {
        code: 'option-value',
        expected,
        found,
      })
    }
    const sources = new Map(chosen.map(({ file }) => [file, readFileSync(join(ROOT, file), 'utf8')]))
    checkPlaces(chosen, sources)
    const copy = copyOfSources()
    const { signal, close } = interrupt()
    const line = statusLine(stderr)
    try {
      line.show('the tests without any change')
      const all = [...new Set(chosen.flatMap(({ file }) => suitesOf(file).flat()))]
      const found = await failingTest(copy, all, signal)
      if (found !== null) {
        const expected = 'tests that pass without any change'
        throw new Failure(`expected ${expected}, found that one fails: ${found}`, {
          code: 'failing-tests',
          expected,
          found,
        })
      }
      const tried: Tried[] = []
      for (const mutation of chosen) {
        line.show(`${tried.length + 1} of ${chosen.length}  ${mutation.file}`)
        const one = await tryOut(copy, mutation, sources.get(mutation.file) as string, signal)
        tried.push(one)
        line.clear()
        if (!json) stdout.write(`${tried.length}/${chosen.length} ${textOf(one)}\n`)
      }
      const report = reportOf(tried)
      stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : summaryOf(report))
      return report.rate >= ENOUGH && report.disproved === 0 ? 0 : 1
    } finally {
      line.clear()
      close()
      rmSync(copy, { recursive: true, force: true })
    }
  },
})

/** @throws InputError for text that is not in its file, or more than once */
function checkPlaces(chosen: readonly Mutation[], sources: ReadonlyMap<string, string>): void {
  const stale = chosen.filter(({ file, from }) => sources.get(file)?.split(from).length !== 2)
  if (stale.length === 0) return
  const lines = stale.map(({ file, from }) => `  ${file}: ${from}`)
  throw new InputError(`expected each of these once in its file, found otherwise:\n${lines.join('\n')}`, {
    code: 'stale-list',
    expected: 'each text once in its file',
    found: `${stale.length} that are not`,
  })
}

/** A worktree's own files alone: what is built is made by the tests. */
function copyOfSources(): string {
  const copy = mkdtempSync(join(tmpdir(), 'rimlight-mutations-'))
  const tracked = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  for (const file of tracked.stdout.trim().split('\n')) cpSync(join(ROOT, file), join(copy, file))
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/** @returns the name of a test that fails; null: none does @throws Interrupted */
function failingTest(folder: string, suites: readonly string[], signal: AbortSignal): Promise<string | null> {
  const results = join(folder, 'results.json')
  const options = ['--bail', '1', '--passWithNoTests', '--reporter', 'json', '--outputFile', results]
  const command = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', ...options, ...suites]
  return new Promise((resolve, reject) => {
    const run = spawn(process.execPath, command, { cwd: folder, stdio: 'ignore', signal, killSignal: 'SIGINT' })
    run.on('error', () => {})
    run.on('close', (code) => {
      if (signal.aborted) reject(new Interrupted('Interrupted; nothing was changed but a copy, which is removed.'))
      else resolve(code === 0 ? null : failureIn(results))
      rmSync(results, { force: true })
    })
  })
}

type VitestFile = { name: string; status: string; assertionResults: { status: string; fullName: string }[] }

/** A file that can't be loaded has no test that fails; nor have those that were not run any more once one failed. */
function failureIn(results: string): string {
  if (!existsSync(results)) return 'vitest itself'
  const { testResults }: { testResults: VitestFile[] } = JSON.parse(readFileSync(results, 'utf8'))
  const tests = testResults.flatMap(({ name, assertionResults }) => assertionResults.map((test) => ({ ...test, name })))
  const test = tests.find(({ status }) => status === 'failed')
  if (test) return `${basename(test.name)}: ${test.fullName}`
  const file = testResults.find(({ status }) => status === 'failed')
  return `${basename(file?.name ?? 'vitest itself')}: can not be loaded`
}

async function tryOut(copy: string, mutation: Mutation, source: string, signal: AbortSignal): Promise<Tried> {
  const { file, from, to, equivalent } = mutation
  const start = performance.now()
  const tried = (by: string | null): Tried => {
    const claimed =
      equivalent === undefined ? (['noticed', 'survives'] as const) : (['disproved', 'equivalent'] as const)
    return { ...mutation, outcome: claimed[by ? 0 : 1], by, seconds: Math.round((performance.now() - start) / 1000) }
  }
  writeFileSync(
    join(copy, file),
    source.replace(from, () => to),
  )
  try {
    for (const suites of suitesOf(file)) {
      const by = await failingTest(copy, suites, signal)
      if (by !== null) return tried(by)
    }
    return tried(null)
  } finally {
    writeFileSync(join(copy, file), source)
  }
}

const WORDS: Record<Outcome, string> = {
  noticed: 'noticed   ',
  survives: 'SURVIVES  ',
  equivalent: 'equivalent',
  disproved: 'NOTICED, though the list says that no test can:',
}

const textOf = ({ file, from, to, outcome, by, equivalent }: Tried): string =>
  `${WORDS[outcome]} ${file}: ${from} → ${to || 'nothing'}${by === null ? '' : `\n           by ${by}`}${equivalent === undefined ? '' : `\n           ${equivalent}`}`

function reportOf(changes: readonly Tried[]) {
  const count = (outcome: Outcome) => changes.filter((one) => one.outcome === outcome).length
  const noticed = count('noticed') + count('disproved')
  const counted = noticed + count('survives')
  return {
    noticed,
    counted,
    rate: counted === 0 ? 1 : noticed / counted,
    enough: ENOUGH,
    equivalent: count('equivalent'),
    disproved: count('disproved'),
    changes,
  }
}

const summaryOf = ({ noticed, counted, rate, equivalent }: ReturnType<typeof reportOf>): string =>
  `${noticed} of ${counted} noticed, ${(100 * rate).toFixed(1)} %; ${equivalent} more that none can be, as the list proves\n`

process.exitCode = await main(process.argv.slice(2), process.stdout, process.stderr)
