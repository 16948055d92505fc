/// <reference lib="dom" />
/** The page of the local CloudFront. */
import { getSite, messageOf } from './api.js'
import { byId, el } from './dom.js'
import { openKeyForm } from './key.js'
import { openMaintenance } from './maintenance.js'
import { siteView, totalsIn } from './overview.js'
import { openPictures } from './pictures.js'
import { openRequestFeed } from './request-feed.js'
import { openRequests } from './requests.js'

/** @type {Record<import('./request-feed.js').State, string>} */
const STATES = { waiting: 'Connecting', live: 'Live', polling: 'Live, by polling', lost: 'Not answering, trying again' }

const AGAIN_MILLISECONDS = 2000

/** @param {import('./request-feed.js').State} now */
function showState(now) {
  const state = byId('state', 'p')
  state.dataset.state = now
  if (state.textContent !== STATES[now]) state.textContent = STATES[now]
}

/** The site. It is asked for until there is an answer: the distribution may be starting. */
async function untilAnswered() {
  for (;;) {
    const site = await getSite().catch(showFailure)
    if (site) return site
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MILLISECONDS))
  }
}

/** @param {unknown} error */
function showFailure(error) {
  showState('lost')
  byId('distribution', 'div').replaceChildren(el('p', { class: 'problem' }, messageOf(error)))
}

/**
 * Over HTTP, the page shows a link in place of the pictures: requests for them would be redirected to another origin, which
 * the page may not load from.
 * @param {string} httpsUrl
 */
function sendToHttps(httpsUrl) {
  const url = new URL(location.pathname, httpsUrl)
  url.hostname = location.hostname
  const there = el('a', { href: url.href }, url.href)
  byId('strip', 'fieldset').hidden = true
  byId('other', 'form').replaceWith(
    el('p', { class: 'notice' }, 'Viewers are sent to HTTPS. The pictures are there: ', there),
  )
}

/** Milliseconds: pictures and requests above it have come by then. */
const SETTLED_MILLISECONDS = 3000

/**
 * Shows what the address names (`#key`), which was not in its place yet when the browser looked for it, and keeps it in view
 * while the page above it grows, until somebody does something.
 */
function stayAtTarget() {
  addEventListener('hashchange', () => showTarget('auto'))
  if (location.hash === '') return
  const growing = new ResizeObserver(() => showTarget('instant'))
  growing.observe(document.body)
  const stop = () => growing.disconnect()
  for (const event of ['wheel', 'touchstart', 'pointerdown', 'keydown']) addEventListener(event, stop, { once: true })
  setTimeout(stop, SETTLED_MILLISECONDS)
}

/** @param {ScrollBehavior} behavior */
function showTarget(behavior) {
  const target = document.getElementById(location.hash.slice(1))
  target?.scrollIntoView({ behavior })
  if (target?.id === 'key') byId('key-url', 'input').focus({ preventScroll: true })
}

const site = await untilAnswered()
byId('distribution', 'div').replaceChildren(...siteView(site))
const refreshTotals = totalsIn(byId('totals', 'dl'))
const feed = openRequestFeed((now) => {
  showState(now)
  refreshTotals()
})
feed.subscribe(refreshTotals)
const path = (site.samples[0]?.path ?? '/photo.jpg').replace(/^\/*/, '/')
openRequests(feed, new URL(`${path}?w=640`, site.httpsUrl).href)
if (location.protocol === 'https:') openPictures(site, feed)
else sendToHttps(site.httpsUrl)
openKeyForm(`${path}?w=600&dpr=2&q=78&utm_source=mail&v=1764000000`)
openMaintenance()
stayAtTarget()
