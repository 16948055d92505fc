/** One host, and paths that end in a slash. */
import { answerMediaType, header, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { anyPath, type CheckTarget, freshText, isCachedBucket, NO_OTHER_PATH } from '../check-target.ts'
import { isThere, requestFor } from '../objects.ts'
import { attachFunction, nameAnObject } from '../remedies.ts'

export const PAGE_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'canonical-host',
    title: 'another of its hosts is redirected to the first, path and query kept',
    rule: 'docs/requests.md, "The config", canonicalHost',
    asks: 1,
    unless: ['viewer-request'],
    isOpen: true,
    appliesTo: ({ canonicalHost, domains }) => canonicalHost && domains.length > 1,
    async ask(target, { ask }) {
      const path = anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const [first = '', other = ''] = target.domains
      const query = [`v=${freshText()}`, 'b=2']
      const answer = await ask({ path, query, headers: { host: other } })
      const expected = `https://${first}${path}?${query.join('&')}`
      return judged(
        answer.status === 301 && header(answer, 'location') === expected,
        `301 to ${expected} for ${other}`,
        `${outcome(answer)}, location: ${quoted(answer, 'location')}`,
      )
    },
    means: (target) =>
      `Browsers and search engines know every page under two names. ${attachFunction(target, 'viewer-request')} Where CloudFront answers 403 or 421, ${target.domains.slice(1).join(', ')} are no alternate names of the distribution, or its certificate has them not.`,
  },
  {
    id: 'index',
    title: 'a path that ends in a slash is the page that the route says',
    rule: 'docs/requests.md, "The config", index',
    asks: 1,
    after: ['object'],
    appliesTo: (target) => isCachedBucket(target) && target.route.index !== null,
    async ask(target, { ask }) {
      const { index, path } = target.route
      const end = `/${index?.file}`
      const page = target.objects.find((object) => object.path.endsWith(end) && isThere(object))
      const folder = page?.path.slice(0, -end.length + 1)
      if (page === undefined || folder === undefined || !target.takes(folder)) {
        return skipped(`no page of this route is known; ${nameAnObject(target, `/a/path${end}`)}`)
      }
      const answer = await ask(requestFor(target, { path: folder, query: page.query }))
      const isSame = answer.bytes === page.answer.bytes && answer.beginning.equals(page.answer.beginning)
      return judged(
        answer.status === 200 && isSame,
        `200, the ${page.answer.bytes} bytes of ${page.path}`,
        `${outcome(answer)}, ${answerMediaType(answer) || 'no content-type'}, ${answer.bytes} bytes for ${folder} of ${path}`,
      )
    },
    means: (target) => `Whoever opens a folder finds nothing. ${attachFunction(target, 'origin-request')}`,
  },
  {
    id: 'index-slash',
    title: 'a name without a dot is redirected to the same with a slash',
    rule: 'docs/requests.md, "The config", index.redirect',
    asks: 1,
    unless: ['viewer-request'],
    isOpen: true,
    appliesTo: (target) => isCachedBucket(target) && target.route.index?.redirect === true,
    async ask(target, { ask }) {
      const name = freshText()
      const path = `${target.route.path.replace(/[^/]*$/, '')}${name}`
      if (/[*?]/.test(path) || !target.takes(path)) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path })
      return judged(
        answer.status === 301 && header(answer, 'location') === `./${name}/`,
        `301 to ./${name}/`,
        `${outcome(answer)}, location: ${quoted(answer, 'location')}`,
      )
    },
    means: (target) =>
      `A folder without its slash is a missing object, or its page finds none of what it refers to. ${attachFunction(target, 'viewer-request')}`,
  },
]
