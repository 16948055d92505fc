/** Objects that are not there. */

import { hasPrivateResponses } from '../../../bundle/settings.ts'
import { isPicture } from '../../../edge/picture.ts'
import { ageOf, answerMediaType, asCached, carriesHeader, header, lifetimeOf, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { type CheckTarget, isCachedBucket, madeUpPath, NO_OTHER_PATH } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { freshQuery } from '../objects.ts'
import { attachFunction } from '../remedies.ts'

const RULE =
  'docs/requests.md, "How long a response is cached"; Developer Guide, "Control how long CloudFront caches errors"'

const said = (answer: Answer): string => {
  const expires = carriesHeader(answer, 'expires') ? `, expires: ${quoted(answer, 'expires')}` : ''
  return `${outcome(answer)}, ${answerMediaType(answer) || 'no content-type'}, cache-control: ${quoted(answer, 'cache-control')}${expires}`
}

/** How the route's handlers say it. On a private route viewers read `private`, and CloudFront keeps it by `Expires`. */
function lifetime({ route }: CheckTarget, seconds: number): { text: string; isSaid: (answer: Answer) => boolean } {
  const open = `public, max-age=${seconds}`
  if (!hasPrivateResponses(route)) {
    return { text: `cache-control: '${open}'`, isSaid: (answer) => header(answer, 'cache-control') === open }
  }
  return {
    text: `cache-control: 'private', expires: ${seconds} s after its date`,
    isSaid: (answer) =>
      header(answer, 'cache-control') === 'private' && Math.abs((lifetimeOf(asCached(answer)) ?? -2) - seconds) <= 1,
  }
}

const TEXT = { name: 'text/plain', is: /^text\/plain$/ }
const IMAGE = { name: 'an image', is: /^image\// }

/** The content type of what is shown for a missing object. */
const typeOf = ({ route }: CheckTarget, path: string) => (route.placeholder !== null && isPicture(path) ? IMAGE : TEXT)

const isLost = (result: string): boolean => result.startsWith('placeholder; reason=')

const lostPlaceholder = ({ route, behaviour }: CheckTarget): string =>
  `Missing pictures are a line of text: the placeholder ${route.placeholder} is not in the bucket of ${behaviour.origin}, is larger than a generated response may be (1 MB, in base64), or the role of origin-response may not read it (s3:GetObject).`

/** Seconds. What was asked for by version is probably on its way. docs/requests.md, "How long a response is cached". */
const VERSIONED = 10

/** The shortest that a missing object of the route lives; S3's own least is 1. */
const shortest = ({ route }: CheckTarget): number =>
  Math.max(1, route.version === null ? route.missing : Math.min(route.missing, VERSIONED))

/** Seconds that are waited without being asked to. */
const SOON = 3

export const MISSING_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'missing',
    title: 'what is not there is a 404 that lives as long as the route says',
    rule: RULE,
    asks: 1,
    unless: ['origin-request', 'origin-response'],
    appliesTo: isCachedBucket,
    async ask(target, { ask }) {
      const path = madeUpPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path })
      const expected = lifetime(target, target.route.missing)
      const type = typeOf(target, path)
      const isOurs = answer.status === 404 && type.is.test(answerMediaType(answer))
      const result = header(answer, 'x-rimlight')
      return judged(
        isOurs && expected.isSaid(answer),
        `404, ${type.name}, ${expected.text}`,
        `${said(answer)}${result === '' ? '' : `, x-rimlight: '${result}'`}`,
        isLost(result) ? lostPlaceholder(target) : undefined,
      )
    },
    means: (target) =>
      `S3's own 403 goes out, with the bucket's words, and for how long is anybody's guess. ${attachFunction(target, 'origin-response')} ${attachFunction(target, 'origin-request')}`,
  },
  {
    id: 'missing-version',
    title: 'asked for by version, it lives 10 s at most',
    rule: RULE,
    asks: 1,
    unless: ['key-version', 'missing', 'origin-request', 'origin-response'],
    appliesTo: (target) => isCachedBucket(target) && target.route.version !== null,
    async ask(target, { ask }) {
      const path = madeUpPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const answer = await ask({ path, query: freshQuery(target) })
      const expected = lifetime(target, Math.min(target.route.missing, VERSIONED))
      return judged(answer.status === 404 && expected.isSaid(answer), `404, ${expected.text}`, said(answer))
    },
    means: (target) =>
      `Who links to a picture before it is uploaded keeps it away for longer than it takes. ${attachFunction(target, 'origin-request')}`,
  },
  {
    id: 'missing-cached',
    title: 'a 404 is remembered, so that it costs the origin one request',
    rule: RULE,
    asks: 4,
    after: ['missing'],
    unless: ['cached'],
    appliesTo: (target) => isCachedBucket(target) && target.route.missing > 0,
    async ask(target, { ask }) {
      const path = madeUpPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      await ask({ path })
      let answer = await ask({ path })
      for (let more = 2; more > 0 && ageOf(answer) === undefined; more -= 1) answer = await ask({ path })
      return judged(answer.status === 404 && ageOf(answer) !== undefined, '404 with an age', said(answer))
    },
    means: ({ route }) =>
      `Every request for what is not there goes to the bucket. Caching is off for ${route.path}: CachingDisabled, or TTLs of 0.`,
  },
  {
    id: 'missing-lifetime',
    title: 'a 404 is forgotten when its time is over',
    rule: RULE,
    asks: 2,
    after: ['missing'],
    waits: true,
    appliesTo: isCachedBucket,
    async ask(target, { ask, wait, isSlow }) {
      const lifetime = shortest(target)
      if (lifetime > SOON && !isSlow) return skipped(`it lives for ${lifetime} s; --slow waits for them`)
      const path = madeUpPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const query = freshQuery(target)
      await ask({ path, query })
      await wait(lifetime + 1.5)
      const answer = await ask({ path, query })
      return judged(
        (ageOf(answer) ?? 0) <= lifetime,
        `no age above ${lifetime}`,
        `${outcome(answer)} after ${lifetime + 1.5} s`,
      )
    },
    means: ({ route }) =>
      `What was uploaded meanwhile stays away: the error-caching minimum TTL for 404 outlives the handlers' lifetimes; CloudFront's default is 10 s. Set ErrorCachingMinTTL of 404 to 0 in CustomErrorResponses; ${route.path} counts on it.`,
  },
]
