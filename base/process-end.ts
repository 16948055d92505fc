/** Child processes and temporary folders end with this process, however it ends; after SIGKILL, `guardian.ts` ends the processes. */

import { setImmediate } from 'node:timers'

const cleanups = new Set<() => void>()

const cleanUp = () => {
  for (const cleanup of cleanups) cleanup()
  cleanups.clear()
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function endBySignal(signal: NodeJS.Signals) {
  cleanUp()
  unlisten()
  // Our listener keeps Node from ending by the signal. Where there are others, they decide whether it ends.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
}

function listen() {
  process.on('exit', cleanUp)
  for (const signal of SIGNALS) process.on(signal, endBySignal)
}

function unlisten() {
  process.off('exit', cleanUp)
  for (const signal of SIGNALS) process.off(signal, endBySignal)
}

/** Calls the synchronous `cleanup` when this process ends, unless the returned function has been called before. */
export function onProcessEnd(cleanup: () => void): () => void {
  // One entry for each call, even of the same function.
  const entry = () => cleanup()
  if (!process.listeners('exit').includes(cleanUp)) listen()
  cleanups.add(entry)
  return () => {
    if (cleanups.delete(entry) && cleanups.size === 0) unlistenSoon()
  }
}

/** A signal that came while code was running is told in the next turn of the event loop: unheard, it would be lost. */
const unlistenSoon = () => setImmediate(() => setImmediate(() => cleanups.size === 0 && unlisten()))
