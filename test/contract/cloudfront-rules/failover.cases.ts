/** Origin groups, and headers that CloudFront adds to requests to an origin. */
import { expect } from 'vitest'
import { type Row, rows, type Seen } from './row.ts'
import { FAILOVER, ORIGIN_HEADERS, STALE, UNDOCUMENTED } from './sources.ts'

const first: Seen = { path: expect.stringMatching(/^\/failover/) }
const second: Seen = { path: expect.stringMatching(/^\/second\/failover/) }
const both = [first, second]

export const FAILOVER_ROWS: Row[] = [
  ...rows(FAILOVER, 'failover', {
    'a status that is configured: the second origin answers, and that is cached': [
      { origin: [{ status: 503 }, {}], sees: both, expect: { xCache: 'Miss', body: 'object 2' } },
      { expect: { xCache: 'Hit', body: 'object 2' } },
    ],
    'a 404 that is configured': [{ origin: [{ status: 404 }, {}], sees: both, expect: 'Miss' }],
    'a status that is not configured is the answer': [
      { origin: { status: 500 }, sees: first, expect: { status: 500, xCache: 'Error' } },
    ],
    'a success and a redirect are the answer': [
      { origin: { status: 302, headers: { location: '/elsewhere' } }, sees: first, expect: { status: 302 } },
    ],
    'no connection': [{ origin: [{ fault: 'reset' }, {}], sees: both, expect: { xCache: 'Miss', body: 'object 2' } }],
    'no answer in time': [
      { origin: [{ fault: 'silent' }, {}], sees: both, expect: { xCache: 'Miss', body: 'object 2' } },
    ],
    "where the second one fails, too, its answer is the viewer's": [
      { origin: [{ status: 503 }, { status: 500 }], sees: both, expect: { status: 500, xCache: 'Error' } },
    ],
    'where neither can be reached': [
      { origin: [{ fault: 'reset' }, { fault: 'reset' }], sees: both, expect: { status: 502, xCache: 'Error' } },
    ],
    'every request is sent to the first one again': [
      { origin: [{ status: 503 }, { headers: { 'cache-control': 'max-age=1' } }], expect: 'Miss' },
      { after: 2, origin: {}, sees: first, expect: { body: 'object 3' } },
    ],
    'HEAD fails over': [{ viewer: { method: 'HEAD' }, origin: [{ status: 503 }, {}], sees: both, expect: 'Miss' }],
    'OPTIONS fails over': [
      { viewer: { method: 'OPTIONS' }, origin: [{ status: 503 }, {}], sees: both, expect: { body: 'object 2' } },
    ],
    'requests that come together wait for one failover': [
      { together: 3, origin: [{ status: 503 }, {}], sees: both, expect: { xCaches: { Miss: 1, Hit: 2 } } },
    ],
  }),
  ...rows(FAILOVER, 'failover-all-methods', {
    'POST does not fail over': [
      {
        viewer: { method: 'POST', body: 'x' },
        origin: { status: 503 },
        sees: { method: 'POST', path: expect.stringMatching(/^\/failover/) },
        expect: { status: 503, xCache: 'Error' },
      },
    ],
    'DELETE does not, either': [
      { viewer: { method: 'DELETE' }, origin: { status: 404 }, sees: first, expect: { status: 404 } },
    ],
  }),
  ...rows(STALE, 'failover', {
    'an expired object is served where both origins fail': [
      { origin: { headers: { 'cache-control': 'max-age=1' } }, expect: 'Miss' },
      {
        ...{ after: 2, origin: [{ status: 503 }, { status: 503 }], sees: both },
        expect: { xCache: 'RefreshHit', body: 'object 1' },
      },
    ],
  }),
  ...rows(UNDOCUMENTED, 'failover', {
    "the second origin is asked with the same conditions, and its 304 renews the first one's object": [
      { origin: { headers: { 'cache-control': 'max-age=1', etag: '"a"' } }, expect: 'Miss' },
      {
        after: 2,
        origin: [{ status: 503 }, { status: 304, headers: { etag: '"a"' } }],
        sees: [
          { ...first, headers: { 'if-none-match': '"a"' } },
          { ...second, headers: { 'if-none-match': '"a"' } },
        ],
        expect: { xCache: 'RefreshHit', body: 'object 1' },
      },
    ],
  }),
  ...rows(ORIGIN_HEADERS, 'headed', {
    'a header of the origin is added, and no other': [
      {
        origin: {},
        sees: { headers: { 'x-origin-secret': 'of the distribution', 'x-valueless': null } },
        expect: 'Miss',
      },
    ],
    "it takes the place of the viewer's": [
      {
        viewer: { headers: { 'x-origin-secret': 'mine' } },
        ...{ origin: {}, sees: { headers: { 'x-origin-secret': 'of the distribution' } }, expect: 'Miss' },
      },
    ],
    'on requests that are not cached, too': [
      {
        viewer: { method: 'POST', body: 'x', headers: { 'x-origin-secret': 'mine' } },
        ...{ origin: {}, sees: { method: 'POST', headers: { 'x-origin-secret': 'of the distribution' } } },
        expect: 'Miss',
      },
    ],
  }),
  ...rows(ORIGIN_HEADERS, 'failover', {
    'each origin has its own': [
      {
        origin: [{ status: 503 }, {}],
        sees: [
          { ...first, headers: { 'x-origin-secret': null } },
          { ...second, headers: { 'x-origin-secret': 'the second one' } },
        ],
        expect: 'Miss',
      },
    ],
  }),
]
