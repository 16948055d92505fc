/// <reference lib="dom" />
/** The distribution's settings, and totals of what it has done. */
import { getTotals } from './api.js'
import { el, facts } from './dom.js'
import { bytes, count, percent, plural, saving } from './format.js'

/** Totals are asked for this often at most. */
const TOTALS_MILLISECONDS = 400

/** @param {import('./api.js').RunningSite} site */
export function siteView(site) {
  const addresses = facts([
    ['HTTPS', el('a', { href: site.httpsUrl }, el('code', {}, site.httpsUrl))],
    ['HTTP', el('a', { href: site.httpUrl }, el('code', {}, site.httpUrl))],
    [site.domains.length === 1 ? 'Domain' : 'Domains', ...codes(site.domains)],
    [site.pops.length === 1 ? 'Edge location' : 'Edge locations', ...codes(site.pops)],
  ])
  return [
    el('div', {}, el('h2', {}, 'Distribution'), addresses),
    ...(site.tenants.length > 0 ? [el('div', {}, el('h2', {}, 'Tenants'), tenants(site))] : []),
    el('div', {}, el('h2', {}, 'Behaviours'), behaviours(site)),
  ]
}

/** @param {string[]} texts */
const codes = (texts) => texts.flatMap((text) => [el('code', {}, text), ' '])

/** @param {import('./api.js').RunningSite} site */
function tenants({ tenants }) {
  const rows = tenants.map(({ id, url, behind }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, el('code', {}, id)),
      el('td', {}, el('a', { href: url }, el('code', {}, url))),
      el('td', {}, el('span', { class: 'quiet' }, behind)),
    ),
  )
  const titles = ['Tenant', 'URL', 'Objects'].map((title) => el('th', { scope: 'col' }, title))
  return el('table', {}, el('thead', { class: 'unseen' }, el('tr', {}, ...titles)), el('tbody', {}, ...rows))
}

/** @param {import('./api.js').RunningSite} site */
function behaviours({ behaviours, origins }) {
  const behind = new Map(origins.map((origin) => [origin.name, origin.behind]))
  const rows = behaviours.map(({ path, origin, cached, images, keyGroups }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, el('code', {}, path)),
      el('td', {}, el('b', {}, origin), ' ', el('span', { class: 'quiet' }, behind.get(origin) ?? '')),
      el(
        'td',
        {},
        cached ? 'cached' : el('span', { class: 'quiet' }, 'never cached'),
        images && ', images',
        keyGroups.length > 0 && `, signed by ${keyGroups.join(' or ')}`,
      ),
    ),
  )
  const titles = ['Path', 'Origin', 'What it does'].map((title) => el('th', { scope: 'col' }, title))
  return el('table', {}, el('thead', { class: 'unseen' }, el('tr', {}, ...titles)), el('tbody', {}, ...rows))
}

/**
 * Keeps the totals up to date.
 * @param {HTMLElement} list
 * @returns {() => void} to be called after each request
 */
export function totalsIn(list) {
  let isWaiting = false
  const refresh = async () => {
    isWaiting = false
    const totals = await getTotals().catch(() => undefined)
    if (totals) show(list, totals)
  }
  refresh()
  return () => {
    if (!isWaiting) setTimeout(refresh, TOTALS_MILLISECONDS)
    isWaiting = true
  }
}

/** @param {HTMLElement} list @param {import('./api.js').TotalFigures} totals */
function show(list, totals) {
  const { requests, cacheable, hits, hitRatio, bodyBytes } = totals
  const texts = {
    requests: count(requests),
    'requests-note': requests === 0 ? 'none so far' : `${count(cacheable)} that may be cached`,
    ratio: hitRatio === null ? '–' : percent(hitRatio),
    'ratio-note': hitRatio === null ? 'none so far' : plural(hits, 'hit'),
    sent: bytes(bodyBytes),
    'sent-note': 'in bodies, to viewers',
    ...savedTexts(totals),
  }
  for (const [name, text] of Object.entries(texts)) {
    const place = list.querySelector(`[data-total="${name}"]`)
    if (place && place.textContent !== text) place.textContent = text
  }
}

/** @param {import('./api.js').TotalFigures} totals */
function savedTexts({ renditions, compared, originalBytes, renditionBytes }) {
  if (renditions === 0) return { saved: '–', 'saved-note': 'no renditions so far' }
  if (compared === 0) {
    return { saved: '–', 'saved-note': `${plural(renditions, 'rendition')} of pictures whose size is not known here` }
  }
  const which = compared === renditions ? plural(compared, 'rendition') : `${count(compared)} of ${count(renditions)}`
  return {
    saved: saving(renditionBytes, originalBytes),
    'saved-note': `${which}, against ${bytes(originalBytes)} of originals at the same sizes`,
  }
}
