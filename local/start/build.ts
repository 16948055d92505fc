/** The build, in a process of its own: there, changed sources are loaded anew, and nothing is left afterwards. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type BuildResult =
  | { kind: 'built' }
  /** `message`: what the build itself said. */
  | { kind: 'failed'; message: string }
  | { kind: 'stopped' }

const RIMLIGHT = fileURLToPath(new URL('../../cli/rimlight.mjs', import.meta.url))

export function buildBundle(config: string, out: string, signal: AbortSignal): Promise<BuildResult> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [RIMLIGHT, 'build', '--config', config, '--out', out], {
      stdio: ['ignore', 'ignore', 'pipe'],
      signal,
    })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text
    })
    child.once('error', ({ message }) => {
      resolve(signal.aborted ? { kind: 'stopped' } : { kind: 'failed', message: `the build did not start: ${message}` })
    })
    child.once('close', (code, killedBy) => {
      if (code === 0) return resolve({ kind: 'built' })
      // A Ctrl-C goes to the build as well.
      if (signal.aborted || killedBy === 'SIGINT') return resolve({ kind: 'stopped' })
      resolve({ kind: 'failed', message: said.trim() || `the build ended with ${killedBy ?? `exit code ${code}`}` })
    })
  })
}
