import { setImmediate } from 'node:timers'
import { INTERRUPTED } from '../../base/errors.ts'

/** Ctrl-C, and the other signals that ask a command to end. */
const SIGNALS: readonly (string | symbol)[] = ['SIGINT', 'SIGTERM', 'SIGHUP']

export type Interrupt = { signal: AbortSignal; close(): void }

/**
 * The first of these aborts the `AbortSignal`; at the second the process ends at once, with 130, as it would without a
 * listener. Until `close`, listeners of libraries are removed: Miniflare's ends the process before the rest has ended.
 */
export function interrupt(): Interrupt {
  const controller = new AbortController()
  const heed = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED)
    controller.abort()
  }
  const keepOut = (name: string | symbol, listener: () => void) => {
    if (SIGNALS.includes(name) && listener !== heed) queueMicrotask(() => process.off(name, listener))
  }
  for (const name of SIGNALS) process.on(name, heed)
  process.on('newListener', keepOut)
  return {
    signal: controller.signal,
    close() {
      process.off('newListener', keepOut)
      for (const name of SIGNALS) process.off(name, heed)
    },
  }
}

/**
 * Until a signal that has come is told to its listeners. A child gets a terminal's Ctrl-C as well, and its end may be told
 * before ours: what looks like a failure is none, then.
 */
export const signalsTold = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))

export const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
