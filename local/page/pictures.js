/// <reference lib="dom" />
/** The sample pictures as a strip of small ones, of which one is on the stage. */
import { messageOf } from './api.js'
import { look, targetOf } from './ask.js'
import { byId, el } from './dom.js'
import { bytes, format, saving } from './format.js'
import { isText, isVector, OPEN, urlOf } from './variants.js'
import { openStage } from './viewer-pane.js'

/** @typedef {import('./api.js').Sample} Sample */
/** @typedef {import('./request-feed.js').Live} Live */

/**
 * The whole URL of a path on this host, also of one that begins with two slashes.
 * @param {string} path
 */
const urlOfPath = (path) => new URL(location.origin + (path.startsWith('/') ? path : `/${path}`)).href

/** @param {Sample[]} listed @param {Live} live */
export function openPictures(listed, live) {
  const samples = listed.map((sample) => ({ ...sample, path: urlOfPath(sample.path) }))
  const strip = byId('strip', 'fieldset')
  const show = openStage(live)
  const tiles = samples.map((sample) => tileOf(sample, live, () => select(sample)))
  strip.hidden = tiles.length === 0
  strip.append(...tiles.map(({ button }) => button))

  /** @param {Sample} sample */
  function select(sample) {
    for (const { button, path } of tiles) button.setAttribute('aria-pressed', String(path === sample.path))
    show(sample)
  }

  live.subscribe(() => {
    for (const { refresh } of tiles) refresh()
  })
  const [first] = samples
  if (first) select(first)
  openOwn(select)
}

/** @param {Sample} sample @param {Live} live @param {() => void} select */
function tileOf(sample, live, select) {
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
  let told = ''
  const refresh = () => {
    const url = picture instanceof HTMLImageElement ? picture.currentSrc : sample.path
    const request = url ? live.latest(targetOf(url)) : undefined
    if (request?.status !== 200 || request.id === told) return
    told = request.id
    note.replaceChildren(...noteOf(request, sample))
  }
  if (picture instanceof HTMLImageElement) picture.addEventListener('load', refresh)
  return { button, path: sample.path, refresh }
}

/**
 * What came of a small picture, in two short lines.
 * @param {import('./api.js').FinishedRequest} request
 * @param {Sample} sample
 */
function noteOf({ contentType, bodyBytes, resultType }, sample) {
  const came =
    bodyBytes < sample.bytes ? `${format(contentType)} ${saving(bodyBytes, sample.bytes)}` : format(contentType)
  return [came, el('br'), `${bytes(bodyBytes)}, ${resultType}`]
}

/** @param {Sample} sample */
function thumbnail(sample) {
  if (isVector(sample)) return el('img', { src: sample.path, alt: '' })
  const small = [128, 256, 384].map((width) => `${urlOf(sample.path, { ...OPEN, crop: '3:2' }, width)} ${width}w`)
  return el('img', {
    srcset: small.join(', '),
    sizes: '8rem',
    src: urlOf(sample.path, { ...OPEN, crop: '3:2' }, 256),
    alt: '',
  })
}

/**
 * A path that somebody types: what it is, a HEAD tells.
 * @param {(sample: Sample) => void} select
 */
function openOwn(select) {
  const problem = byId('own-problem', 'p')
  const input = byId('own-path', 'input')
  byId('own', 'form').addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    const path = urlOfPath(input.value.trim())
    try {
      const { status, bytes } = await look(path)
      if (status >= 400) throw new Error(`${targetOf(path)} is answered with ${status}.`)
      select({ path, width: 0, height: 0, bytes })
    } catch (error) {
      problem.textContent = messageOf(error)
    }
  })
}
