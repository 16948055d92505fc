/** The cache key: what is one object, and what is another. */
import { hasPrivateResponses } from '../../../bundle/settings.ts'
import {
  AGED_ELSEWHERE,
  asCached,
  isAgedElsewhere,
  isHit,
  isKeptOut,
  isNew,
  lifetimeOf,
  outcome,
  quoted,
} from '../answer.ts'
import { type Asking, type Check, type CheckFinding, judged, skipped } from '../check.ts'
import { type CheckTarget, freshText } from '../check-target.ts'
import type { Answer, ProbeRequest } from '../http.ts'
import { firstObject, freshQuery, nameOf, requestFor } from '../objects.ts'
import { attachFunction, attachPolicy } from '../remedies.ts'

export const KEY_RULE = 'docs/requests.md, "What is in the cache key"'

/** Why nothing can be a hit, whatever the distribution does. */
export function uncachedBecause(target: CheckTarget): string | undefined {
  const { answer: received, path } = firstObject(target)
  const answer = hasPrivateResponses(target.route) ? asCached(received) : received
  if (isKeptOut(answer)) return `${path} says ${quoted(answer, 'cache-control')}; name an object that may be cached`
  if (lifetimeOf(answer) === 0) return `${path} may be cached for 0 s; name one that lives longer`
  if (isAgedElsewhere(answer)) return `${path} ${AGED_ELSEWHERE}`
  return undefined
}

/**
 * The answer to the second of two requests that should be for one object. Where it is a miss, both are sent once more
 * under a new key: one edge location has many servers, and the first request may have filled another server's cache.
 */
export async function secondOf(pair: () => readonly [ProbeRequest, ProbeRequest], { ask }: Asking): Promise<Answer> {
  const [one, other] = pair()
  await ask(one)
  const answer = await ask(other)
  if (isHit(answer)) return answer
  const [again, another] = pair()
  await ask(again)
  await ask(again)
  return ask(another)
}

const HIT = 'a Hit: the object that the first question has filled'
const MISS = 'no Hit: another object'

const oneObject = async (pair: () => readonly [ProbeRequest, ProbeRequest], asking: Asking): Promise<CheckFinding> => {
  const answer = await secondOf(pair, asking)
  return judged(isHit(answer), HIT, `${outcome(answer)} for ${answer.target}`)
}

/** Requests of `secondOf`, at most. */
export const TWICE = 5

export const keyed = (target: CheckTarget, name: string, leads: string): string =>
  `The cache policy of ${target.route.path} does not key on ${name}, or the function drops it: ${leads}. ${attachPolicy(target, 'cachePolicy')}`

const byName = (one: string, other: string): number =>
  nameOf(one) < nameOf(other) ? -1 : nameOf(one) > nameOf(other) ? 1 : 0

const hasVersion = ({ route, isCached }: CheckTarget): boolean => isCached && route.version !== null

export const CACHED: Pick<Check<CheckTarget>, 'after' | 'unless' | 'appliesTo'> = {
  after: ['cached'],
  unless: ['key-version'],
  appliesTo: ({ isCached }) => isCached,
}

export const KEY_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'cached',
    title: 'what was asked for before comes from the cache',
    rule: 'Developer Guide, "Manage how long content stays in the cache"',
    asks: 4,
    after: ['object'],
    appliesTo: ({ isCached }) => isCached,
    async ask(target, { ask }) {
      const because = uncachedBecause(target)
      if (because !== undefined) return skipped(because)
      const request = requestFor(target)
      await ask(request)
      let answer = await ask(request)
      // One edge location has many servers: the first request may have filled the cache of another one.
      for (let more = 2; more > 0 && !isHit(answer); more -= 1) answer = await ask(request)
      return judged(isHit(answer), 'a Hit', outcome(answer))
    },
    means: (target) =>
      `Every request goes to the origin: CachingDisabled, or TTLs of 0, in place of the route's own. ${attachPolicy(target, 'cachePolicy')}`,
  },
  {
    id: 'key-version',
    title: 'another version is another object',
    rule: KEY_RULE,
    asks: 2,
    after: ['cached'],
    appliesTo: hasVersion,
    async ask(target, { ask }) {
      await ask(requestFor(target))
      const answer = await ask(requestFor(target))
      return judged(isNew(answer), MISS, `${outcome(answer)} for ${answer.target}, which nobody had asked for`)
    },
    means: (target) =>
      keyed(target, target.route.version ?? 'v', 'an update of an object would not be seen until it expires'),
  },
  {
    ...CACHED,
    id: 'key-order',
    title: 'the order of parameters makes no difference',
    rule: KEY_RULE,
    asks: TWICE,
    unless: ['viewer-request', 'key-version'],
    appliesTo: (target) =>
      target.isCached &&
      (target.objects[0]?.query.length ?? 0) + freshQuery(target).length + parametersOf(target).length > 1,
    ask: (target, asking) =>
      oneObject(() => {
        const { path, query } = requestFor(target, firstObject(target), parametersOf(target))
        const sorted = query.toSorted(byName)
        return [
          { path, query: sorted },
          { path, query: sorted.toSorted((one, other) => byName(other, one)) },
        ]
      }, asking),
    means: (target) =>
      `One object is kept, and paid for, under several keys. ${attachFunction(target, 'viewer-request')}`,
  },
  {
    ...CACHED,
    id: 'key-unknown',
    title: 'parameters that the route does not know make no difference',
    rule: KEY_RULE,
    asks: TWICE,
    ask: (target, asking) =>
      oneObject(() => {
        const one = requestFor(target)
        const tracking = [`utm_source=${freshText()}`, 'fbclid=a%20b', 'rimlight-verify']
        return [one, { ...one, query: [...tracking, ...one.query] }]
      }, asking),
    means: (target) =>
      `Every link with a tracking parameter misses the cache, and anybody can fill it. ${attachFunction(target, 'viewer-request')} ${attachPolicy(target, 'cachePolicy')}`,
  },
  {
    ...CACHED,
    id: 'key-spelling',
    title: 'a path and a version can be escaped in several ways, and are the same',
    rule: `${KEY_RULE}; RFC 3986, 6.2.2`,
    asks: TWICE,
    unless: ['viewer-request', 'key-version'],
    appliesTo: ({ kind, isCached }) => kind === 'bucket' && isCached,
    ask: (target, asking) =>
      oneObject(() => {
        const one = requestFor(target)
        const query = one.query.map((pair) => pair.replace(/=rl/, `=${escaped('r')}l`))
        return [one, { path: otherSpelling(one.path, target), query }]
      }, asking),
    means: (target) =>
      `One object is kept under several keys, and an invalidation of one leaves the others. ${attachFunction(target, 'viewer-request')}`,
  },
  {
    ...CACHED,
    id: 'key-cookies',
    title: 'cookies make no difference',
    rule: KEY_RULE,
    asks: TWICE,
    ask: (target, asking) =>
      oneObject(() => {
        const one = requestFor(target)
        return [one, { ...one, headers: { cookie: `session=${freshText()}; theme=dark` } }]
      }, asking),
    means: (target) =>
      `Every visitor has a copy of every object: the cache policy keys on cookies, and nothing removes them before. ${attachPolicy(target, 'cachePolicy')}`,
  },
  {
    ...CACHED,
    id: 'key-other-headers',
    title: 'headers that the route does not name make no difference',
    rule: KEY_RULE,
    asks: TWICE,
    ask: (target, asking) =>
      oneObject(() => {
        const one = requestFor(target)
        const headers = Object.entries({ ...OTHER_HEADERS, 'user-agent': `rimlight-verify ${freshText()}` })
        return [
          one,
          { ...one, headers: Object.fromEntries(headers.filter(([name]) => !target.route.headers.includes(name))) },
        ]
      }, asking),
    means: (target) =>
      `Every browser and every language has a copy of every object. ${attachPolicy(target, 'cachePolicy')}`,
  },
]

/** What a browser may send. */
const OTHER_HEADERS = {
  accept: 'text/html,*/*;q=0.8',
  'accept-language': 'de-DE,de;q=0.9',
  referer: 'https://www.example.com/',
}

/** A path with the first letter of its name escaped, unless that could be read as another route's path. */
function otherSpelling(path: string, { isAmbiguous }: CheckTarget): string {
  const spelling = path.replace(FIRST_LETTER, (_, before, letter, rest) => `${before}${escaped(letter)}${rest}`)
  return isAmbiguous(spelling) ? path : spelling
}

/** Finds the first letter of the last segment that is not escaped. */
const FIRST_LETTER = /(\/(?:%[0-9A-Fa-f]{2}|[^/%A-Za-z0-9])*)([A-Za-z0-9])([^/]*)$/

const escaped = (letter: string): string => `%${letter.charCodeAt(0).toString(16)}`

/** What can be put beside an object's own query: a width, or parameters that a bucket never sees. */
function parametersOf({ route, kind }: CheckTarget): string[] {
  if (route.images) return [`w=${route.images.widths[0]}`]
  return kind === 'bucket' ? route.query.map((name) => `${name}=a`) : []
}
