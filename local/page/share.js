/// <reference lib="dom" />
/** A request for somebody else: as a line for a terminal, and as JSON. Both have what the page has, which has no tokens in it. */
import { copyButton, el } from './dom.js'

/** @typedef {import('./api.js').RequestTrace} RequestTrace */
/** @typedef {import('./api.js').FinishedRequest} FinishedRequest */

/** @param {RequestTrace} trace @param {FinishedRequest} request */
export const shareView = (trace, request) =>
  el(
    'div',
    { class: 'actions share' },
    el('span', { class: 'quiet' }, 'Share this trace:'),
    copyButton(() => curlLine(trace, request, location.host), 'Copy curl line'),
    copyButton(() => JSON.stringify({ request, steps: trace.steps }, null, 2), 'Copy JSON'),
  )

/**
 * Asks for the same, of the distribution that the page is of, whatever host the request was for.
 * @param {RequestTrace} trace
 * @param {FinishedRequest} request
 * @param {string} here host and port of the page
 */
function curlLine({ steps }, { method, scheme, host, path, query }, here) {
  const url = `${scheme}://${host}${path}${query ? `?${query}` : ''}`
  const key = steps.find((step) => step.step === 'key')
  const negotiated = new URLSearchParams(query).has('fm') ? null : new URLSearchParams(key?.key.query).get('fm')
  const words = [
    'curl -k',
    method === 'HEAD' ? '-I' : method === 'GET' ? '-i' : `-i -X ${method}`,
    // What the format was negotiated from.
    ...(negotiated ? [`-H 'accept: image/${negotiated},*/*'`] : []),
    ...(host === here ? [] : [`--connect-to '::${here}'`]),
    `'${url.replaceAll("'", "'\\''")}'`,
  ]
  return words.join(' ')
}
