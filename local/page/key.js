/// <reference lib="dom" />
/** The box that tells which cache key a request gets. */
import { messageOf, postKey } from './api.js'
import { changesView } from './changes.js'
import { byId, copyButton, el, facts } from './dom.js'
import { keyView } from './trace.js'

/** @param {string} example a URL to begin with */
export function openKeyForm(example) {
  const form = byId('key-form', 'form')
  const method = byId('key-method', 'select')
  const url = byId('key-url', 'input')
  const headers = byId('key-headers', 'textarea')
  const problem = byId('key-problem', 'p')
  const answer = byId('key-answer', 'div')
  url.value = example
  headers.value = 'accept: image/avif,image/webp,image/*,*/*;q=0.8'

  headers.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit()
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    problem.textContent = ''
    try {
      const request = { url: url.value.trim(), method: method.value, headers: parseHeaders(headers.value) }
      answer.replaceChildren(...answerView(await postKey(request)))
    } catch (error) {
      answer.replaceChildren()
      problem.textContent = messageOf(error)
    }
  })
}

/**
 * Repeated names become one value, as RFC 9110, 5.3 has it.
 * @param {string} text one `name: value` per line
 * @returns {Record<string, string>}
 * @throws {Error} naming the line that is none
 */
function parseHeaders(text) {
  /** @type {Map<string, string>} */
  const headers = new Map()
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const [, name, value = ''] = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? []
    if (!name) throw new Error(`Line ${index + 1} of the headers is no “name: value”: ${line.trim()}`)
    const known = headers.get(name.toLowerCase())
    headers.set(name.toLowerCase(), known === undefined ? value : `${known}, ${value}`)
  }
  return Object.fromEntries(headers)
}

/** @param {import('./api.js').KeyJson} answer */
function answerView(answer) {
  if (answer.kind === 'failed') return answer.problems.map((problem) => el('p', { class: 'remark warn' }, problem))
  if (answer.kind === 'answered') {
    const rows = Object.entries(answer.headers).map(
      ([name, value]) => /** @type {const} */ ([name, el('code', {}, String(value))]),
    )
    const who = answer.by === 'distribution' ? 'before the function runs' : 'by the function'
    const text = `No key: answered ${who}. ${answer.reason}`
    return [el('p', { class: 'remark plain' }, el('b', {}, `${answer.status}`), ' ', text), facts(rows)]
  }
  return [
    el(
      'div',
      { class: 'key-text' },
      el('pre', { tabindex: 0, 'aria-label': 'Cache key' }, answer.text),
      copyButton(() => answer.text),
    ),
    keyView(answer.key),
    el('h3', {}, 'What the function changed'),
    answer.changes.length > 0 ? changesView(answer.changes) : el('p', { class: 'quiet' }, 'Nothing.'),
  ]
}
