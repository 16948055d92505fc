import { type Answer, type Row, rows, type Step } from './row.ts'
import { CACHE_POLICY, CUSTOM_ORIGIN, EXPIRATION, RFC_9110, RFC_9111, STATUS_3XX } from './sources.ts'

const saying = (cacheControl: string | string[]): Answer => ({ headers: { 'cache-control': cacheControl } })

/** In the cache until just before `seconds` have passed, and not after. */
const livesFor = (seconds: number, origin: Answer): Step[] => [
  { origin, expect: { status: origin.status ?? 200, xCache: 'Miss', body: 'object 1' } },
  { after: seconds - 3, expect: { status: origin.status ?? 200, xCache: 'Hit', body: 'object 1' } },
  { after: 3, origin, expect: { status: origin.status ?? 200, xCache: 'Miss', body: 'object 2' } },
]

/** Asked for each time. */
const neverKept = (origin: Answer): Step[] => [
  { origin, expect: { status: origin.status ?? 200, xCache: 'Miss', body: 'object 1' } },
  { origin, expect: { status: origin.status ?? 200, xCache: 'Miss', body: 'object 2' } },
]

const redirect = (status: number, cacheControl?: string): Answer => ({
  status,
  headers: { location: '/other', ...(cacheControl ? { 'cache-control': cacheControl } : {}) },
})

export const TTL: Row[] = [
  ...rows(EXPIRATION, 'usual', {
    'max-age with a minimum of 0': livesFor(50, saying('max-age=50')),
    'max-age above the maximum: the maximum': livesFor(1_000, saying('max-age=5000')),
    'no header: the default': livesFor(100, {}),
    'Cache-Control without a lifetime: the default': livesFor(100, saying('public')),
    's-maxage before max-age': livesFor(50, saying('max-age=5, s-maxage=50')),
    's-maxage shorter than max-age': livesFor(20, saying('max-age=500, s-maxage=20')),
    's-maxage above the maximum: the maximum': livesFor(1_000, saying('max-age=5, s-maxage=5000')),
    Expires: livesFor(50, { headers: { expires: '{+50}' } }),
    'Expires above the maximum: the maximum': livesFor(1_000, { headers: { expires: '{+5000}' } }),
    'Expires that has passed': neverKept({ headers: { expires: '{-50}' } }),
    'max-age before Expires': livesFor(50, { headers: { expires: '{+500}', 'cache-control': 'max-age=50' } }),
    'no-store is not cached': neverKept(saying('no-store')),
    'private is not cached': neverKept(saying('private')),
    'private with a lifetime is not cached': neverKept(saying('private, max-age=50')),
    'no-cache is asked for each time': neverKept(saying('no-cache')),
    'max-age=0 is asked for each time': neverKept(saying('max-age=0')),
    's-maxage=0 is asked for each time': neverKept(saying('max-age=500, s-maxage=0')),
    'a viewer’s Cache-Control does not count': [
      { origin: saying('max-age=50'), expect: 'Miss' },
      { viewer: { headers: { 'cache-control': 'no-cache, max-age=0' } }, expect: 'Hit' },
    ],
    'nor does a viewer’s Pragma': [
      { origin: saying('max-age=50'), expect: 'Miss' },
      { viewer: { headers: { pragma: 'no-cache' } }, expect: 'Hit' },
    ],
    'what browsers are told is what the origin said': [
      {
        origin: saying('max-age=5000, s-maxage=70'),
        expect: { headers: { 'cache-control': 'max-age=5000, s-maxage=70' } },
      },
      { expect: { xCache: 'Hit', headers: { 'cache-control': 'max-age=5000, s-maxage=70' } } },
    ],
  }),
  ...rows(EXPIRATION, 'minimum', {
    'max-age below the minimum: the minimum': livesFor(60, saying('max-age=5')),
    'max-age between minimum and maximum': livesFor(80, saying('max-age=80')),
    'max-age=0 with a minimum: the minimum': livesFor(60, saying('max-age=0')),
    's-maxage below the minimum: the minimum': livesFor(60, saying('max-age=500, s-maxage=5')),
    'Expires below the minimum: the minimum': livesFor(60, { headers: { expires: '{+5}' } }),
    'no header: the greater of minimum and default': livesFor(100, {}),
    'no-store with a minimum: the minimum': livesFor(60, saying('no-store')),
    'private with a minimum: the minimum': livesFor(60, saying('private, max-age=500')),
    'no-cache with a minimum: the minimum': livesFor(60, saying('no-cache')),
  }),
  ...rows(CACHE_POLICY, 'disabled', {
    'all three TTLs 0: nothing is cached': neverKept(saying('max-age=500')),
  }),
  ...rows(CACHE_POLICY, 'no-default', {
    'a default of 0, and no header': neverKept({}),
    'a default of 0, and a header': livesFor(50, saying('max-age=50')),
  }),
  ...rows(RFC_9111, 'usual', {
    '5.2: directives in any case': livesFor(50, saying('MAX-AGE=50, Public')),
    '5.2: a quoted value': livesFor(50, saying('max-age="50"')),
    '4.2.1: a lifetime that is no number allows nothing': neverKept(saying('max-age=soon')),
    '4.2.1: nor does a negative one': neverKept(saying('max-age=-1')),
    '4.2.1: nor does one in single quotes': neverKept(saying("max-age='3600'")),
    '4.2.1: of several, the first counts, whatever it is': neverKept(saying('max-age=x, max-age=50')),
    '4.2.3: the origin’s Age is part of a lifetime': livesFor(50, {
      headers: { 'cache-control': 'max-age=80', age: '30' },
    }),
    '4.2.3: what is older than its lifetime has expired': neverKept({
      headers: { 'cache-control': 'max-age=50', age: '60' },
    }),
    '5.1: an Age that is no number is none': livesFor(50, { headers: { 'cache-control': 'max-age=50', age: '-60' } }),
    '5.1: of several the first': livesFor(50, { headers: { 'cache-control': 'max-age=50', age: '0, 60' } }),
    '1.2.2: a number beyond all bounds': livesFor(1_000, saying('max-age=99999999999999999999999')),
    '5.2.2.4: no-cache of a field is about the field': livesFor(50, saying('max-age=50, no-cache="x-a"')),
    '5.3: an Expires that is no date has passed': neverKept({ headers: { expires: '0' } }),
    '4.2: an Expires that is not after Date has passed': neverKept({ headers: { date: '{+400}', expires: '{+300}' } }),
    '4.2.3: an Expires that is not after Date and Age has passed': neverKept({
      headers: { date: '{-10}', expires: '{+10}', age: '25' },
    }),
  }),
  ...rows(RFC_9110, 'usual', {
    '5.3: Cache-Control on several lines': livesFor(50, saying(['public', 'max-age=50'])),
    '5.6.7: Expires in the format of asctime': neverKept({ headers: { expires: 'Sun Nov  6 08:49:37 1994' } }),
  }),
  ...rows(CUSTOM_ORIGIN, 'usual', {
    'Vary: * with a minimum of 0 is asked for each time, without conditions': [
      { origin: { headers: { vary: '*', etag: '"a"', 'cache-control': 'max-age=50' } }, expect: 'Miss' },
      { origin: {}, sees: { headers: { 'if-none-match': null } }, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
    'Vary: * is kept for when the origin is gone': [
      {
        origin: { headers: { vary: '*', 'cache-control': 'max-age=50' } },
        expect: { xCache: 'Miss', body: 'object 1' },
      },
      { origin: { fault: 'reset' }, expect: { body: 'object 1' } },
    ],
  }),
  ...rows(CUSTOM_ORIGIN, 'minimum', {
    'Vary: * with a minimum is cached': [{ origin: { headers: { vary: '*' } }, expect: 'Miss' }, { expect: 'Hit' }],
  }),
  ...rows(STATUS_3XX, 'usual', {
    '301 like an object': livesFor(100, redirect(301)),
    '302 like an object': livesFor(50, redirect(302, 'max-age=50')),
    'a redirect is not followed': [{ origin: redirect(302), expect: { status: 302, headers: { location: '/other' } } }],
    '307 without Cache-Control is not cached': neverKept(redirect(307)),
    '307 with Cache-Control': livesFor(50, redirect(307, 'max-age=50')),
    '308 without Cache-Control is not cached': neverKept(redirect(308)),
    '308 with Cache-Control': livesFor(100, redirect(308, 'public')),
  }),
]
