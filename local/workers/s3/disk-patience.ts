/** workerd reports a disk that is full on stderr, and never answers what wanted to write. */

/** Milliseconds that one write may take. */
const PATIENCE = 10_000

/** What a write comes to; rejects with `late` where that takes longer than with any disk that still works. */
export async function written<T>(write: Promise<T>, late: () => Error): Promise<T> {
  // It may reject after the race is over: that is handled here, so that the Worker does not see an unhandled rejection.
  write.catch(() => {})
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), PATIENCE)
  try {
    return await Promise.race([write, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
