/**
 * A set of public keys at a URL, fetched when it is needed: Lambda@Edge has no other place for it. What was fetched outlives the
 * invocation, as long as its execution environment does.
 */
import type { Jwk } from '../edge/jwk.ts'

/** Milliseconds. A viewer trigger has 5 s in all. */
const TIMEOUT_MS = 2_000

/** Milliseconds after which a set is fetched again, and until which it is used where that fails. */
const FRESH_MS = 10 * 60_000
const STALE_MS = 60 * 60_000

/** Milliseconds between two fetches, whatever tokens ask for, and after one that failed. */
const PAUSE_MS = 30_000
const PAUSE_AFTER_FAILURE_MS = 5_000

const MAX_BYTES = 256 * 1024

export type RemoteKeys = {
  /**
   * The set; fetched again if it is old, or has no key that is wanted, but not more often than every 30 s.
   * @param isIn whether the key that is wanted is in a set
   * @returns null where there is none, and none can be had
   */
  get(isIn: (keys: readonly Jwk[]) => boolean): Promise<readonly Jwk[] | null>
}

/** @param now milliseconds, of a clock that only goes on */
export function remoteKeys(url: string, now: () => number = () => performance.now()): RemoteKeys {
  let keys: readonly Jwk[] = []
  let fetchedAt = Number.NEGATIVE_INFINITY
  let nextFetchAt = Number.NEGATIVE_INFINITY
  let fetching: Promise<void> | null = null

  async function refresh(): Promise<void> {
    try {
      keys = await fetched(url)
      fetchedAt = now()
      nextFetchAt = fetchedAt + PAUSE_MS
    } catch {
      nextFetchAt = now() + PAUSE_AFTER_FAILURE_MS
    } finally {
      fetching = null
    }
  }

  return {
    async get(isIn) {
      const isFresh = now() < fetchedAt + FRESH_MS
      if (isFresh && isIn(keys)) return keys
      if (fetching === null && now() >= nextFetchAt) fetching = refresh()
      await fetching
      return now() < fetchedAt + STALE_MS ? keys : null
    },
  }
}

/** @throws for anything but a set of keys, in time */
async function fetched(url: string): Promise<Jwk[]> {
  const response = await fetch(url, {
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
    headers: { accept: 'application/json' },
  })
  if (response.status !== 200 || response.body === null) throw new Error(`status ${response.status}`)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new Error('too long')
    chunks.push(chunk)
  }
  const { keys } = JSON.parse(Buffer.concat(chunks).toString())
  return keys.filter((key: unknown) => typeof key === 'object' && key !== null)
}
