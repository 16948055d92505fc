/** The thread that waits for the next HEIC: one in a process, where there is one. */
import type { Worker } from 'node:worker_threads'

let idle: Worker | undefined

/** From now on the caller's, who keeps it or ends it. */
export function takeIdleThread(): Worker | undefined {
  const taken = idle
  idle = undefined
  taken?.off('exit', forget).ref()
  return taken
}

/** The process may end meanwhile. @returns whether it is kept: there is one already where it is not */
export function keepIdleThread(worker: Worker): boolean {
  if (idle) return false
  idle = worker
  worker.once('exit', forget).unref()
  return true
}

/** @returns whether there was one, whose memory is free now */
export async function endIdleThread(): Promise<boolean> {
  const taken = takeIdleThread()
  await taken?.terminate()
  return taken !== undefined
}

const forget = (): void => {
  idle = undefined
}
