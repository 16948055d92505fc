/** The temporary folder of a test process, and what is left in it. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { atEndOfFile } from './cleanup.ts'

/** The environment variable that has the temporary folder of the whole run; `global-setup.ts` makes and removes it. */
export const RUN_FOLDER = 'RIMLIGHT_RUN_FOLDER'

/** In the run's folder, what is made once for all files of a process: it stays until the run ends. */
const SHARED = 'shared'

const runFolder = (): string => {
  const folder = process.env[RUN_FOLDER]
  if (folder === undefined) throw new Error(`${RUN_FOLDER} is not set: test/global-setup.ts did not run`)
  return folder
}

/** Where something is that processes of a run make for each other. */
export const sharedPath = (name: string): string => join(runFolder(), SHARED, name)

/** A new folder for what a helper makes once and many files use. */
export function sharedFolder(): string {
  mkdirSync(sharedPath(''), { recursive: true })
  return mkdtempSync(sharedPath('rimlight-'))
}

/** Milliseconds. */
const POLL = 50

/**
 * A folder that the first process that asks for it fills, for all of the run; who asks meanwhile waits. Not to be changed:
 * others read it. Where `make` fails, the next one tries.
 */
export async function madeOnce(name: string, make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = sharedPath(name)
  const lock = `${folder}.lock`
  while (!existsSync(folder)) {
    if (!tryToLock(lock)) {
      await setTimeout(POLL)
      continue
    }
    const temporary = sharedFolder()
    try {
      // It may be there since.
      if (existsSync(folder)) break
      await make(temporary)
      renameSync(temporary, folder)
    } finally {
      rmSync(temporary, { recursive: true, force: true })
      rmdirSync(lock)
    }
  }
  return folder
}

function tryToLock(lock: string): boolean {
  mkdirSync(sharedPath(''), { recursive: true })
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** A folder that is gone after the tests of the file. */
export function folderOfFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rimlight-test-'))
  atEndOfFile(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** What this process takes for the system's temporary folder from now on: libraries that ask once get the same. */
export function ownTemporaryFolder(): string {
  const folder = join(runFolder(), `process-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  process.env.TMPDIR = folder
  return folder
}

/** All that is in the folders of processes, and what lies beside them, by their paths below the run's folder. */
export const leftIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name !== SHARED)
    .flatMap((name) =>
      /^process-\d+$/.test(name) ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name],
    )
    .toSorted()
