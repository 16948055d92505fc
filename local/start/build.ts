/** The build, in a process of its own: there, changed sources are loaded anew, and nothing is left afterwards. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Failure, InputError } from '../../base/errors.ts'
import { parseJson } from '../../base/json.ts'
import { at, isObject } from '../../base/json-values.ts'
import type { Policies } from '../../bundle/policies.ts'

/** Absolute names of the files of public keys that the config names. */
type KeyFiles = { keyFiles: readonly string[] }

export type BuildFailure =
  /** What the build itself said: an InputError is of the config. */
  ({ kind: 'failed'; error: InputError | Failure } & KeyFiles) | { kind: 'stopped' }

export type BuildResult = ({ kind: 'built' } & KeyFiles) | BuildFailure

const RIMLIGHT = fileURLToPath(new URL('../../cli/rimlight.mjs', import.meta.url))

export async function buildBundle(config: string, out: string, signal: AbortSignal): Promise<BuildResult> {
  const run = await runBuild(['--config', config, '--out', out], signal)
  return run.kind === 'done' ? { kind: 'built', keyFiles: run.keyFiles } : run
}

/** The policies of a config, whose checks take a part of the time of a build. */
export async function policiesOfConfig(
  config: string,
  signal: AbortSignal,
): Promise<{ kind: 'sound'; policies: Policies } | BuildFailure> {
  const run = await runBuild(['--config', config, '--check'], signal)
  return run.kind === 'done' ? { kind: 'sound', policies: parseJson(run.said, config) as Policies } : run
}

async function runBuild(
  args: readonly string[],
  signal: AbortSignal,
): Promise<({ kind: 'done'; said: string } & KeyFiles) | BuildFailure> {
  const child = spawn(process.execPath, [RIMLIGHT, 'build', '--json', ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    signal,
  })
  let keyFiles: readonly string[] = []
  child.on('message', (message: KeyFiles) => {
    keyFiles = message.keyFiles
  })
  const ended = new Promise<{ code: number | null; killedBy: NodeJS.Signals | null } | { error: Error }>((resolve) => {
    child.once('error', (error) => resolve({ error }))
    child.once('close', (code, killedBy) => resolve({ code, killedBy }))
  })
  const [end, said, complaint] = await Promise.all([
    ended,
    text(child.stdout as Readable),
    text(child.stderr as Readable),
  ])
  if ('error' in end) {
    const why = `the build did not start: ${end.error.message}`
    if (signal.aborted) return { kind: 'stopped' }
    return { kind: 'failed', error: new Failure(why, { code: 'build-failed' }), keyFiles }
  }
  const { code, killedBy } = end
  if (code === 0) return { kind: 'done', said, keyFiles }
  // A Ctrl-C goes to the build as well.
  if (signal.aborted || killedBy === 'SIGINT') return { kind: 'stopped' }
  const otherwise = complaint.trim() || `the build ended with ${killedBy ?? `exit code ${code}`}`
  return { kind: 'failed', error: errorOf(said, code, otherwise), keyFiles }
}

/** The error that the build printed as JSON; where it printed none, with what it said besides. */
function errorOf(said: string, exitCode: number | null, otherwise: string): InputError | Failure {
  const error = at(parsed(said.trim().split('\n').at(-1) ?? ''), 'error')
  if (!isObject(error) || error.code === 'fault') return new Failure(otherwise, { code: 'build-failed' })
  const [message, code, expected, found] = [error.message, error.code, error.expected, error.found].map((value) =>
    typeof value === 'string' ? value : undefined,
  )
  return new (exitCode === 2 ? InputError : Failure)(message ?? otherwise, {
    code: code ?? 'build-failed',
    expected,
    found,
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
