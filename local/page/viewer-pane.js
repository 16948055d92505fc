/// <reference lib="dom" />
/** One object, large: the picture, what came of its request, and what else could be asked for. */
import { ask, targetOf } from './ask.js'
import { byId, copyButton, el } from './dom.js'
import { cameView, headersView } from './result.js'
import { CHOICES, heightByWidth, isText, isVector, OPEN, srcsetOf, urlOf } from './variants.js'

/** @typedef {import('./api.js').Sample} Sample */
/** @typedef {import('./variants.js').Choice} Choice */

/** A picture that comes from the browser's own cache makes no request: after this time one is made. */
const PATIENCE_MILLISECONDS = 700

/** Lines of a text that are shown. */
const LINES = 18

/** @param {import('./request-feed.js').Live} live */
export function openStage(live) {
  const stage = byId('stage', 'div')
  /** @type {Sample} */
  let sample
  /** @type {Choice} */
  let choice = { ...OPEN }
  /** Empty until the browser has chosen one and has it. */
  let url = ''
  let asking = ''
  /** The request that is shown: what does not change is not told again. */
  let told = ''

  const figure = el('figure', { class: 'picture' })
  const title = el('h3', {})
  const outcome = el('div', { class: 'came', 'aria-live': 'polite' })
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
  stage.append(figure, el('div', { class: 'beside' }, title, outcome, controls, address, buttons, answer))

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
    // One that has been replaced meanwhile may still arrive.
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
      if (url === arrived && !live.latest(targetOf(url))) askAgain()
    }, PATIENCE_MILLISECONDS)
  }

  function refresh() {
    const request = url ? live.latest(targetOf(url)) : undefined
    if (!request || request.id === told) return
    told = request.id
    outcome.replaceChildren(...cameView(request, sample))
  }

  /** @returns the text that came; empty for none, and for what is no text */
  async function askAgain() {
    const asked = url
    if (asked === '' || asking === asked) return ''
    asking = asked
    const came = await ask(asked, !isText(sample)).catch(() => undefined)
    asking = ''
    if (asked !== url) return ''
    answer.replaceChildren(came ? headersView(came) : el('p', { class: 'problem', role: 'alert' }, 'No answer came.'))
    return came?.text ?? ''
  }

  live.subscribe(refresh)
  return (/** @type {Sample} */ selected) => {
    sample = selected
    choice = { ...OPEN }
    told = ''
    stage.hidden = false
    title.textContent = sample.about ?? targetOf(sample.path)
    outcome.replaceChildren(el('p', { class: 'quiet' }, 'Asking …'))
    controls.hidden = isVector(sample) || isText(sample)
    for (const input of controls.querySelectorAll('input')) input.checked = input.value === ''
    load()
  }
}

/**
 * @param {Sample} sample
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
