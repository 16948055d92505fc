export type Timer = {
  /** From now on, instead of what was running. */
  start(seconds: number): void
  /** From the beginning, if it is running. */
  again(): void
  stop(): void
}

export function timer(onEnd: () => void): Timer {
  let running: NodeJS.Timeout | undefined
  const stop = () => {
    clearTimeout(running)
    running = undefined
  }
  return {
    start(seconds) {
      stop()
      running = setTimeout(onEnd, seconds * 1000)
    },
    again: () => void running?.refresh(),
    stop,
  }
}
