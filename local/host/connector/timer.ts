export type Timer = {
  /** Starts, or starts anew. */
  start(seconds: number): void
  /** Starts anew, if it runs. */
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
