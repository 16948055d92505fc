/// <reference lib="dom" />
/** One object, large: the picture, how its request ended, and other variants to ask for. */
import { ask, targetOf } from './ask.js'
import { byId, copyButton, el } from './dom.js'
import { headersView, resultView } from './result.js'
import { CHOICES, heightByWidth, isText, isVector, OPEN, srcsetOf, urlOf } from './variants.js'

/** @typedef {import('./api.js').ShownObject} ShownObject */
/** @typedef {import('./variants.js').Choice} Choice */

/** A picture from the browser's own cache makes no request; after this time, the page makes one. */
const PATIENCE_MILLISECONDS = 700

/** Lines of a text that are shown. */
const LINES = 18

/** @param {import('./request-feed.js').RequestFeed} feed */
export function openViewerPane(feed) {
  const pane = byId('viewer-pane', 'div')
  /** @type {ShownObject} */
  let sample
  /** @type {Choice} */
  let choice = { ...OPEN }
  /** Empty until the browser has chosen a URL and loaded it. */
  let url = ''
  let asking = ''
  /** Id of the request that is shown. */
  let shownId = ''

  const figure = el('figure', { class: 'picture' })
  const title = el('h3', {})
  const outcome = el('div', { class: 'outcome-of-object', 'aria-live': 'polite' })
  const address = el('code', { class: 'url' })
  const controls = el('div', { class: 'controls' }, ...CHOICES.map((one) => choiceView(one, pick)))
  const answer = el('div', { class: 'answer' })
  const again = el('button', { type: 'button', class: 'main', click: () => askAgain() }, 'Ask again')
  const open = el('a', { class: 'button', target: '_blank', rel: 'noopener' }, 'Open')
  const buttons = el(
    'div',
    { class: 'actions' },
    again,
    copyButton(() => open.href),
    open,
  )
  pane.append(figure, el('div', { class: 'beside' }, title, outcome, controls, address, buttons, answer))

  /** @param {keyof Choice} name @param {string} value */
  function pick(name, value) {
    choice = { ...choice, [name]: value }
    load()
  }

  function load() {
    url = ''
    answer.replaceChildren()
    if (isText(sample)) return loadText()
    const picture = pictureOf(sample, choice, figure)
    // A picture that has been replaced meanwhile may still load.
    const arrived = () => picture.isConnected && settle(picture.currentSrc || picture.src)
    picture.addEventListener('load', arrived)
    picture.addEventListener('error', arrived)
    figure.replaceChildren(picture)
  }

  async function loadText() {
    const preview = el('pre', { tabindex: 0, 'aria-label': `The beginning of ${targetOf(sample.path)}` })
    figure.replaceChildren(preview)
    settle(sample.path)
    preview.textContent = (await askAgain()).split('\n').slice(0, LINES).join('\n')
  }

  /** @param {string} arrived the URL that the browser has chosen */
  function settle(arrived) {
    url = arrived
    address.textContent = targetOf(url)
    open.href = url
    refresh()
    setTimeout(() => {
      if (url === arrived && !feed.latest(targetOf(url))) askAgain()
    }, PATIENCE_MILLISECONDS)
  }

  function refresh() {
    const request = url ? feed.latest(targetOf(url)) : undefined
    if (!request || request.id === shownId) return
    shownId = request.id
    outcome.replaceChildren(...resultView(request, sample))
  }

  /** @returns the text of the response; empty for none, and for other types */
  async function askAgain() {
    const asked = url
    if (asked === '' || asking === asked) return ''
    asking = asked
    const response = await ask(asked, !isText(sample)).catch(() => undefined)
    asking = ''
    if (asked !== url) return ''
    answer.replaceChildren(
      response ? headersView(response) : el('p', { class: 'problem', role: 'alert' }, 'No answer came.'),
    )
    return response?.text ?? ''
  }

  feed.subscribe(refresh)
  return (/** @type {ShownObject} */ selected) => {
    sample = selected
    choice = { ...OPEN }
    shownId = ''
    pane.hidden = false
    title.textContent = sample.about ?? targetOf(sample.path)
    outcome.replaceChildren(el('p', { class: 'quiet' }, 'Asking …'))
    controls.hidden = isVector(sample) || isText(sample)
    for (const input of controls.querySelectorAll('input')) input.checked = input.value === ''
    load()
  }
}

/**
 * @param {ShownObject} sample
 * @param {Choice} choice
 * @param {HTMLElement} frame that it has to fit into
 */
function pictureOf(sample, choice, frame) {
  const { path, width, height, about = '' } = sample
  if (isVector(sample)) return el('img', { src: path, alt: about })
  if (choice.width !== '') return el('img', { src: urlOf(path, choice, Number(choice.width)), alt: about })
  const tall = heightByWidth(choice.crop) || (width > 0 ? height / width : 2 / 3)
  const room = Math.min(frame.clientWidth, frame.clientHeight / tall)
  return el('img', {
    srcset: srcsetOf(path, choice, width),
    sizes: `${Math.max(1, Math.round(width > 0 ? Math.min(room, width) : room))}px`,
    src: urlOf(path, choice, 1080),
    alt: about,
  })
}

/**
 * @param {(typeof CHOICES)[number]} one
 * @param {(name: keyof Choice, value: string) => void} pick
 */
function choiceView([name, title, values], pick) {
  const inputs = values.map(([value, text]) => {
    const input = el('input', {
      type: 'radio',
      name: `choice-${name}`,
      value,
      checked: value === '',
      change: () => pick(name, value),
    })
    return el('label', { class: 'choice' }, input, el('span', {}, text))
  })
  return el('fieldset', {}, el('legend', {}, title), el('div', { class: 'choices' }, ...inputs))
}
