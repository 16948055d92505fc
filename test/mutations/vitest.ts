/** Runs test files in a copy of the sources, and finds the first test that fails. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { Interrupted } from '../../base/errors.ts'
import type { Tree } from './trees.ts'

/** `files`: the one that it is in, or all that were run. `test`: its name, or why they could not be run to their end. */
export type FailedTest = { files: readonly string[]; test: string }

/** How long test files may run. A change can make a loop endless: a test that hangs for so long has noticed it. */
const MOST_MS = 10 * 60_000
/** How long vitest may clean up after SIGINT before it is killed. */
const GRACE_MS = 10_000

/**
 * A test that fails is run once more, so that one which fails only because the machine is busy does not count; so is a file that
 * fails outside its tests.
 * @returns null: all pass
 * @throws Interrupted
 */
export async function failedTest(
  tree: Tree,
  files: readonly string[],
  signal: AbortSignal,
): Promise<FailedTest | null> {
  const failed = await runOnce(tree, files, signal)
  if (failed === null || failed.isOfTest) return failed
  const again = await runOnce(tree, failed.files, signal)
  if (again !== null) return again
  // The second run passed. Vitest had stopped at the failure, so the files after it have not been run yet.
  return files.length > 1 ? runOnce(tree, files, signal) : null
}

type Failed = FailedTest & { isOfTest: boolean }

function runOnce({ folder, temporary }: Tree, files: readonly string[], signal: AbortSignal): Promise<Failed | null> {
  const results = join(temporary, 'results.json')
  const options = ['--bail', '1', '--retry', '1', '--reporter', 'json', '--outputFile', results]
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(interrupted())
    // A group of its own: what hangs in one of its processes ends with it.
    const run = spawn(process.execPath, [join(folder, 'node_modules/vitest/vitest.mjs'), 'run', ...options, ...files], {
      cwd: folder,
      env: { ...ownEnvironment(), TMPDIR: temporary },
      stdio: 'ignore',
      detached: true,
    })
    const send = (name: NodeJS.Signals) => {
      try {
        if (run.pid !== undefined) process.kill(-run.pid, name)
      } catch {
        // It has ended.
      }
    }
    let isLate = false
    let last: NodeJS.Timeout | undefined
    const end = () => {
      run.kill('SIGINT')
      last = setTimeout(() => send('SIGKILL'), GRACE_MS)
    }
    const timer = setTimeout(() => {
      isLate = true
      end()
    }, MOST_MS)
    signal.addEventListener('abort', end, { once: true })
    run.on('error', reject)
    run.on('close', (code) => {
      clearTimeout(timer)
      clearTimeout(last)
      signal.removeEventListener('abort', end)
      send('SIGKILL')
      const failed = code === 0 ? null : isLate ? tooLong(files) : failureIn(results, folder, files)
      rmSync(results, { force: true })
      if (signal.aborted) reject(interrupted())
      else resolve(failed)
    })
  })
}

const interrupted = () => new Interrupted('Interrupted; nothing was changed but copies, which are removed.')

/** Without the variables that vitest sets for its own workers: this may be called from a test. */
const ownEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_V8_COVERAGE$|TEST$)/.test(name)))

const tooLong = (files: readonly string[]): Failed => ({
  files,
  test: `no end within ${MOST_MS / 60_000} minutes`,
  isOfTest: true,
})

type VitestFile = {
  name: string
  status: string
  message: string
  assertionResults: { status: string; fullName: string }[]
}

/** The first failure in vitest's results. A file may fail without a failed test: if it can't be loaded, or by an unhandled error. */
function failureIn(results: string, folder: string, files: readonly string[]): Failed {
  if (!existsSync(results)) return { files, test: 'vitest wrote no results', isOfTest: false }
  const { testResults }: { testResults: VitestFile[] } = JSON.parse(readFileSync(results, 'utf8'))
  const only = ({ name }: VitestFile) => [relative(folder, name)]
  for (const file of testResults) {
    const test = file.assertionResults.find(({ status }) => status === 'failed')
    if (test) return { files: only(file), test: test.fullName, isOfTest: true }
  }
  const file = testResults.find(({ status }) => status === 'failed')
  if (!file) return { files, test: 'vitest fails, though no file does', isOfTest: false }
  const [reason = ''] = file.message.split('\n')
  return { files: only(file), test: `fails outside its tests: ${reason}`, isOfTest: false }
}
