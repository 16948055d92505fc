/// <reference lib="dom" />
/** The requests as they finish: by server-sent events or, where those do not get through, by asking every other second. */
import { getRequests, STREAM } from './api.js'

/** @typedef {import('./api.js').FinishedRequest} FinishedRequest */
/** @typedef {'waiting' | 'live' | 'polling' | 'lost'} State */

/** Requests that the page keeps. */
export const KEPT = 200
/** Ids that the page remembers, so that no request is shown twice: as many as the distribution lists. */
const REMEMBERED = 1000
const POLL_MILLISECONDS = 2000
/** Requests that finish within this time are shown together. */
const BATCH_MILLISECONDS = 120

/**
 * @param {(state: State) => void} onState
 */
export function openRequestFeed(onState) {
  /** @type {FinishedRequest[]} oldest first */
  let kept = []
  /** @type {FinishedRequest[]} */
  let waiting = []
  /** @type {Set<string>} */
  const known = new Set()
  /** @type {Set<(added: FinishedRequest[]) => void>} */
  const listeners = new Set()
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let polling
  /** @type {FinishedRequest[] | undefined} requests from the stream that arrive before the list of earlier ones */
  let ahead

  /** @param {FinishedRequest[]} requests */
  function add(requests) {
    if (waiting.length === 0) setTimeout(flush, BATCH_MILLISECONDS)
    for (const request of requests) {
      if (known.has(request.id)) continue
      known.add(request.id)
      waiting.push(request)
    }
    for (const id of known) {
      if (known.size <= REMEMBERED) break
      known.delete(id)
    }
  }

  function flush() {
    const added = waiting.slice(-KEPT)
    waiting = []
    if (added.length === 0) return
    kept = [...kept, ...added].slice(-KEPT)
    for (const listener of listeners) listener(added)
  }

  async function catchUp() {
    const { requests } = await getRequests()
    add(requests)
  }

  function proceed() {
    const later = ahead ?? []
    ahead = undefined
    add(later)
  }

  async function poll() {
    await catchUp().then(
      () => polling && onState('polling'),
      () => polling && onState('lost'),
    )
  }

  function connect() {
    const source = new EventSource(STREAM)
    source.addEventListener('open', () => {
      clearInterval(polling)
      polling = undefined
      ahead = []
      onState('live')
      catchUp().then(proceed, proceed)
    })
    source.addEventListener('message', ({ data }) => {
      const request = JSON.parse(data)
      if (ahead) ahead.push(request)
      else add([request])
    })
    source.addEventListener('error', () => {
      if (!polling) {
        polling = setInterval(poll, POLL_MILLISECONDS)
        poll()
      }
      // A browser tries again by itself, unless it was refused.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, POLL_MILLISECONDS * 2)
    })
  }

  connect()
  return {
    /** Calls back with the requests that are kept, then with new ones, oldest first.
     * @param {(added: FinishedRequest[]) => void} listener
     */
    subscribe: (listener) => {
      listeners.add(listener)
      if (kept.length > 0) listener(kept)
    },
    /** Those that are kept, oldest first. */
    kept: () => kept,
    /** The newest GET of a path with its query, among those kept.
     * @param {string} target
     */
    latest: (target) =>
      kept.findLast(({ method, path, query }) => method === 'GET' && target === (query ? `${path}?${query}` : path)),
  }
}

/** @typedef {ReturnType<typeof openRequestFeed>} RequestFeed */
