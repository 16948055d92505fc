/** Routes that are never cached. */
import { AGED_ELSEWHERE, isAgedElsewhere, isNew, outcome } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { anyPath, NO_OTHER_PATH, type Place } from '../check-target.ts'
import { attachPolicy, nameAnObject } from '../remedies.ts'

export const NEVER_CHECKS: readonly Check<Place>[] = [
  {
    id: 'never-cached',
    title: 'nothing comes from the cache',
    rule: 'README, "What is in the cache key"; Developer Guide, "CachingDisabled"',
    asks: 2,
    appliesTo: ({ isCached }) => !isCached,
    async ask(place, { ask }) {
      const path = place.objects[0]?.path ?? anyPath(place)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const question = { path, query: place.objects[0]?.query ?? [] }
      const first = await ask(question)
      const second = await ask(question)
      if (isAgedElsewhere(first) && isAgedElsewhere(second)) return skipped(`${path} ${AGED_ELSEWHERE}`)
      return judged(
        isNew(first) && isNew(second),
        'no Hit and no age, however often',
        `${outcome(first)}; then ${outcome(second)}`,
      )
    },
    means: (place) =>
      `What changes with every save, or is for one viewer, is given to the next. The behaviours' order may send ${place.route.path} elsewhere. ${attachPolicy(place, 'cachePolicy')}`,
  },
  {
    id: 'never-unsigned',
    title: 'without a signature nobody reads',
    rule: 'README, "Limits and caveats"',
    asks: 1,
    appliesTo: ({ isCached, kind }) => !isCached && kind === 'bucket',
    async ask(place, { ask }) {
      const [object] = place.objects
      if (!object) {
        return skipped(
          `no object of this route is known; ${nameAnObject(place, '/a/path/that/exists')}, without its signature`,
        )
      }
      if (object.query.some((pair) => /^X-Amz-Signature=/i.test(pair))) return skipped('what was named has a signature')
      const answer = await ask({ path: object.path, query: object.query })
      return judged(answer.status === 403, `403 for ${object.path}`, outcome(answer))
    },
    means: ({ route, behaviour }) =>
      `Presigned URLs protect nothing: CloudFront signs for everybody, or the bucket is public. ${route.path} needs an origin for ${behaviour.origin} without origin access control; the order of the behaviours may send it elsewhere, too.`,
  },
]
