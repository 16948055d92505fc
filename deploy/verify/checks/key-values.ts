/** The cache key: values that an API answers by. */
import { isNew, outcome } from '../answer.ts'
import { type Check, type CheckFinding, differs, holds } from '../check.ts'
import { type CheckTarget, freshText } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { nameOf, requestFor } from '../objects.ts'
import { CACHED, KEY_RULE, keyed } from './keys.ts'

const TO_OTHERS = 'what was answered to one is given to others, whoever they are'
const FOR_ALL = 'one answer is given for all of its values'

export const KEY_VALUE_CHECKS: readonly Check<CheckTarget>[] = [
  {
    ...CACHED,
    id: 'key-headers',
    title: "the route's headers are in the key",
    rule: KEY_RULE,
    asks: 11,
    appliesTo: (target) => target.isCached && keyedHeaders(target).length > 0,
    async ask(target, { ask }) {
      const request = requestFor(target)
      await ask(request)
      const seen: Seen[] = []
      for (const name of keyedHeaders(target)) {
        const answer = await ask({ ...request, headers: { [name]: `Bearer ${freshText()}` } })
        seen.push({ name, answer })
      }
      return judgedNames(target, seen, TO_OTHERS)
    },
    means: (target) => keyed(target, keyedHeaders(target).join(', '), TO_OTHERS),
  },
  {
    ...CACHED,
    id: 'key-query',
    title: "the route's query parameters are in the key",
    rule: KEY_RULE,
    asks: 11,
    appliesTo: ({ isCached, route }) => isCached && route.query.length > 0,
    async ask(target, { ask }) {
      const { path, query } = requestFor(target)
      await ask({ path, query })
      const seen: Seen[] = []
      for (const name of target.route.query) {
        const others = query.filter((pair) => nameOf(pair) !== name)
        const answer = await ask({ path, query: [...others, `${name}=${freshText()}`] })
        seen.push({ name, answer })
      }
      return judgedNames(target, seen, FOR_ALL)
    },
    means: (target) => keyed(target, target.route.query.join(', '), FOR_ALL),
  },
]

/**
 * Those that a viewer can choose: another host is another distribution's, and CloudFront writes its own headers itself.
 */
const keyedHeaders = ({ route }: CheckTarget): string[] =>
  route.headers.filter((name) => name !== 'host' && !name.startsWith('cloudfront-'))

/** The answer with another value of a name. */
type Seen = { name: string; answer: Answer }

function judgedNames(target: CheckTarget, seen: readonly Seen[], leads: string): CheckFinding {
  const names = seen.map(({ name }) => name).join(', ')
  const lost = seen.filter(({ answer }) => !isNew(answer))
  if (lost.length === 0) return holds(names)
  const found = lost.map(({ name, answer }) => `${outcome(answer)} for another ${name}`).join('; ')
  return differs(`no Hit for another ${names}`, found, keyed(target, lost.map(({ name }) => name).join(', '), leads))
}
