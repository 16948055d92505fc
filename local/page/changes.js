/// <reference lib="dom" />
/** What a function changed, as a small diff. */
import { el } from './dom.js'
import { shown } from './format.js'
import { isHeader } from './meanings.js'

/** @typedef {import('./api.js').ValueChange} ValueChange */

const NAMES = { '+': 'added', '-': 'removed', '~': 'changed' }
const KINDS = { '+': 'added', '-': 'removed', '~': 'changed' }
const NOTABLE = ['x-rimlight', 'x-rimlight-verdict']

/** @param {readonly ValueChange[]} changes */
export const changesView = (changes) => el('ul', { class: 'changes' }, ...changes.map(changeView))

/** @param {ValueChange} change */
function changeView(change) {
  const { sign, path } = change
  const isNotable = NOTABLE.some((name) => isHeader(path, name))
  return el(
    'li',
    { class: `${KINDS[sign]}${isNotable ? ' notable' : ''}` },
    el('span', { class: 'sign', 'aria-hidden': 'true' }, sign === '-' ? '−' : sign),
    el('span', { class: 'unseen' }, `${NAMES[sign]}: `),
    el('span', { class: 'path' }, path || 'the result'),
    ' ',
    el(
      'span',
      { class: 'values' },
      change.sign !== '+' && el('del', {}, shown(change.before)),
      sign === '~' && el('span', { class: 'arrow' }, ' → '),
      change.sign !== '-' && el('ins', {}, shown(change.after)),
    ),
  )
}
