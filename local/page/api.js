/// <reference lib="dom" />
/** The page's side of the API below `/__rimlight/`. */

/** @typedef {import('../protocol/messages.ts').FinishedRequest} FinishedRequest */
/** @typedef {import('../protocol/messages.ts').RequestTrace} RequestTrace */
/** @typedef {import('../protocol/messages.ts').CacheKey} CacheKey */
/** @typedef {import('../protocol/messages.ts').Change} Change */
/** @typedef {{ path: string, width: number, height: number, bytes: number, about?: string }} Sample */
/**
 * @typedef {{
 *   domains: string[], httpsUrl: string, httpUrl: string, pops: string[],
 *   behaviours: { path: string, origin: string, cached: boolean, images: boolean }[],
 *   origins: { name: string, behind: string }[], samples: Sample[]
 * }} Site
 */
/**
 * @typedef {{
 *   requests: number, cacheable: number, hits: number, hitRatio: number | null, bodyBytes: number,
 *   renditions: number, originalBytes: number, renditionBytes: number
 * }} Totals
 */
/**
 * @typedef {{ kind: 'key', behaviour: string, key: CacheKey, text: string, changes: Change[] }
 *   | { kind: 'answered', status: number, headers: Record<string, string> | [string, string][] }
 *   | { kind: 'failed', problems: string[] }} KeyAnswer
 */

const ROOT = new URL('.', import.meta.url)
export const STREAM = new URL('requests/stream', ROOT)

/** @returns {Promise<Site>} */
export const getSite = () => get('site')
/** @returns {Promise<Totals>} */
export const getTotals = () => get('totals')
/** @returns {Promise<{ requests: FinishedRequest[] }>} oldest first */
export const getRequests = () => get('requests')

/**
 * @param {string} id
 * @returns {Promise<RequestTrace>}
 */
export const getTrace = (id) => get(`requests/${encodeURIComponent(id)}`)

/**
 * @param {{ url: string, headers: Record<string, string>, method: string }} request
 * @returns {Promise<KeyAnswer>}
 */
export const postKey = (request) => post('key', request)

/**
 * @param {string[]} paths
 * @returns {Promise<{ id: string, paths: string[], removed: number }>}
 */
export const postInvalidation = (paths) => post('invalidations', { paths })

/**
 * @param {number} seconds
 * @returns {Promise<{ now: number | string }>}
 */
export const postClock = (seconds) => post('clock', { advance: seconds })

/** @param {string} path */
const get = (path) => answer(path, {})

/** @param {string} path @param {unknown} body */
const post = (path, body) =>
  answer(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

/** @param {string} path @param {RequestInit} init */
async function answer(path, init) {
  const response = await fetch(new URL(path, ROOT), { cache: 'no-store', ...init }).catch(() => undefined)
  if (!response) throw new Error('The distribution does not answer. Is it still running?')
  const body = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body
  throw new Error(body?.error ?? `The distribution answered ${response.status} to ${path}.`)
}

/** @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error))
