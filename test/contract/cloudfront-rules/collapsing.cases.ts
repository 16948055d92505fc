import { type Answer, type Row, rows, type Step } from './row.ts'
import { CUSTOM_ORIGIN } from './sources.ts'

const saying = (cacheControl: string): Answer => ({ headers: { 'cache-control': cacheControl } })
const FIVE = 5
const times = (answer: Answer): Answer[] => Array.from({ length: FIVE }, () => answer)

const shared = (origin: Answer): Step => ({ together: FIVE, origin, expect: { xCaches: { Miss: 1, Hit: FIVE - 1 } } })
const alone = (origin: Answer): Step[] => [
  { together: FIVE, origin: times(origin), expect: { xCaches: { Miss: FIVE } } },
]

export const COLLAPSING: Row[] = [
  ...rows(CUSTOM_ORIGIN, 'usual', {
    'requests at once: the first is a Miss, the others Hits': [shared(saying('max-age=50'))],
    'an expired object: the origin is asked once': [
      { origin: saying('max-age=10'), expect: 'Miss' },
      { after: 12, ...shared(saying('max-age=10')) },
    ],
    'an error is shared like an object': [
      { together: FIVE, origin: { status: 404 }, expect: { status: 404, xCaches: { Error: FIVE } } },
    ],
    'no-store: each for itself': alone(saying('no-store')),
    'private: each for itself': alone(saying('private')),
    'no-cache: each for itself': alone(saying('no-cache')),
    'max-age=0: each for itself': alone(saying('max-age=0')),
    's-maxage=0: each for itself': alone(saying('s-maxage=0')),
  }),
  ...rows(CUSTOM_ORIGIN, 'minimum', {
    'no-store with a minimum TTL is shared': [shared(saying('no-store'))],
  }),
  ...rows(CUSTOM_ORIGIN, 'disabled', {
    'CachingDisabled: each for itself': alone(saying('max-age=50')),
  }),
]
