/** Routes that are never cached. */
import { AGED_ELSEWHERE, isAgedElsewhere, isNew, outcome } from '../answer.ts'
import { type Check, judged, skipped } from '../check.ts'
import { anyPath, type CheckTarget, NO_OTHER_PATH } from '../check-target.ts'
import { attachPolicy, nameAnObject } from '../remedies.ts'

export const NEVER_CHECKS: readonly Check<CheckTarget>[] = [
  {
    id: 'never-cached',
    title: 'nothing comes from the cache',
    rule: 'docs/requests.md, "What is in the cache key"; Developer Guide, "CachingDisabled"',
    asks: 2,
    appliesTo: ({ isCached }) => !isCached,
    async ask(target, { ask }) {
      const path = target.objects[0]?.path ?? anyPath(target)
      if (path === undefined) return skipped(NO_OTHER_PATH)
      const request = { path, query: target.objects[0]?.query ?? [] }
      const first = await ask(request)
      const second = await ask(request)
      if (isAgedElsewhere(first) && isAgedElsewhere(second)) return skipped(`${path} ${AGED_ELSEWHERE}`)
      return judged(
        isNew(first) && isNew(second),
        'no Hit and no age, however often',
        `${outcome(first)}; then ${outcome(second)}`,
      )
    },
    means: (target) =>
      `What changes with every save, or is for one viewer, is given to the next. The behaviours' order may send ${target.route.path} elsewhere. ${attachPolicy(target, 'cachePolicy')}`,
  },
  {
    id: 'never-unsigned',
    title: 'without a signature nobody reads',
    rule: 'docs/requests.md, "Limits and caveats"',
    asks: 1,
    appliesTo: ({ isCached, kind }) => !isCached && kind === 'bucket',
    async ask(target, { ask }) {
      const [object] = target.objects
      if (!object) {
        return skipped(
          `no object of this route is known; ${nameAnObject(target, '/a/path/that/exists')}, without its signature`,
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
