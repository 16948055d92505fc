/// <reference lib="dom" />
/** The list of requests, newest first; each row opens to show the request's way through the distribution. */
import { getTrace, messageOf } from './api.js'
import { badge, byId, el, kindOf } from './dom.js'
import { bytes, count, date, duration, format, plural, timeOfDay } from './format.js'
import { KEPT } from './request-feed.js'
import { traceView } from './trace.js'

/** @typedef {import('./api.js').FinishedRequest} FinishedRequest */
/** @typedef {{ request: FinishedRequest, item: HTMLLIElement, text: string }} Row */

/** Rows that are shown before "Show more" is pressed. */
const FIRST = 30

const KINDS = /** @type {const} */ ([
  ['all', 'All'],
  ['hit', 'Hits'],
  ['miss', 'Misses'],
  ['function', 'By functions'],
  ['error', 'Errors'],
])

/**
 * @param {import('./request-feed.js').RequestFeed} feed
 * @param {string} example a URL to try when there is nothing yet
 */
export function openRequests(feed, example) {
  const list = byId('list', 'ol')
  const empty = byId('empty', 'div')
  const listing = byId('listing', 'p')
  const filter = byId('filter', 'input')
  const pause = byId('pause', 'button')
  const columns = byId('columns', 'div')
  const rest = byId('rest', 'button')
  /** @type {Row[]} newest first */
  let rows = []
  /** @type {FinishedRequest[] | undefined} requests that finished since the list was paused */
  let held
  /** Requests that were taken off the list by "Clear". */
  let cleared = 0
  let kind = 'all'
  let isWhole = false

  /** @param {FinishedRequest[]} added oldest first */
  function add(added) {
    const made = added.map(rowOf).reverse()
    for (const row of rows.slice(KEPT - made.length)) row.item.remove()
    rows = [...made, ...rows].slice(0, KEPT)
    list.prepend(...made.map(({ item }) => item))
    apply()
  }

  function apply() {
    const wanted = filter.value.trim().toLowerCase()
    const fits = (/** @type {Row} */ { text, request }) =>
      (kind === 'all' || kindOf(request.resultType) === kind) && text.includes(wanted)
    const fitting = new Set(rows.filter(fits))
    const first = new Set(isWhole ? fitting : [...fitting].slice(0, FIRST))
    for (const row of rows) row.item.hidden = !first.has(row) && !(fitting.has(row) && isInUse(row))
    showCounts(rows)
    rest.hidden = first.size === fitting.size
    rest.textContent = `Show ${count(fitting.size - first.size)} more`
    empty.hidden = fitting.size > 0
    columns.hidden = fitting.size === 0
    if (fitting.size === 0) empty.replaceChildren(...nothing())
    return fitting.size
  }

  function nothing() {
    if (rows.length > 0) return nothingFound(rows.length)
    return cleared > 0 ? nothingLeft(cleared, showAgain) : nothingYet(example)
  }

  function showAgain() {
    cleared = 0
    // They are among those that are kept, so that resuming must not add them again.
    if (held) held = []
    add(feed.kept())
    rows[0]?.item.querySelector('summary')?.focus()
  }

  function refilter() {
    listing.textContent = `${count(apply())} of ${plural(rows.length, 'request')} fit`
  }

  function togglePause() {
    const missed = held
    held = held ? undefined : []
    pause.setAttribute('aria-pressed', String(Boolean(held)))
    pause.textContent = held ? 'Resume' : 'Pause'
    listing.textContent = held ? 'Paused' : 'Resumed'
    if (missed) add(missed.slice(-KEPT))
  }

  function clear() {
    if (held) held = []
    cleared += rows.length
    rows = []
    list.replaceChildren()
    refilter()
  }

  function showRest() {
    const next = rows.find(({ item }) => item.hidden)
    isWhole = true
    apply()
    next?.item.querySelector('summary')?.focus()
  }

  feed.subscribe((added) => {
    if (!held) return add(added)
    held.push(...added)
    pause.textContent = `Resume (${plural(held.length, 'new', 'new')})`
  })
  const pick = (/** @type {string} */ name) => {
    kind = name
    refilter()
  }
  byId('kinds', 'fieldset').append(...KINDS.map(([name, title]) => kindChoice(name, title, pick)))
  filter.addEventListener('input', refilter)
  pause.addEventListener('click', togglePause)
  byId('clear', 'button').addEventListener('click', clear)
  rest.addEventListener('click', showRest)
  apply()
}

/**
 * Whether somebody is reading the row: then it stays, even where newer ones would push it out.
 * @param {Row} row
 */
const isInUse = ({ item }) => item.querySelector('details')?.open === true || item.contains(document.activeElement)

/** @param {string} name @param {string} title @param {(name: string) => void} pick */
function kindChoice(name, title, pick) {
  const input = el('input', {
    type: 'radio',
    name: 'kind',
    value: name,
    checked: name === 'all',
    change: () => pick(name),
  })
  return el(
    'label',
    { class: `choice ${name}` },
    input,
    el('span', {}, title, ' ', el('i', { id: `count-${name}` }, '0')),
  )
}

/** @param {Row[]} rows */
function showCounts(rows) {
  for (const [name] of KINDS) {
    const number =
      name === 'all' ? rows.length : rows.filter(({ request }) => kindOf(request.resultType) === name).length
    const place = byId(`count-${name}`, 'i')
    if (place.textContent !== count(number)) place.textContent = count(number)
  }
}

/** @param {string} example */
const nothingYet = (example) => [
  el('p', {}, 'No request so far. Open a picture, or ask from a terminal:'),
  el('p', {}, el('code', {}, `curl -kI -H 'accept: image/webp' '${example}'`)),
]

/** @param {number} cleared @param {() => void} again */
const nothingLeft = (cleared, again) => [
  el(
    'p',
    {},
    `The list was cleared of ${plural(cleared, 'request')}. The next ones appear as they finish; totals, caches and logs are as they were.`,
  ),
  el('p', {}, el('button', { type: 'button', click: again }, 'Show them again')),
]

/** @param {number} total */
const nothingFound = (total) => [
  el('p', {}, `None of ${plural(total, 'request')} is like that. Another text or “All” shows more.`),
]

/** @param {FinishedRequest} request @returns {Row} */
function rowOf(request) {
  const panel = el('div', { class: 'panel' })
  const row = el('details', {}, summaryOf(request), panel)
  row.addEventListener('toggle', () => {
    if (row.open && panel.childElementCount === 0) load(panel, request)
  })
  const { method, path, query, status, resultType, contentType, pop, host, tenant = '', id, rimlight, ip } = request
  const text = [
    tenant,
    method,
    `${host}${path}${query && `?${query}`}`,
    status,
    resultType,
    contentType,
    pop,
    id,
    rimlight,
    ip,
  ]
  return { request, item: el('li', {}, row), text: text.join(' ').toLowerCase() }
}

/** @param {FinishedRequest} request */
function summaryOf(request) {
  const { time, method, tenant, path, query, status, resultType, contentType, bodyBytes, milliseconds, pop } = request
  const at = el('time', { datetime: new Date(time).toISOString(), title: date(time) }, timeOfDay(time))
  const kind = `status s${String(status).charAt(0)}`
  return el(
    'summary',
    {},
    el('span', { class: 'at' }, at),
    el('span', { class: 'result' }, badge(resultType)),
    el(
      'span',
      { class: 'line' },
      el('b', {}, method),
      tenant && el('span', { class: 'query' }, `${tenant} `),
      path,
      query && el('span', { class: 'query' }, `?${query}`),
    ),
    el('span', { class: kind }, String(status)),
    el('span', { class: 'body' }, bodyBytes > 0 && el('i', {}, format(contentType)), ' ', bytes(bodyBytes)),
    el('span', { class: 'ms' }, duration(milliseconds)),
    el('span', { class: 'pop' }, pop),
  )
}

/** @param {HTMLElement} panel @param {FinishedRequest} request */
async function load(panel, request) {
  panel.replaceChildren(el('p', { class: 'quiet' }, 'Reading …'))
  const view = await getTrace(request.id).then(
    (trace) => traceView(trace, request),
    (error) => el('p', { class: 'problem', role: 'alert' }, `Its way is not known: ${messageOf(error)}`),
  )
  panel.replaceChildren(view)
}
