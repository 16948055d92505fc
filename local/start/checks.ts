/** What `rimlight start` can find wrong before it builds: a build takes some seconds, and a wrong port none. */
import { existsSync } from 'node:fs'
import { access, constants, mkdtemp, rmdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { InputError, joinedError, unexpectedInput } from '../../base/errors.ts'
import { lockFileOf, lockFolder } from '../host/folder-lock.ts'
import { originHeaderValues } from '../host/origin-headers.ts'
import { originTargets } from '../host/origin-targets.ts'
import { checkPort } from '../listeners/ports.ts'
import { policiesOfConfig } from './build.ts'
import { readKeyValues } from './key-values.ts'
import type { StartOptions } from './options.ts'
import { readOriginHeaders } from './origin-headers.ts'

/**
 * @returns whether it goes on: Ctrl-C may have come
 * @throws InputError with all that is wrong with options, folders, ports and the config
 */
export async function checkBeforeBuild(options: StartOptions, signal: AbortSignal): Promise<boolean> {
  const { config, out, buckets, origins, httpsPort, httpPort, persist, accessLog, keys, originHeaders } = options
  const checked = await policiesOfConfig(config, signal)
  if (checked.kind === 'stopped') return false
  const problems = await wrongOf([
    () => checkPort(httpsPort, '--https-port'),
    () => checkPort(httpPort, '--http-port'),
    () => canHoldFiles('--out', out),
    () => (persist === undefined ? undefined : canKeep(persist)),
    () => (accessLog === undefined ? undefined : canBeWritten('--access-log', accessLog)),
    () => (keys === undefined ? undefined : readKeyValues(keys)),
    async () => {
      const values = originHeaders === undefined ? {} : await readOriginHeaders(originHeaders)
      if (checked.kind !== 'failed') originHeaderValues(checked.policies.origins, values)
    },
    () => {
      if (checked.kind === 'failed') throw checked.error
      return originTargets(checked.policies.origins, buckets, origins)
    },
  ])
  if (problems.length > 0) throw joinedError(problems)
  return true
}

async function wrongOf(checks: readonly (() => unknown)[]): Promise<InputError[]> {
  const problems: InputError[] = []
  for (const check of checks) {
    try {
      await check()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      problems.push(error)
    }
  }
  return problems
}

/** A folder that is there, or that can be made. */
async function canHoldFiles(option: string, folder: string): Promise<void> {
  const expected = 'a folder that files can be written into'
  const found = await obstacleIn(resolve(folder))
  if (found === undefined) return
  throw unexpectedInput({ at: option, code: 'not-writable', expected, found })
}

/** What is locked as well is another start's. Its files are none of this one's, not even an empty lock. */
async function canKeep(folder: string): Promise<void> {
  await canHoldFiles('--persist', folder)
  if (existsSync(lockFileOf(folder))) lockFolder(folder)()
}

/** Refuses a file that can't be written: its folder has to be there, or has to be one that can be made. */
async function canBeWritten(option: string, file: string): Promise<void> {
  const expected = 'a file that can be written'
  const isFolder = (await stat(file).catch(() => undefined))?.isDirectory()
  const found = isFolder ? `the folder ${file}` : await obstacleIn(dirname(resolve(file)))
  if (found === undefined) return
  throw unexpectedInput({ at: option, code: 'not-writable', expected, found })
}

/** Why nothing can be written into a folder, or made below the nearest one that is there. */
async function obstacleIn(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) {
    const above = dirname(folder)
    return above === folder ? found.message : obstacleIn(above)
  }
  if (!found.isDirectory()) return `the file ${folder}`
  try {
    await access(folder, constants.W_OK | constants.X_OK)
  } catch {
    return `${folder}, which this user can't write into`
  }
  return refusalOf(folder)
}

/** What the system allows by its permissions it may refuse all the same: on a disk that is read-only, or below /proc. */
const refusalOf = (folder: string): Promise<string | undefined> =>
  mkdtemp(join(folder, '.rimlight-'))
    .then(rmdir)
    .then(
      () => undefined,
      ({ code }: NodeJS.ErrnoException) => `${folder}, which takes none (${code})`,
    )
