/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Makes and finds elements. Text from requests goes onto the page as text or as an attribute that is no code; nothing here
 * takes markup.
 */

/** @typedef {Node | string | false | null | undefined} Child */
/** @typedef {Record<string, string | number | boolean | ((event: Event) => void) | undefined>} Attributes */

/**
 * An element with its attributes, listeners (functions, by the event's name) and children; `false` and `undefined`
 * are left out.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Attributes} [attributes]
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.filter(isThere))
  return element
}

/**
 * @param {Child} child
 * @returns {child is Node | string}
 */
const isThere = (child) => child !== undefined && child !== null && child !== false && child !== ''

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {string} id
 * @param {Tag} tag what it is known to be
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function byId(id, tag) {
  const element = document.getElementById(id)
  if (element?.localName !== tag) throw new Error(`The page has no <${tag} id="${id}">.`)
  return /** @type {HTMLElementTagNameMap[Tag]} */ (element)
}

/**
 * `hit`, `miss`, `function` or `error`, for the colour; the name is written out.
 * @param {string} result
 */
export const badge = (result) => el('span', { class: `badge ${kindOf(result)}` }, result)

/** @typedef {'hit' | 'miss' | 'function' | 'error'} Kind */

/**
 * @param {string} result a result type of CloudFront
 * @returns {Kind}
 */
export function kindOf(result) {
  if (result === 'Hit' || result === 'RefreshHit') return 'hit'
  if (result === 'Miss' || result === 'Bypass') return 'miss'
  return result === 'Redirect' || result.endsWith('GeneratedResponse') ? 'function' : 'error'
}

/**
 * A list of names and values.
 * @param {readonly (readonly [name: string, ...values: Child[]])[]} rows rows without a value are left out
 */
export const facts = (rows) =>
  el(
    'dl',
    { class: 'facts' },
    ...rows
      .filter(([, ...values]) => values.some(isThere))
      .map(([name, ...values]) => el('div', {}, el('dt', {}, name), el('dd', {}, ...values))),
  )

/**
 * A button that copies a text, and says so.
 * @param {() => string} text
 * @param {string} label
 */
export function copyButton(text, label = 'Copy') {
  const button = el('button', { type: 'button', 'aria-live': 'polite' }, label)
  button.addEventListener('click', async () => {
    button.textContent = (await copied(text())) ? 'Copied' : 'Not allowed'
    setTimeout(() => {
      button.textContent = label
    }, 1600)
  })
  return button
}

/** @param {string} text */
const copied = (text) =>
  navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )

/**
 * A bar that is filled by a share.
 * @param {number} share 0 to 1
 * @param {string} kind a class
 */
export function bar(share, kind) {
  const fill = el('span', { class: 'fill' })
  fill.style.width = `${Math.max(0.6, Math.min(1, share) * 100).toFixed(1)}%`
  return el('span', { class: `bar ${kind}`, 'aria-hidden': 'true' }, fill)
}
