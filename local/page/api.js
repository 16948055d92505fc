/// <reference lib="dom" />
/** The page's side of the API below `/__rimlight/`. */

/** @typedef {import('../protocol/messages.ts').FinishedRequest} FinishedRequest */
/** @typedef {import('../protocol/messages.ts').RequestTrace} RequestTrace */
/** @typedef {import('../protocol/messages.ts').CacheKey} CacheKey */
/** @typedef {import('../protocol/messages.ts').ValueChange} ValueChange */
/** @typedef {import('../console/site.ts').RunningSite} RunningSite */
/** @typedef {import('../console/totals.ts').TotalFigures} TotalFigures */
/**
 * An object that the pane shows. Sizes in pixels are 0, and bytes -1, where they are not known.
 * @typedef {{ path: string, width: number, height: number, bytes: number, about?: string }} ShownObject
 */
/**
 * @typedef {ReturnType<typeof import('../console/key.ts').keyJson>} KeyJson
 */

const ROOT = new URL('.', import.meta.url)
export const STREAM = new URL('requests/stream', ROOT)

/** @returns {Promise<RunningSite>} */
export const getSite = () => get('site')
/** @returns {Promise<TotalFigures>} */
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
 * @returns {Promise<KeyJson>}
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
