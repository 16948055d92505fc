export type Interrupt = { signal: AbortSignal; close(): void }

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** The first signal aborts what is under way; at the second the process ends at once. */
export function interrupt(): Interrupt {
  const controller = new AbortController()
  const heed = () => {
    if (controller.signal.aborted) process.exit(130)
    controller.abort()
  }
  for (const name of SIGNALS) process.on(name, heed)
  return {
    signal: controller.signal,
    close() {
      for (const name of SIGNALS) process.off(name, heed)
    },
  }
}
