import { type Answer, type Row, rows, type Step } from './row.ts'
import { CUSTOM_ORIGIN, ERROR_CACHING, EXPIRATION, STATUS_ERRORS } from './sources.ts'

const error = (status: number, cacheControl?: string): Answer => ({
  status,
  headers: cacheControl === undefined ? {} : { 'cache-control': cacheControl },
})

const livesFor = (seconds: number, origin: Answer): Step[] => [
  { origin, expect: { ...told(origin), body: 'object 1' } },
  { after: seconds - 3, expect: { ...told(origin), body: 'object 1', headers: { age: /^\d+$/ } } },
  { after: 3, origin, expect: { ...told(origin), body: 'object 2' } },
]

const neverKept = (origin: Answer): Step[] => [
  { origin, expect: { ...told(origin), body: 'object 1' } },
  { origin, expect: { ...told(origin), body: 'object 2' } },
]

const told = ({ status = 200 }: Answer) => ({ status, xCache: 'Error' })

const each = (statuses: number[], name: string, story: (status: number) => Step[]) =>
  Object.fromEntries(statuses.map((status) => [`${status} ${name}`, story(status)]))

/** Error-caching minimum TTLs of the distribution: 414 0 s, 503 30 s, 10 s for any other. */
export const ERRORS: Row[] = [
  ...rows(STATUS_ERRORS, 'usual', {
    ...each([404, 500, 501, 502, 504], 'is cached for the error-caching minimum', (status) =>
      livesFor(10, error(status)),
    ),
    '503 is cached for its own error-caching minimum': livesFor(30, error(503)),
    ...each([400, 403, 405, 412, 415], 'without a lifetime is not cached', (status) => neverKept(error(status))),
    ...each([400, 403, 405, 412, 415], 'with max-age is cached', (status) => livesFor(50, error(status, 'max-age=50'))),
    '403 with s-maxage is cached': livesFor(50, error(403, 's-maxage=50')),
    '403 with Expires alone is not cached': neverKept({ status: 403, headers: { expires: '{+50}' } }),
    ...each([401, 402, 409, 429, 451, 505], 'is not cached', (status) => neverKept(error(status, 'max-age=50'))),
    'the object is cached once it is there': [
      { origin: error(404), expect: { status: 404 } },
      { after: 10, origin: {}, expect: { xCache: 'Miss', body: 'object 2' } },
      { expect: { xCache: 'Hit', body: 'object 2' } },
    ],
    'headers of an error are cached with it': [
      { origin: { status: 404, headers: { 'x-a': '1' } }, expect: { status: 404, headers: { 'x-a': '1' } } },
      { expect: { status: 404, headers: { 'x-a': '1' } } },
    ],
  }),
  ...rows(STATUS_ERRORS, 'disabled', {
    'CachingDisabled: no error is cached': neverKept(error(404, 'max-age=50')),
  }),
  ...rows(ERROR_CACHING, 'usual', {
    'max-age above the minimum': livesFor(50, error(404, 'max-age=50')),
    'max-age below the minimum: the minimum': livesFor(10, error(404, 'max-age=5')),
    'Expires above the minimum': livesFor(50, { status: 500, headers: { expires: '{+50}' } }),
    'max-age above the maximum TTL: the maximum TTL': livesFor(1_000, error(404, 'max-age=5000')),
    'another directive: the minimum': livesFor(10, error(404, 'public')),
    ...each([404, 410, 501], 'with no-store is not cached', (status) => neverKept(error(status, 'no-store'))),
    '404 with no-cache is not cached': neverKept(error(404, 'no-cache')),
    '404 with private is not cached': neverKept(error(404, 'private')),
    ...each([500, 502, 504], 'with no-store: the minimum', (status) => livesFor(10, error(status, 'no-store'))),
    '503 with private: the minimum': livesFor(30, error(503, 'private')),
    '416 is never cached': neverKept(error(416, 'max-age=50')),
    '410, of which the page says when it is not cached, is cached': livesFor(10, error(410)),
    'an error-caching minimum of 0': neverKept(error(414)),
    'an error-caching minimum of 0, and max-age': livesFor(50, error(414, 'max-age=50')),
  }),
  ...rows(ERROR_CACHING, 'minimum', {
    'the minimum TTL is for objects': livesFor(10, error(404)),
  }),
  ...rows(ERROR_CACHING, 'bucket', {
    'an error-caching minimum of 0 is 1 s for S3': [
      { origin: error(414), expect: { status: 414, body: 'object 1' } },
      { expect: { status: 414, body: 'object 1' } },
      { after: 1, origin: error(414), expect: { status: 414, body: 'object 2' } },
    ],
  }),
  ...rows(EXPIRATION, 'minimum', {
    '501 with no-store is not cached, whatever the minimum TTL': neverKept(error(501, 'no-store')),
  }),
  ...rows(CUSTOM_ORIGIN, 'usual', {
    'a body that breaks off before its Content-Length is not cached': [
      { origin: { fault: 'cut' }, expect: { xCache: 'Miss', brokenBody: 'object 1' } },
      { origin: {}, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
    'a chunked body that breaks off is not cached': [
      { origin: { fault: 'cut-chunked', framing: 'chunked' }, expect: { xCache: 'Miss', brokenBody: 'object 1' } },
      { origin: {}, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
    'a body that breaks off leaves the expired object to be served': [
      {
        origin: { headers: { 'cache-control': 'max-age=10', etag: '"a"' } },
        expect: { xCache: 'Miss', body: 'object 1' },
      },
      { after: 12, origin: { fault: 'cut' }, expect: { xCache: 'Miss', brokenBody: 'object 2' } },
      { origin: { status: 500 }, expect: { body: 'object 1' } },
    ],
    'a body that ends with its connection is cached': [
      { origin: { framing: 'close' }, expect: { xCache: 'Miss', body: 'object 1' } },
      { expect: { xCache: 'Hit', body: 'object 1' } },
    ],
    'a chunked body is cached': [
      { origin: { framing: 'chunked' }, expect: { xCache: 'Miss', body: 'object 1' } },
      { expect: { xCache: 'Hit', body: 'object 1' } },
    ],
    'a connection that is reset is a 5xx, and cached like one': [
      { origin: { fault: 'reset' }, expect: { status: 502, xCache: 'Error' } },
      { after: 5, expect: { status: 502, xCache: 'Error' } },
      { after: 5, origin: {}, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
  }),
  ...rows(CUSTOM_ORIGIN, 'slow', {
    'an origin that does not answer in time is a 504': [
      { origin: { fault: 'silent' }, expect: { status: 504, xCache: 'Error' } },
    ],
  }),
]
