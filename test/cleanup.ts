/**
 * What has to be taken back when a test file ends. Helper modules are loaded once for many files where these share a
 * process, and hooks at their top level would belong to the first file alone: they register here instead, and
 * `setup.ts`, which runs for each file, sees to it.
 */

const pending: (() => unknown)[] = []

/** Called after the last test of the file that runs now, the latest first. */
export function atEndOfFile(undo: () => unknown): void {
  pending.push(undo)
}

/** Does what was registered since it was last called. */
export async function cleanUp(): Promise<void> {
  for (const undo of pending.splice(0).reverse()) await undo()
}

/** What a process has one of, and what one test file could leave behind for the next. */
export type ProcessState = Record<string, unknown>

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** What sharp sets for itself when it is loaded. */
const LIBRARIES = ['VIPSHOME']

export const processState = (): ProcessState => ({
  ...Object.fromEntries(
    Object.entries(process.env)
      .filter(([name]) => !LIBRARIES.includes(name))
      .map(([name, value]) => [`environment variable ${name}`, value]),
  ),
  ...Object.fromEntries(SIGNALS.map((signal) => [`listeners of ${signal}`, process.listenerCount(signal)])),
  'working directory': process.cwd(),
  'exit code': process.exitCode,
  'standard output': process.stdout.write,
  'standard error': process.stderr.write,
  fetch: globalThis.fetch,
  clock: globalThis.Date,
  timers: globalThis.setTimeout,
})

/** @returns the names of what differs, in order */
export const differences = (before: ProcessState, after: ProcessState): string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => before[name] !== after[name])
    .toSorted()
