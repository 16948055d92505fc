/** `?v=` cannot lie: which versions make an object immutable, and which do not. */
import { hasPrivateResponses } from '../../../bundle/settings.ts'
import {
  ageOf,
  answeredAt,
  carriesHeader,
  header,
  isKeptOut,
  lifetimeOf,
  maxAgeOf,
  outcome,
  quoted,
} from '../answer.ts'
import { type Check, type CheckFinding, judged, skipped } from '../check.ts'
import { type CheckTarget, isCachedBucket, isShown } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { firstObject, requestFor } from '../objects.ts'
import { attachFunction } from '../remedies.ts'

const RULE = 'docs/requests.md, "How long a response is cached"'

/** A private route's `cache-control` tells viewers nothing of CloudFront's cache. */
const hasVersion = (target: CheckTarget): boolean =>
  target.isCached && target.route.version !== null && !hasPrivateResponses(target.route)
const hasVerdict = (target: CheckTarget): boolean => hasVersion(target) && isCachedBucket(target)

const isImmutable = (answer: Answer): boolean => /\bimmutable\b/i.test(header(answer, 'cache-control'))

const said = (answer: Answer): string => `${outcome(answer)}, cache-control: ${quoted(answer, 'cache-control')}`

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** Skips an object whose own cache-control keeps it out of caches: no version changes that. */
function skippedIfKeptOut(target: CheckTarget): CheckFinding | undefined {
  const { answer, path } = firstObject(target)
  return isKeptOut(answer) ? skipped(`${path} says ${quoted(answer, 'cache-control')}, and that stands`) : undefined
}

/** Asks for the route's object with this version. */
const withVersion = (target: CheckTarget, version: string) => {
  const { path, query } = firstObject(target)
  return { path, query: [...query, `${target.route.version}=${version}`] }
}

const HOUR = 3_600_000

const SETTLED =
  'Versions that the object bears out are to be cached for a year; here they are not, and every visit asks again.'

export const VERSION_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'version-unknown',
    title: 'a version that nothing bears out is not immutable',
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    unless: ['key-version'],
    appliesTo: hasVersion,
    async ask(target, { ask }) {
      const answer = await ask(requestFor(target))
      const { cache } = target.route
      const most = cache === 'never' ? 0 : cache.default
      const expected = `no immutable, max-age=${most} at most`
      const lifetimes = [maxAgeOf(answer), lifetimeOf(answer)].filter((seconds) => seconds !== undefined)
      // Lifetimes count from when the response was made: what another cache kept for a while has that much less left. RFC 9111, 4.2.3.
      const isShort = lifetimes.length > 0 && lifetimes.every((seconds) => seconds - (ageOf(answer) ?? 0) <= most)
      return judged(!isImmutable(answer) && (isKeptOut(answer) || isShort), expected, said(answer))
    },
    means: (target) =>
      `Old bytes can be frozen under the name of new ones for a year. ${attachFunction(target, 'origin-response')}`,
  },
  {
    id: 'version-future',
    title: 'a timestamp that is newer than the object is a stopgap',
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    unless: ['key-version'],
    appliesTo: hasVerdict,
    async ask(target, { ask }) {
      const { answer: object } = firstObject(target)
      if (!carriesHeader(object, 'last-modified')) return skipped('the object has no last-modified')
      const keptOut = skippedIfKeptOut(target)
      if (keptOut) return keptOut
      const answer = await ask(withVersion(target, `${answeredAt(object) + HOUR + Math.floor(Math.random() * HOUR)}`))
      const told = isShown(target, 'x-rimlight-verdict') ? 'unsettled' : ''
      const expected = `max-age=30, no etag, no last-modified, x-rimlight-verdict: '${told}'`
      const isStopgap = !isImmutable(answer) && maxAgeOf(answer) === 30
      const isBare = !carriesHeader(answer, 'etag') && !carriesHeader(answer, 'last-modified')
      const verdict = header(answer, 'x-rimlight-verdict')
      const validators = `etag: ${quoted(answer, 'etag')}, x-rimlight-verdict: ${quoted(answer, 'x-rimlight-verdict')}`
      return judged(isStopgap && isBare && verdict === told, expected, `${said(answer)}, ${validators}`)
    },
    means: (target) =>
      `Who asks for a new version a moment before it is uploaded freezes the old bytes under it. ${attachFunction(target, 'origin-response')}`,
  },
  {
    id: 'version-timestamp',
    title: 'a timestamp of the upload is immutable',
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    unless: ['key-version'],
    appliesTo: hasVerdict,
    async ask(target, { ask }) {
      const modified = Date.parse(header(firstObject(target).answer, 'last-modified'))
      if (Number.isNaN(modified)) return skipped('the object has no last-modified')
      const keptOut = skippedIfKeptOut(target)
      if (keptOut) return keptOut
      // Last-Modified is in seconds; digits beyond them make a key that was never asked for.
      const answer = await ask(withVersion(target, `${modified + Math.floor(Math.random() * 1000)}`))
      return judged(header(answer, 'cache-control') === IMMUTABLE, `'${IMMUTABLE}'`, said(answer))
    },
    means: (target) => `${SETTLED} ${attachFunction(target, 'origin-response')}`,
  },
  {
    id: 'version-etag',
    title: "the beginning of the object's ETag is immutable",
    rule: RULE,
    asks: 1,
    after: ['origin-request'],
    unless: ['key-version'],
    appliesTo: hasVerdict,
    async ask(target, { ask }) {
      const [, hash] = /^"([0-9a-f]{32})(?:-\d+)?"$/i.exec(header(firstObject(target).answer, 'etag')) ?? []
      if (hash === undefined) return skipped('the object has no ETag of the kind that S3 makes')
      const keptOut = skippedIfKeptOut(target)
      if (keptOut) return keptOut
      const answer = await ask(withVersion(target, hash.slice(0, 8 + Math.floor(Math.random() * 24))))
      return judged(header(answer, 'cache-control') === IMMUTABLE, `'${IMMUTABLE}'`, said(answer))
    },
    means: (target) => `${SETTLED} ${attachFunction(target, 'origin-response')}`,
  },
]
