/** `npm run mutations`: makes one mistake of a list after another in a copy of the sources, and says which no test notices. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ROOT } from '../../base/root.ts'
import { MUTATIONS, type Mutation } from './list.ts'

const HELP = `Usage: npm run mutations [-- --only TEXT] [-- --help]

Changes one thing at a time in edge/, origin-response/ or the checks that let requests in, in a copy of the sources, and runs
the unit tests that mirror the file, then those of edge/ and origin-response/, then the contract, until a test fails;
for every change of test/mutations/list.ts.

Options
  --only TEXT  the changes in files whose path holds this
  --help       print this

Exit code: 0 at least 95 % are noticed; 1 less; 2 a change is no longer in its file, or the tests fail without any.`

const ENOUGH = 0.95

const { values } = parseArgs({ options: { only: { type: 'string' }, help: { type: 'boolean' } } })
if (values.help) {
  console.log(HELP)
  process.exit(0)
}

const chosen = MUTATIONS.filter(({ file }) => file.includes(values.only ?? ''))
const sources = new Map(chosen.map(({ file }) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const stale = chosen.filter(({ file, from }) => sources.get(file)?.split(from).length !== 2)
for (const { file, from } of stale) console.error(`${file}: expected once, found otherwise: ${from}`)
if (stale.length > 0 || chosen.length === 0) process.exit(2)

/** A worktree's own files alone: what is built is made by the tests. */
const copy = mkdtempSync(join(tmpdir(), 'rimlight-mutations-'))
process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
process.on('SIGINT', () => process.exit(130))
const tracked = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
for (const file of tracked.stdout.trim().split('\n')) cpSync(join(ROOT, file), join(copy, file))
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))

/** Nearest first. */
const suitesOf = (file: string): string[][] => [
  [`test/unit/${file.replace(/\.ts$/, '.test.ts')}`],
  ['test/unit/edge', 'test/unit/origin-response', 'test/unit/viewer-request'],
  ['test/contract/contract.test.ts', 'test/contract/index-guard.test.ts', 'test/contract/failover.test.ts'],
  ['test/contract/private.test.ts', 'test/contract/private-keys.test.ts', 'test/contract/private-signed.test.ts'],
]

const passes = (suites: readonly string[]): Promise<boolean> =>
  new Promise((resolve) => {
    const run = spawn('npx', ['vitest', 'run', '--bail', '1', '--passWithNoTests', ...suites], {
      cwd: copy,
      stdio: 'ignore',
    })
    run.on('close', (code) => resolve(code === 0))
  })

async function isNoticed({ file, from, to }: Mutation): Promise<boolean> {
  const source = sources.get(file) as string
  writeFileSync(
    join(copy, file),
    source.replace(from, () => to),
  )
  try {
    for (const suites of suitesOf(file)) if (!(await passes(suites))) return true
    return false
  } finally {
    writeFileSync(join(copy, file), source)
  }
}

const all = [...new Set(chosen.flatMap(({ file }) => suitesOf(file).flat()))]
console.log('the tests without any change…')
if (!(await passes(all))) {
  console.error('They fail without any change: npm run test:unit and npm run test:contract say where.')
  process.exit(2)
}

let noticed = 0
for (const [i, mutation] of chosen.entries()) {
  const is = await isNoticed(mutation)
  if (is) noticed += 1
  const change = `${mutation.file}: ${mutation.from} → ${mutation.to || 'nothing'}`
  console.log(`${i + 1}/${chosen.length} ${is ? 'noticed ' : 'SURVIVES'} ${change}`)
}
console.log(`${noticed} of ${chosen.length} noticed, ${((100 * noticed) / chosen.length).toFixed(1)} %`)
process.exitCode = noticed / chosen.length >= ENOUGH ? 0 : 1
