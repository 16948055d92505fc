/**
 * Waiting for what another request brings. workerd ends a request that waits for nothing of its own, "your Worker's code had
 * hung": seen now and then where many share a miss. A timer of its own keeps it.
 */

/** Milliseconds; it does nothing but be there. */
const TICK = 10_000

/** @returns what the promise of another request resolves to */
export async function whileWaiting<T>(promise: Promise<T>): Promise<T> {
  const timer = setInterval(() => {}, TICK)
  try {
    return await promise
  } finally {
    clearInterval(timer)
  }
}
