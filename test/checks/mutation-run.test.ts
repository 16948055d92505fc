/** `npm run mutations` itself, in a worktree of its own: a small one, with vitest as it is. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test, vi } from 'vitest'
import type { Mutation } from '../mutations/list.ts'
import { mutationsCommand } from '../mutations/run.ts'
import { reachOf, type Suites, suitesFor, testsOfAll } from '../mutations/suites.ts'
import { folderOfFile } from '../temporary.ts'
import { ROOT } from './sources.ts'

const FILES = {
  '.gitignore': 'node_modules\n',
  'vitest.config.ts': 'export default {}\n',
  'edge/sum.ts': 'export const sum = (a: number, b: number) => a + b\nexport const most = 9 // of them\n',
  'edge/clock.ts': 'export const limit = 7\n',
  'test/sum.test.ts': `import { expect, test } from 'vitest'
import { most, sum } from '../edge/sum.ts'
test('adds', () => expect(sum(2, 3)).toBe(5))
test('most', () => expect(most).toBe(9))
`,
  'test/clock.test.ts': `import { expect, test } from 'vitest'
import { limit } from '../edge/clock.ts'
test('limit', () => expect(limit).toBe(7))
`,
}

function worktree(more: Record<string, string> = {}): string {
  const root = mkdtempSync(join(folderOfFile(), 'tree-'))
  for (const [file, text] of Object.entries({ ...FILES, ...more })) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
  execFileSync('git', ['init', '--quiet'], { cwd: root })
  return root
}

const SUM = { file: 'edge/sum.ts', from: 'a + b', to: 'a - b' }
const MOST = { file: 'edge/sum.ts', from: 'most = 9', to: 'most = 8' }
const LIMIT = { file: 'edge/clock.ts', from: 'limit = 7', to: 'limit = 6' }
const REMARK = { file: 'edge/sum.ts', from: 'of them', to: 'of these' }

const asking =
  (...near: string[][]) =>
  (): Suites => ({ near, far: [] })
const BOTH = asking(['test/sum.test.ts', 'test/clock.test.ts'])

async function run(root: string, list: readonly Mutation[], args: string[] = [], suites = BOTH) {
  const [stdout, stderr] = [{ text: '' }, { text: '' }]
  const into = (output: { text: string }) => ({ write: (text: string) => (output.text += text) })
  const code = await mutationsCommand(root, list, suites)(args, into(stdout), into(stderr))
  return { code, stdout: stdout.text, stderr: stderr.text }
}

test('each change is in a copy that no other is in, and the sources stay as they are', async () => {
  const root = worktree()
  const { code, stdout } = await run(root, [SUM, MOST, LIMIT, MOST], ['--jobs', '3', '--json'])
  expect(code).toBe(0)
  const { rate, changes, failing } = JSON.parse(stdout)
  expect({ rate, failing }).toEqual({ rate: 1, failing: [] })
  // With two changes in one copy, a test of the other change could fail first.
  const by = ['test/sum.test.ts: adds', 'test/sum.test.ts: most', 'test/clock.test.ts: limit']
  expect(changes.map((one: { by: string }) => one.by)).toEqual([...by, by[1]])
  for (const [file, text] of Object.entries(FILES)) expect(readFileSync(join(root, file), 'utf8')).toBe(text)
})

test('below 95 % it ends with 1, and names what survives, at the end once more', async () => {
  const { code, stdout } = await run(worktree(), [SUM, REMARK], ['--jobs', '1'])
  expect(code).toBe(1)
  expect(stdout).toBe(`1/2 noticed    edge/sum.ts: a + b → a - b
           by test/sum.test.ts: adds
2/2 SURVIVES   edge/sum.ts: of them → of these
1 of 2 noticed, 50.0 %; 0 more cannot be, as the list proves
SURVIVES   edge/sum.ts: of them → of these
`)
})

test('a mutation that the list calls equivalent is not in the rate; where a test notices it, the run ends with 1', async () => {
  const root = worktree()
  const same = await run(root, [SUM, { ...REMARK, equivalent: 'A remark.' }], ['--json'])
  expect(same.code).toBe(0)
  expect(JSON.parse(same.stdout)).toMatchObject({ counted: 1, rate: 1, equivalent: 1, disproved: 0 })
  const other = await run(root, [{ ...SUM, equivalent: 'It is no sum.' }], ['--json'])
  expect(other.code).toBe(1)
  expect(JSON.parse(other.stdout)).toMatchObject({ rate: 1, equivalent: 0, disproved: 1 })
})

test('a test file that fails without any change is left out, and the run ends with 1', async () => {
  const broken = "import { expect, test } from 'vitest'\ntest('never', () => expect(1).toBe(2))\n"
  const suites = asking(['test/broken.test.ts'], ['test/sum.test.ts'])
  const { code, stdout } = await run(worktree({ 'test/broken.test.ts': broken }), [SUM], ['--jobs', '1'], suites)
  expect(code).toBe(1)
  expect(stdout).toBe(`1/1 noticed    edge/sum.ts: a + b → a - b
           by test/sum.test.ts: adds
1 of 1 noticed, 100.0 %; 0 more cannot be, as the list proves
test/broken.test.ts fails without any change: it was left out
`)
})

test('a test that fails now and then notices nothing', async () => {
  const root = worktree()
  const counter = join(root, 'count')
  writeFileSync(counter, '')
  const shaky = `import { appendFileSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
test('the first time', () => {
  appendFileSync(${JSON.stringify(counter)}, '.')
  expect(readFileSync(${JSON.stringify(counter)}, 'utf8').length).toBeGreaterThan(1)
})
`
  writeFileSync(join(root, 'test/shaky.test.ts'), shaky)
  const { stdout } = await run(root, [REMARK], ['--json'], asking(['test/shaky.test.ts']))
  expect(JSON.parse(stdout)).toMatchObject({ noticed: 0, counted: 1, failing: [] })
  expect(readFileSync(counter, 'utf8')).toBe('..')
})

test('a file that fails outside its tests says why', async () => {
  const late = `import { sum } from '../edge/sum.ts'
import { test } from 'vitest'
if (sum(1, 1) !== 2) throw new Error('one and one')
test('nothing', () => {})
`
  const { stdout } = await run(worktree({ 'test/late.test.ts': late }), [SUM], [], asking(['test/late.test.ts']))
  expect(stdout).toContain('by test/late.test.ts: fails outside its tests: one and one\n')
})

test('Ctrl-C ends it with 130, leaves the sources as they are, and no copy', async () => {
  const slow = "import { test } from 'vitest'\ntest('waits', () => new Promise(() => {}), 600_000)\n"
  const root = worktree({ 'test/slow.test.ts': slow })
  const temporary = mkdtempSync(join(folderOfFile(), 'tmp-'))
  const script = `import { mutationsCommand } from ${JSON.stringify(join(ROOT, 'test/mutations/run.ts'))}
const list = ${JSON.stringify([SUM, LIMIT])}
const main = mutationsCommand(${JSON.stringify(root)}, list, () => ({ near: [['test/slow.test.ts']], far: [] }))
process.exitCode = await main(['--jobs', '2'], process.stdout, process.stderr)`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (text) => (stderr += text))
  // Both copies are in use.
  await vi.waitFor(() => {
    const texts = readdirSync(temporary, { recursive: true, encoding: 'utf8' })
      .filter((path) => /tree\/edge\/(?:sum|clock)\.ts$/.test(path))
      .map((path) => readFileSync(join(temporary, path), 'utf8'))
    expect(texts.filter((text) => text.includes(SUM.to) || text.includes(LIMIT.to))).toHaveLength(2)
  }, 60_000)
  child.kill('SIGINT')
  const [code] = await once(child, 'close')
  expect({ code, stderr }).toEqual({
    code: 130,
    stderr: 'Interrupted; nothing was changed but copies, which are removed.\n',
  })
  expect(readdirSync(temporary).filter((name) => name.startsWith('rimlight-'))).toEqual([])
  for (const [file, text] of Object.entries(FILES)) expect(readFileSync(join(root, file), 'utf8')).toBe(text)
})

test.each([
  [['--jobs', '0'], '--jobs: expected a number from 1 to 64, found "0"'],
  [['--jobs', '65'], '--jobs: expected a number from 1 to 64, found "65"'],
  [['--jobs', 'two'], '--jobs: expected a number from 1 to 64, found "two"'],
  [['--only', 'none'], '--only: expected a part of the path of a file with changes, found "none"'],
])('%j is wrong usage', async (args, message) => {
  const { code, stderr } = await run(ROOT, [SUM], args)
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: `${message}; \`npm run mutations -- --help\` says how to use it\n`,
  })
})

test('text that is not in its file once ends it before anything is copied', async () => {
  const { code, stderr } = await run(worktree(), [SUM, { file: 'edge/sum.ts', from: 'export', to: '' }])
  expect(code).toBe(2)
  expect(stderr).toBe('expected each of these once in its file, found otherwise:\n  edge/sum.ts: export\n')
})

test('--help names each option, the default of --jobs, and each exit code', async () => {
  const { code, stdout } = await run(ROOT, [SUM], ['--help'])
  expect(code).toBe(0)
  for (const text of ['--only TEXT', '--jobs N', 'as many as there are cores', '--json', '--help', 'exit']) {
    expect(stdout.toLowerCase()).toContain(text.toLowerCase())
  }
})

test('nearest tests are asked first: the own, those that import the file, the contract, and each once', () => {
  const reach = reachOf(ROOT, testsOfAll(ROOT))
  const { near, far } = suitesFor(ROOT, reach, 'edge/patterns.ts')
  expect(near[0]).toEqual(['test/unit/edge/patterns.test.ts'])
  expect(near[1]).toContain('test/unit/edge/routes.test.ts')
  expect(near[1]).not.toContain('test/unit/edge/http-date.test.ts')
  expect(near[2]).toContain('test/contract/contract.test.ts')
  const all = [...near.flat(), ...far]
  expect(new Set(all).size).toBe(all.length)
  expect(all).toEqual(expect.arrayContaining(testsOfAll(ROOT)))
  const own = suitesFor(ROOT, reach, 'viewer-request/admission.ts').far
  expect(own.filter((test) => !test.startsWith('test/unit/viewer-request/'))).toEqual([])
})

test('what does not import the changed file is believed only if it passes without the change right after', async () => {
  const root = worktree()
  const counter = join(root, 'count')
  writeFileSync(counter, '')
  // It passes once, with the first change, and never again.
  const tired = `import { appendFileSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
test('tires', () => {
  appendFileSync(${JSON.stringify(counter)}, '.')
  expect(readFileSync(${JSON.stringify(counter)}, 'utf8').length).toBeLessThan(2)
})
`
  writeFileSync(join(root, 'test/tired.test.ts'), tired)
  const suites = () => ({ near: [], far: ['test/tired.test.ts'] })
  const { stdout } = await run(root, [REMARK, { ...REMARK, to: 'of those' }], ['--jobs', '1', '--json'], suites)
  expect(JSON.parse(stdout)).toMatchObject({ noticed: 0, counted: 2, failing: ['test/tired.test.ts'] })
})
