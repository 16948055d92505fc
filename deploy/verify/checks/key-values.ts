/** The cache key: values that an API answers by. */
import { isNew, outcome } from '../answer.ts'
import { type Check, differs, type Finding, holds } from '../check.ts'
import { type Place, unheardOf } from '../check-target.ts'
import type { Answer } from '../http.ts'
import { nameOf, questionOf } from '../objects.ts'
import { CACHED, KEY_RULE, keyed } from './keys.ts'

const TO_OTHERS = 'what was answered to one is given to others, whoever they are'
const FOR_ALL = 'one answer is given for all of its values'

export const KEY_VALUE_CHECKS: readonly Check<Place>[] = [
  {
    ...CACHED,
    id: 'key-headers',
    title: "the route's headers are in the key",
    rule: KEY_RULE,
    asks: 11,
    appliesTo: (place) => place.isCached && keyedHeaders(place).length > 0,
    async ask(place, { ask }) {
      const question = questionOf(place)
      await ask(question)
      const seen: Seen[] = []
      for (const name of keyedHeaders(place)) {
        const answer = await ask({ ...question, headers: { [name]: `Bearer ${unheardOf()}` } })
        seen.push({ name, answer })
      }
      return judgedNames(place, seen, TO_OTHERS)
    },
    means: (place) => keyed(place, keyedHeaders(place).join(', '), TO_OTHERS),
  },
  {
    ...CACHED,
    id: 'key-query',
    title: "the route's query parameters are in the key",
    rule: KEY_RULE,
    asks: 11,
    appliesTo: ({ isCached, route }) => isCached && route.query.length > 0,
    async ask(place, { ask }) {
      const { path, query } = questionOf(place)
      await ask({ path, query })
      const seen: Seen[] = []
      for (const name of place.route.query) {
        const others = query.filter((pair) => nameOf(pair) !== name)
        const answer = await ask({ path, query: [...others, `${name}=${unheardOf()}`] })
        seen.push({ name, answer })
      }
      return judgedNames(place, seen, FOR_ALL)
    },
    means: (place) => keyed(place, place.route.query.join(', '), FOR_ALL),
  },
]

/** Those that a viewer can choose: another host is another distribution's, and CloudFront writes its own headers itself. */
const keyedHeaders = ({ route }: Place): string[] =>
  route.headers.filter((name) => name !== 'host' && !name.startsWith('cloudfront-'))

/** The answer with another value of a name. */
type Seen = { name: string; answer: Answer }

function judgedNames(place: Place, seen: readonly Seen[], leads: string): Finding {
  const names = seen.map(({ name }) => name).join(', ')
  const lost = seen.filter(({ answer }) => !isNew(answer))
  if (lost.length === 0) return holds(names)
  const found = lost.map(({ name, answer }) => `${outcome(answer)} for another ${name}`).join('; ')
  return differs(`no Hit for another ${names}`, found, keyed(place, lost.map(({ name }) => name).join(', '), leads))
}
