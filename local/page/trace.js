/// <reference lib="dom" />
/** A request's way through the distribution, step by step. */
import { changesView } from './changes.js'
import { badge, bar, el, facts } from './dom.js'
import { bytes, date, duration } from './format.js'
import { renditionRemark, statusRemark, verdictRemark } from './meanings.js'
import { shareView } from './share.js'

/** @typedef {import('../protocol/messages.ts').TraceStep} TraceStep */
/** @typedef {import('./api.js').RequestTrace} RequestTrace */
/** @typedef {import('./api.js').FinishedRequest} FinishedRequest */

/**
 * @param {RequestTrace} trace
 * @param {FinishedRequest} request
 */
export function traceView(trace, request) {
  const remarks = [
    renditionRemark(trace.summary.rimlight),
    verdictRemark(trace),
    statusRemark(request, trace.steps),
  ].filter((remark) => remark !== undefined)
  return el(
    'div',
    { class: 'trace' },
    el('p', { class: 'target' }, requestUrl(request)),
    facts([
      ['At', date(request.time)],
      ['From', `${request.ip}, ${protocolOf(request)}`],
      ['First byte', duration(request.millisecondsToFirstByte)],
      ['Sent', `${bytes(request.sentBytes)} with headers`],
      ['Request', el('code', {}, request.id)],
    ]),
    ...remarks.map(({ tone, title, text }) => el('p', { class: `remark ${tone}` }, el('b', {}, title), ' ', text)),
    el('ol', { class: 'steps' }, ...trace.steps.map((step) => stepView(step, request.milliseconds))),
    shareView(trace, request),
  )
}

/** @param {FinishedRequest} request */
const requestUrl = ({ scheme, host, path, query }) => `${scheme}://${host}${path}${query ? `?${query}` : ''}`

/** @param {FinishedRequest} request */
const protocolOf = ({ httpVersion, tls }) =>
  `HTTP/${httpVersion === '2.0' ? '2' : httpVersion}${tls ? `, ${tls.protocol}` : ', not encrypted'}`

/** @type {Record<TraceStep['step'], string>} */
const TITLES = {
  tenant: 'Tenant',
  behaviour: 'Behaviour',
  access: 'Signature',
  'viewer-request': 'Viewer request',
  key: 'Cache key',
  cache: 'Cache',
  'origin-request': 'Origin request',
  origin: 'Origin',
  failover: 'Failover',
  'origin-response': 'Origin response',
  store: 'Store',
}

/** @param {TraceStep} step @param {number} total milliseconds of the whole request */
function stepView(step, total) {
  const took = 'milliseconds' in step ? step.milliseconds : undefined
  return el(
    'li',
    { class: `step ${step.step}${isBad(step) ? ' bad' : ''}` },
    el(
      'div',
      { class: 'step-head' },
      el('h3', {}, TITLES[step.step] ?? step.step),
      ...outcome(step),
      took !== undefined && el('span', { class: 'took' }, bar(total > 0 ? took / total : 0, 'time'), duration(took)),
    ),
    ...details(step),
  )
}

/** @param {TraceStep} step */
function isBad(step) {
  if (step.step === 'origin') return step.status === 0 || step.status >= 500
  return 'result' in step && (step.result === 'failed' || step.result === 'refused')
}

/** @param {TraceStep} step @returns {import('./dom.js').Child[]} */
function outcome(step) {
  switch (step.step) {
    case 'tenant':
      return [el('code', {}, step.tenant), el('span', { class: 'quiet' }, '→ ', `${step.prefix}/`)]
    case 'behaviour':
      return [el('code', {}, step.path), el('span', { class: 'quiet' }, '→ ', step.origin)]
    case 'cache':
      return [badge(step.result)]
    case 'origin':
      return [
        el('span', { class: 'outcome' }, step.status === 0 ? 'no answer' : `${step.status}`),
        step.status !== 0 && bytes(step.bytes),
      ]
    case 'failover':
      return [el('span', { class: 'quiet' }, '→ ', step.origin)]
    case 'key':
    case 'store':
      return []
    default:
      return [el('span', { class: `outcome ${step.result}` }, step.result)]
  }
}

/** @param {TraceStep} step @returns {import('./dom.js').Child[]} */
function details(step) {
  switch (step.step) {
    case 'key':
      return [keyView(step.key)]
    case 'tenant':
      return []
    case 'behaviour':
    case 'access':
    case 'cache':
    case 'failover':
    case 'store':
      return [step.reason && el('p', {}, step.reason)]
    case 'origin':
      return [el('p', { class: 'target' }, `${step.method} ${step.url}`), step.reason && el('p', {}, step.reason)]
    default:
      return [
        ...step.problems.map((problem) => el('p', { class: 'remark warn' }, problem)),
        step.changes.length > 0 && changesView(step.changes),
        step.logData && el('pre', { class: 'log' }, decodeURIComponent(step.logData)),
        step.logs.length > 0 &&
          el('pre', { class: 'log', tabindex: 0, 'aria-label': `Log of ${step.step}` }, step.logs.join('\n')),
      ]
  }
}

/**
 * The parts of a cache key.
 * @param {import('./api.js').CacheKey} key
 */
export const keyView = (key) =>
  facts([
    ['Tenant', key.tenant && el('code', {}, key.tenant)],
    ['Behaviour', el('code', {}, key.behaviour)],
    ['Path', el('code', {}, key.path)],
    ['Query', key.query ? el('code', {}, key.query) : el('span', { class: 'quiet' }, 'none')],
    ...Object.entries(key.headers).map(([name, value]) => /** @type {const} */ ([name, el('code', {}, value)])),
    ['Cookies', key.cookies && el('code', {}, key.cookies)],
  ])
