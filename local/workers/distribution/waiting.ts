/**
 * Waiting for what another request brings. Whoever awaits a promise of another request goes on in that one's place, where
 * streams and timers are not its own: workerd, "Cannot perform I/O on behalf of a different request". Of a promise of its own
 * it goes on where it was; but a request that waits for such a one, and for nothing else, counts as hung. So a timer is there
 * as well.
 */

/** Milliseconds; it does nothing but be there. */
const TICK = 10_000

/** @returns what the promise of another request comes to, in the request that waits */
export async function whileWaiting<T>(promise: Promise<T>): Promise<T> {
  const own = Promise.withResolvers<T>()
  promise.then(own.resolve, own.reject)
  const timer = setInterval(() => {}, TICK)
  try {
    return await own.promise
  } finally {
    clearInterval(timer)
  }
}
