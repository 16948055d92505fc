/// <reference lib="dom" />
/** How a request for a picture or another object ended. */
import { badge, bar, el, facts } from './dom.js'
import { bytes, duration, format, percent, timeOfDay } from './format.js'
import { bytesAtSize, renditionOf, renditionRemark, statusRemark } from './meanings.js'

/** @typedef {import('./api.js').ShownObject} ShownObject */
/** @typedef {import('./api.js').FinishedRequest} FinishedRequest */

/** Response headers worth seeing, in this order. */
const HEADERS = [
  'x-cache',
  'age',
  'cache-control',
  'content-type',
  'content-encoding',
  'content-length',
  'vary',
  'etag',
  'last-modified',
  'x-rimlight',
  'x-rimlight-verdict',
  'server-timing',
  'x-amz-cf-pop',
  'via',
]

/**
 * The response to a request, beside the original.
 * @param {FinishedRequest} request
 * @param {ShownObject} sample
 */
export function resultView(request, sample) {
  const { resultType, status, contentType, bodyBytes, rimlight, milliseconds, pop, time } = request
  const rendition = renditionOf(rimlight)
  const size = rendition
    ? `${rendition.width} × ${rendition.height} px`
    : sample.width > 0 && `${sample.width} × ${sample.height} px`
  const remark = renditionRemark(rimlight) ?? statusRemark(request)
  return [
    el(
      'p',
      { class: 'headline' },
      status === 200 ? el('strong', {}, format(contentType)) : el('strong', { class: 'problem' }, `${status}`),
      size && el('span', {}, size),
      badge(resultType),
    ),
    status === 200 && weightView(bodyBytes, bytesAtSize(sample, rendition)),
    status === 200 && rendition && el('p', { class: 'quiet original' }, originalText(sample)),
    facts([
      ['x-rimlight', rimlight && el('code', {}, rimlight)],
      ['Took', `${duration(milliseconds)} at ${pop}, ${timeOfDay(time)}`],
    ]),
    remark?.tone === 'warn' && el('p', { class: 'remark warn' }, el('b', {}, remark.title), ' ', remark.text),
  ].filter((part) => part !== false && part !== undefined)
}

/** @param {ShownObject} sample */
const originalText = ({ width, height, bytes: original }) =>
  width > 0
    ? `Against the original at this size, pixel for pixel; in full it has ${bytes(original)}, ${width} × ${height} px.`
    : `The original has ${bytes(original)} in full; its size in pixels is not known here.`

/**
 * @param {number} after bytes
 * @param {number} before bytes of the original at this size; negative: not known
 */
function weightView(after, before) {
  const share = before > 0 ? after / before : 1
  const weight = [el('b', {}, bytes(after)), before > 0 && ` of ${bytes(before)}`]
  return el('p', { class: 'weight' }, bar(share, 'bytes'), el('span', {}, ...weight), before > 0 && savingView(share))
}

/** @param {number} share of the original's bytes */
function savingView(share) {
  if (share === 1) return el('span', { class: 'quiet' }, 'as it is')
  return share > 1
    ? el('span', { class: 'more' }, `${percent(share - 1)} more`)
    : el('span', { class: 'saved' }, `${percent(1 - share)} saved`)
}

/** @param {import('./ask.js').Answer} answer */
export function headersView({ status, headers }) {
  const values = new Map(headers)
  const rows = HEADERS.filter((name) => values.has(name)).map(
    (name) => /** @type {const} */ ([name, el('code', {}, values.get(name))]),
  )
  return el(
    'details',
    { class: 'headers', open: true },
    el('summary', {}, `Answered ${status}, with these headers`),
    facts(rows),
  )
}
