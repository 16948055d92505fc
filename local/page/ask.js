/// <reference lib="dom" />
/** Requests that the page makes for an object, past the browser's own cache. */

/** What browsers send for pictures; all that run this page read WebP and AVIF. `fetch` would send anything. */
const IMAGE_ACCEPT = 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8'

/**
 * @typedef {{ status: number, headers: [string, string][], text: string }} Answer `text`: of what is no picture
 */

/**
 * @param {string} url
 * @param {boolean} isPicture
 * @returns {Promise<Answer>}
 */
export async function ask(url, isPicture) {
  const headers = { accept: isPicture ? IMAGE_ACCEPT : '*/*' }
  const response = await fetch(url, { cache: 'reload', headers })
  const isText = /^(?:text\/|application\/json)/.test(response.headers.get('content-type') ?? '')
  const text = isText ? await response.text() : ''
  if (!isText) await response.arrayBuffer()
  return { status: response.status, headers: [...response.headers], text }
}

/**
 * What is at a URL, without fetching it. The request says that it is the page's own.
 * @param {string} url
 * @returns {Promise<{ status: number, bytes: number }>} bytes of the original; -1: not told
 */
export async function look(url) {
  const { status, headers } = await fetch(url, { method: 'HEAD', cache: 'no-store', referrerPolicy: 'same-origin' })
  return { status, bytes: Number(headers.get('content-length') ?? -1) }
}

/**
 * Of a URL on this host: path and query, as the distribution's list has it.
 * @param {string} url
 */
export function targetOf(url) {
  const { pathname, search } = new URL(url, location.href)
  return pathname + search
}
