/// <reference lib="dom" />
/** The sample pictures as a strip of small ones, of which one is in the viewer pane. */
import { messageOf } from './api.js'
import { look, targetOf } from './ask.js'
import { byId, el } from './dom.js'
import { bytes, format, saving } from './format.js'
import { bytesAtSize, renditionOf, statusRemark } from './meanings.js'
import { isText, isVector, OPEN, urlOf } from './variants.js'
import { openViewerPane } from './viewer-pane.js'

/** @typedef {import('./api.js').ShownObject} ShownObject */
/** @typedef {import('./request-feed.js').RequestFeed} RequestFeed */

/**
 * The whole URL of a path on this host, also of one that begins with two slashes.
 * @param {string} path
 */
const urlOfPath = (path) => new URL(location.origin + (path.startsWith('/') ? path : `/${path}`)).href

/** @param {import('./api.js').RunningSite} site @param {RequestFeed} feed */
export function openPictures({ samples: listed, origins }, feed) {
  const samples = listed.map((sample) => ({ ...sample, path: urlOfPath(sample.path) }))
  const strip = byId('strip', 'fieldset')
  const show = openViewerPane(feed)
  const tiles = samples.map((sample) => tileOf(sample, feed, () => select(sample)))
  strip.hidden = tiles.length === 0
  strip.append(...tiles.map(({ button }) => button))

  /** @param {ShownObject} sample */
  function select(sample) {
    for (const { button, path } of tiles) button.setAttribute('aria-pressed', String(path === sample.path))
    show(sample)
  }

  feed.subscribe(() => {
    for (const { refresh } of tiles) refresh()
  })
  const [first] = samples
  if (first) select(first)
  else strip.after(noSamples(origins))
  openOtherObject(select)
}

/**
 * What to do where nothing is there to begin with.
 * @param {import('./api.js').RunningSite['origins']} origins
 */
const noSamples = (origins) =>
  el(
    'p',
    { class: 'notice', id: 'no-samples' },
    'No sample pictures are behind this distribution. Name one of its own objects here, or ask for any URL of it from anywhere: what becomes of it appears below. Objects come from ',
    ...origins.flatMap(({ name, behind }, i) => [i > 0 && ', ', el('b', {}, name), ' (', el('code', {}, behind), ')']),
    '.',
  )

/** @param {ShownObject} sample @param {RequestFeed} feed @param {() => void} select */
function tileOf(sample, feed, select) {
  const name = sample.path.replace(/^.*\//, '')
  const note = el('span', { class: 'note' }, bytes(sample.bytes))
  const picture = isText(sample) ? el('span', { class: 'glyph', 'aria-hidden': 'true' }, '{ }') : thumbnail(sample)
  const about = sample.about ? `${sample.about}: ${name}` : name
  const button = el(
    'button',
    { type: 'button', class: 'tile', 'aria-pressed': 'false', title: about, click: select },
    el('span', { class: 'frame' }, picture),
    el('span', { class: 'name' }, name),
    note,
  )
  let shownId = ''
  const refresh = () => {
    const url = picture instanceof HTMLImageElement ? picture.currentSrc : sample.path
    const request = url ? feed.latest(targetOf(url)) : undefined
    if (request?.status !== 200 || request.id === shownId) return
    shownId = request.id
    note.replaceChildren(...noteOf(request, sample))
  }
  if (picture instanceof HTMLImageElement) picture.addEventListener('load', refresh)
  return { button, path: sample.path, refresh }
}

/**
 * How the request for a small picture ended, in two short lines.
 * @param {import('./api.js').FinishedRequest} request
 * @param {ShownObject} sample
 */
function noteOf({ contentType, bodyBytes, resultType, rimlight }, sample) {
  const original = bytesAtSize(sample, renditionOf(rimlight))
  const shownFormat =
    bodyBytes < original ? `${format(contentType)} ${saving(bodyBytes, original)}` : format(contentType)
  return [shownFormat, el('br'), `${bytes(bodyBytes)}, ${resultType}`]
}

/** With it, a request says that it is the page's own: the totals leave it out. */
const OWN = 'same-origin'

/** @param {ShownObject} sample */
function thumbnail(sample) {
  if (isVector(sample)) return el('img', { referrerpolicy: OWN, src: sample.path, alt: '' })
  const small = [128, 256, 384].map((width) => `${urlOf(sample.path, { ...OPEN, crop: '3:2' }, width)} ${width}w`)
  return el('img', {
    referrerpolicy: OWN,
    srcset: small.join(', '),
    sizes: '8rem',
    src: urlOf(sample.path, { ...OPEN, crop: '3:2' }, 256),
    alt: '',
  })
}

/**
 * The form for the path of another object. A HEAD request tells whether it exists, and its size.
 * @param {(sample: ShownObject) => void} select
 */
function openOtherObject(select) {
  const problem = byId('other-problem', 'p')
  const input = byId('other-path', 'input')
  byId('other', 'form').addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    const path = urlOfPath(input.value.trim())
    try {
      const { status, bytes } = await look(path)
      if (status >= 400) {
        throw new Error(`${targetOf(path)} is answered with ${status}. ${statusRemark({ status })?.text ?? ''}`.trim())
      }
      select({ path, width: 0, height: 0, bytes })
    } catch (error) {
      problem.textContent = messageOf(error)
    }
  })
}
