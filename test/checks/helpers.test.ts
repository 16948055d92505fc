/** The helpers that all tests stand on. */
import { spawnSync } from 'node:child_process'
import { readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { atEndOfFile, cleanUp, differences, processState } from '../cleanup.ts'
import { readExtent, runs, sampleOf } from '../runs.ts'
import { madeOnce } from '../temporary.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { ROOT } from './sources.ts'

test('a full run does all, a short one a tenth, but not too little', () => {
  expect(runs(2_000, 'full')).toBe(2_000)
  expect(runs(2_000, 'short')).toBe(200)
  expect(runs(100, 'short')).toBe(30)
  expect(runs(20, 'short')).toBe(20)
})

test('a short run takes every fifth of a list, and the last', () => {
  expect(sampleOf([1, 2, 3, 4, 5, 6, 7, 8], 'short')).toEqual([1, 6, 8])
  expect(sampleOf([1, 2, 3, 4, 5, 6], 'full')).toEqual([1, 2, 3, 4, 5, 6])
  expect(sampleOf([], 'short')).toEqual([])
  expect(sampleOf([1, 2, 3, 4, 5, 6], 'short', 2)).toEqual([1, 3, 5, 6])
  expect(sampleOf(Array(2_301).fill(0), 'short')).toHaveLength(101)
})

test('RIMLIGHT_TEST_RUNS is short, full or not there', () => {
  expect([undefined, '', 'short', 'full'].map(readExtent)).toEqual(['short', 'short', 'short', 'full'])
  expect(() => readExtent('all')).toThrow('RIMLIGHT_TEST_RUNS: expected short or full, found all')
})

test('what a file registers is undone once, the latest first', async () => {
  const undone: number[] = []
  for (const one of [1, 2, 3]) atEndOfFile(() => undone.push(one))
  await cleanUp()
  expect(undone).toEqual([3, 2, 1])
  await cleanUp()
  expect(undone).toEqual([3, 2, 1])
})

test('what a run makes once is made by the first who asks, and by the next one where that failed', async () => {
  let times = 0
  const make = async (folder: string) => {
    times += 1
    await writeFile(join(folder, 'half'), '')
    if (times === 1) throw new Error('no room')
    await writeFile(join(folder, 'whole'), String(times))
  }
  const asked = await Promise.allSettled([1, 2, 3].map(() => madeOnce('made-by-the-test-of-helpers', make)))
  expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'fulfilled', 'rejected'])
  const folder = await madeOnce('made-by-the-test-of-helpers', make)
  expect(await readFile(join(folder, 'whole'), 'utf8')).toBe('2')
  expect(times).toBe(2)
})

test('what a file leaves behind has a name', () => {
  const before = processState()
  const folder = process.cwd()
  const listener = () => {}
  process.env.RIMLIGHT_LEFT_BEHIND = 'a'
  process.on('SIGHUP', listener)
  process.chdir('/')
  try {
    expect(differences(before, processState())).toEqual([
      'environment variable RIMLIGHT_LEFT_BEHIND',
      'listeners of SIGHUP',
      'working directory',
    ])
  } finally {
    process.chdir(folder)
    process.off('SIGHUP', listener)
    delete process.env.RIMLIGHT_LEFT_BEHIND
  }
  expect(differences(before, processState())).toEqual([])
})

test('the last line of a run counts what fails outside a test, too', async () => {
  const folder = await temporaryFolder()
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  await writeFile(
    join(folder, 'a.test.ts'),
    `import { beforeAll, describe, expect, test } from 'vitest'
    test('passes', () => {})
    test('fails', () => expect(1).toBe(2))
    test.skip('is skipped', () => {})
    describe('a group', () => {
      beforeAll(() => { throw new Error('no server') })
      test('is not run', () => {})
    })`,
  )
  await writeFile(join(folder, 'b.test.ts'), "import './nowhere.ts'")
  const args = ['run', '--root', folder, '--reporter', join(ROOT, 'test/tally.ts')]
  const { stdout, status } = spawnSync(join(ROOT, 'node_modules/.bin/vitest'), args, { cwd: folder, encoding: 'utf8' })
  expect(stdout.trim().split('\n').at(-1)).toBe('1 passed, 3 failed, 2 skipped')
  expect(status).toBe(1)
})

test('what is left in the temporary folder fails its file, and what outlives all files fails the run', async () => {
  const folder = await temporaryFolder()
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  const [globalSetup, setup] = ['global-setup.ts', 'setup.ts'].map((file) => join(ROOT, 'test', file))
  await writeFile(
    join(folder, 'vitest.config.ts'),
    `export default { test: ${JSON.stringify({ globalSetup, setupFiles: [setup], isolate: false, maxWorkers: 1 })} }`,
  )
  const leaves = (where: string) => `import { mkdtempSync } from 'node:fs'
    import { tmpdir } from 'node:os'
    import { join } from 'node:path'
    import { test } from 'vitest'
    test('leaves something', () => { mkdtempSync(join(${where}, 'left-')) })`
  await writeFile(join(folder, 'a.test.ts'), leaves('tmpdir()'))
  await writeFile(join(folder, 'b.test.ts'), leaves('process.env.RIMLIGHT_RUN_FOLDER'))
  const temporary = await temporaryFolder()
  const run = (...files: string[]) => {
    const args = ['run', '--root', folder, '--reporter', join(ROOT, 'test/tally.ts'), ...files]
    const env = { ...process.env, TMPDIR: temporary }
    return spawnSync(join(ROOT, 'node_modules/.bin/vitest'), args, { cwd: folder, encoding: 'utf8', env })
  }
  const ofFile = run('a.test.ts')
  expect(ofFile.stdout.trim().split('\n').at(-1)).toBe('1 passed, 1 failed, 0 skipped')
  expect(ofFile.status).toBe(1)
  const ofRun = run('b.test.ts')
  expect(ofRun.stdout.trim().split('\n').at(-1)).toBe('1 passed, 0 failed, 0 skipped')
  expect(ofRun.stderr).toMatch(/^1 left behind in the temporary folder by this run: left-\w+$/m)
  expect(ofRun.status).toBe(1)
  expect(await readdir(temporary)).toEqual([])
})
