/** How long objects stay in the cache, against what the handlers said. */
import { hasPrivateResponses } from '../../../bundle/settings.ts'
import { ageOf, answeredAt, asCached, carriesHeader, isKeptOut, lifetimeOf, outcome, quoted } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import type { CheckTarget } from '../check-target.ts'
import type { ProbeRequest } from '../http.ts'
import { firstObject, requestFor } from '../objects.ts'
import { attachPolicy } from '../remedies.ts'

/** Seconds that are waited without being asked to, and with `--slow`. */
const SOON = 3
const LATER = 60
/** Seconds by which a lifetime in `expires` may seem longer: it is a date in whole seconds, made some time after `date`. */
const LATE = 3

export const LIFETIME_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'lifetime',
    title: 'what has expired is asked for again',
    rule: 'Developer Guide, "Manage how long content stays in the cache"',
    asks: 2,
    after: ['cached', 'origin-request'],
    waits: true,
    appliesTo: ({ isCached }) => isCached,
    async ask(target, { ask, wait, isSlow }) {
      const request = shortLived(target)
      const most = isSlow ? LATER + LATE : SOON
      const first = await ask(request)
      const { cache } = target.route
      // The route's own minimum TTL may be longer than what the response says.
      const lifetime = Math.max(
        lifetimeOf(hasPrivateResponses(target.route) ? asCached(first) : first) ?? Number.POSITIVE_INFINITY,
        cache === 'never' ? 0 : cache.min,
      )
      if (lifetime > most) {
        return skipped(
          `it lives for ${lifetime} s${lifetime > LATER + LATE ? ', longer than anybody waits' : '; --slow waits for them'}`,
        )
      }
      await wait(lifetime + 1.5)
      const answer = await ask(request)
      const age = ageOf(answer) ?? 0
      return judged(
        age <= lifetime,
        `no Hit with an age above ${lifetime}: cache-control is ${quoted(first, 'cache-control')}`,
        `${outcome(answer)} after ${lifetime + 1.5} s`,
      )
    },
    means: (target) =>
      `The MinTTL of the cache policy is above what the handlers allow: stopgaps, and objects that were replaced, stay. ${attachPolicy(target, 'cachePolicy')}`,
  },
]

const HOUR = 3_600_000

/** The request whose answer expires soonest: for a version from the future, or for the object itself. */
function shortLived(target: CheckTarget): ProbeRequest {
  const { answer, path, query } = firstObject(target)
  const own = requestFor(target)
  const canBeStopgap =
    target.kind === 'bucket' && target.route.version !== null && carriesHeader(answer, 'last-modified')
  if (!canBeStopgap || isKeptOut(answer) || (lifetimeOf(answer) ?? LATER) <= 30) return own
  const future = answeredAt(answer) + 2 * HOUR + Math.floor(Math.random() * HOUR)
  return { path, query: [...query, `${target.route.version}=${future}`] }
}
