/** Runs before each test file: what a file leaves of itself is an error of that file, not of the one that comes next. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, vi } from 'vitest'
import { cleanUp, differences, processState } from './cleanup.ts'
import { DEFAULT_RUNS, SEED } from './runs.ts'
import { ownTemporaryFolder } from './temporary.ts'

fc.configureGlobal({ numRuns: DEFAULT_RUNS, seed: SEED })

const folder = ownTemporaryFolder()
const before = processState()

// Hooks run from the last to the first: this one is after all of the file's own.
afterAll(async () => {
  await cleanUp()
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
  // What is being closed may take a moment.
  await vi.waitFor(
    () => expect(differences(before, processState()), 'left behind by this test file').toEqual([]),
    5_000,
  )
  try {
    await vi.waitFor(
      () => expect(readdirSync(folder), 'left in the temporary folder by this test file').toEqual([]),
      5_000,
    )
  } finally {
    // Not the next file's fault.
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true })
  }
})
