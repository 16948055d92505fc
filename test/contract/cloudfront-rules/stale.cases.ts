import { type Answer, type Row, rows, type Step } from './row.ts'
import { CUSTOM_ORIGIN, EXPIRATION, RFC_9111, STALE, STATUS_ERRORS, UNDOCUMENTED } from './sources.ts'

const saying = (cacheControl: string): Answer => ({ headers: { 'cache-control': cacheControl } })
const failing = (status = 500): Answer => ({ status, headers: {} })
const first = (cacheControl: string): Step => ({
  origin: saying(cacheControl),
  expect: { xCache: 'Miss', body: 'object 1' },
})

/** The expired object, whatever `X-Cache` says of it. */
const stale = (after: number, origin?: Answer): Step => ({
  after,
  ...(origin ? { origin } : {}),
  expect: { body: 'object 1' },
})

export const STALE_ROWS: Row[] = [
  ...rows(STALE, 'usual', {
    'stale-while-revalidate: served at once, and refreshed behind it': [
      first('max-age=10, stale-while-revalidate=60'),
      { after: 12, origin: saying('max-age=10'), isBehind: true, expect: { xCache: 'Hit', body: 'object 1' } },
      { expect: { xCache: 'Hit', body: 'object 2' } },
    ],
    'stale-while-revalidate: the age goes on': [
      first('max-age=10, stale-while-revalidate=60'),
      { after: 30, origin: {}, isBehind: true, expect: { xCache: 'Hit', headers: { age: /^3[0-3]$/ } } },
    ],
    'stale-while-revalidate: the refresh has its conditions': [
      {
        origin: { headers: { 'cache-control': 'max-age=10, stale-while-revalidate=60', etag: '"a"' } },
        expect: 'Miss',
      },
      {
        after: 12,
        origin: { status: 304 },
        sees: { headers: { 'if-none-match': '"a"' } },
        isBehind: true,
        expect: { xCache: 'Hit', body: 'object 1' },
      },
      { after: 5, expect: { xCache: 'Hit', body: 'object 1' } },
    ],
    'stale-while-revalidate: over when its time is': [
      first('max-age=10, stale-while-revalidate=20'),
      { after: 30, origin: {}, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
    'stale-while-revalidate: an error behind it leaves the object': [
      first('max-age=10, stale-while-revalidate=60'),
      { after: 12, origin: failing(), isBehind: true, expect: { xCache: 'Hit', body: 'object 1' } },
      { expect: { body: 'object 1' } },
    ],
    'stale-if-error: served instead of a 5xx': [first('max-age=10, stale-if-error=60'), stale(12, failing())],
    'stale-if-error: over when its time is': [
      first('max-age=10, stale-if-error=20'),
      { after: 30, origin: failing(), expect: { status: 500, xCache: 'Error' } },
    ],
    'stale-if-error=0: the error': [
      first('max-age=10, stale-if-error=0'),
      { after: 12, origin: failing(503), expect: { status: 503, xCache: 'Error' } },
    ],
    'stale-if-error: a 4xx is passed on': [
      first('max-age=10, stale-if-error=60'),
      { after: 12, origin: failing(404), expect: { status: 404, xCache: 'Error' } },
    ],
    'stale-if-error: served when the connection breaks': [
      first('max-age=10, stale-if-error=60'),
      stale(12, { fault: 'reset' }),
    ],
    'both: first the one, then the other': [
      first('max-age=10, stale-while-revalidate=20, stale-if-error=100'),
      { after: 12, origin: failing(), isBehind: true, expect: { xCache: 'Hit', body: 'object 1' } },
      stale(30, failing()),
      { after: 100, origin: failing(), expect: { status: 500 } },
    ],
  }),
  ...rows(STALE, 'tight', {
    'stale-while-revalidate: until the maximum TTL': [
      first('max-age=80, stale-while-revalidate=60'),
      {
        after: 95,
        origin: saying('max-age=80, stale-while-revalidate=60'),
        isBehind: true,
        expect: { xCache: 'Hit', body: 'object 1' },
      },
      { after: 100, origin: {}, expect: { xCache: 'Miss', body: 'object 3' } },
    ],
    'stale-if-error: until the maximum TTL': [
      first('max-age=80, stale-if-error=600'),
      stale(85, failing()),
      { after: 15, origin: failing(), expect: { status: 500 } },
    ],
  }),
  ...rows(STATUS_ERRORS, 'usual', {
    'an expired object is served instead of a 5xx': [first('max-age=10'), stale(12, failing(502))],
    'and for the error-caching minimum, without asking again': [
      first('max-age=10'),
      stale(12, failing(503)),
      stale(27),
      { after: 3, origin: saying('max-age=10'), expect: { xCache: 'Miss', body: 'object 3' } },
    ],
    'an expired object is not served instead of a 4xx': [
      first('max-age=10'),
      { after: 12, origin: failing(403), expect: { status: 403, body: 'object 2' } },
    ],
    'an expired object is served until the maximum TTL': [
      first('max-age=10'),
      stale(900, failing()),
      { after: 100, origin: failing(), expect: { status: 500 } },
    ],
    'an expired error is not served instead of another': [
      { origin: failing(404), expect: { status: 404 } },
      { after: 12, origin: failing(503), expect: { status: 503 } },
    ],
    'nothing is there to be served': [
      { origin: failing(503), expect: { status: 503, xCache: 'Error', body: 'object 1' } },
    ],
  }),
  ...rows(RFC_9111, 'usual', {
    '4.2.4: must-revalidate is not served instead of an error': [
      first('max-age=10, must-revalidate'),
      { after: 12, origin: failing(), expect: { status: 500, xCache: 'Error' } },
    ],
    '4.2.4: nor when the origin is gone': [
      first('max-age=10, must-revalidate'),
      { after: 12, origin: { fault: 'reset' }, expect: { status: 502, xCache: 'Error' } },
    ],
    '4.2.4: nor is proxy-revalidate': [
      first('max-age=10, proxy-revalidate'),
      { after: 12, origin: { fault: 'reset' }, expect: { status: 502, xCache: 'Error' } },
    ],
  }),
  ...rows(UNDOCUMENTED, 'usual', {
    'must-revalidate and stale-if-error: the origin allows it': [
      first('max-age=10, must-revalidate, stale-if-error=60'),
      stale(12, failing()),
    ],
  }),
  ...rows(CUSTOM_ORIGIN, 'slow', {
    'an origin that does not answer: the expired object': [first('max-age=10'), stale(12, { fault: 'silent' })],
  }),
  ...rows(EXPIRATION, 'minimum', {
    'no-store with a minimum is served when the origin is gone': [first('no-store'), stale(62, { fault: 'reset' })],
    'no-store with a minimum, and stale-if-error=0, is not': [
      first('no-store, stale-if-error=0'),
      { after: 62, origin: { fault: 'reset' }, expect: { status: 502 } },
    ],
  }),
  ...rows(EXPIRATION, 'usual', {
    'no-cache is served when the origin is gone': [first('no-cache'), stale(5, { fault: 'reset' })],
    'no-cache and stale-if-error=0 is not': [
      first('no-cache, stale-if-error=0'),
      { after: 5, origin: { fault: 'reset' }, expect: { status: 502 } },
    ],
    's-maxage is a lifetime, and forbids nothing': [first('s-maxage=10'), stale(12, failing())],
    'no-store without a minimum is not kept for that': [
      first('no-store'),
      { origin: { fault: 'reset' }, expect: { status: 502 } },
    ],
  }),
]
