import { type Answer, type Row, rows, type Step } from './row.ts'
import { COMPRESSION, COOKIES, CUSTOM_ORIGIN, LOGS, RFC_9110, RFC_9111 } from './sources.ts'

const MODIFIED = 'Tue, 15 Nov 1994 12:45:26 GMT'
const object = (headers: Record<string, string>): Answer => ({ headers: { 'cache-control': 'max-age=10', ...headers } })
const first = (headers: Record<string, string>): Step => ({
  origin: object(headers),
  expect: { xCache: 'Miss', body: 'object 1' },
})
const unchanged = (headers: Record<string, string> = {}): Answer => ({ status: 304, headers })
const LONG_TEXT = 'a line of text. '.repeat(100)

export const REVALIDATION: Row[] = [
  ...rows(CUSTOM_ORIGIN, 'usual', {
    'an ETag is sent as If-None-Match': [
      first({ etag: '"a"' }),
      {
        after: 12,
        origin: unchanged(),
        sees: { method: 'GET', headers: { 'if-none-match': '"a"', 'if-modified-since': null } },
        expect: { xCache: 'RefreshHit', body: 'object 1' },
      },
    ],
    'a Last-Modified is sent as If-Modified-Since': [
      first({ 'last-modified': MODIFIED }),
      {
        after: 12,
        origin: unchanged(),
        sees: { headers: { 'if-modified-since': MODIFIED, 'if-none-match': null } },
        expect: { xCache: 'RefreshHit', body: 'object 1' },
      },
    ],
    'both are sent': [
      first({ etag: '"a"', 'last-modified': MODIFIED }),
      {
        after: 12,
        origin: unchanged(),
        sees: { headers: { 'if-modified-since': MODIFIED, 'if-none-match': '"a"' } },
        expect: 'RefreshHit',
      },
    ],
    'without either, no condition': [
      first({}),
      {
        after: 12,
        origin: {},
        sees: { headers: { 'if-modified-since': null, 'if-none-match': null } },
        expect: { xCache: 'Miss', body: 'object 2' },
      },
    ],
    'a new object takes the place of the old': [
      first({ etag: '"a"' }),
      {
        after: 12,
        origin: object({ etag: '"b"' }),
        expect: { xCache: 'Miss', body: 'object 2', headers: { etag: '"b"' } },
      },
      { expect: { xCache: 'Hit', body: 'object 2' } },
    ],
    'no-cache is revalidated each time': [
      { origin: { headers: { 'cache-control': 'no-cache', etag: '"a"' } }, expect: 'Miss' },
      {
        origin: unchanged(),
        sees: { headers: { 'if-none-match': '"a"' } },
        expect: { xCache: 'RefreshHit', body: 'object 1' },
      },
      {
        origin: unchanged(),
        sees: { headers: { 'if-none-match': '"a"' } },
        expect: { xCache: 'RefreshHit', body: 'object 1' },
      },
    ],
    'a viewer’s conditions are not the origin’s': [
      {
        viewer: { headers: { 'if-none-match': '"z"', 'if-modified-since': MODIFIED } },
        origin: object({ etag: '"a"' }),
        sees: { headers: { 'if-none-match': null, 'if-modified-since': null } },
        expect: { xCache: 'Miss', body: 'object 1' },
      },
    ],
  }),
  ...rows(LOGS, 'usual', {
    'RefreshHit, then Hit': [
      first({ etag: '"a"' }),
      { after: 12, origin: unchanged(), expect: 'RefreshHit' },
      { after: 5, expect: { xCache: 'Hit', body: 'object 1' } },
    ],
  }),
  ...rows(RFC_9111, 'usual', {
    '4.3.4: a 304 that says no lifetime renews the old one': [
      first({ etag: '"a"' }),
      { after: 12, origin: unchanged(), expect: 'RefreshHit' },
      { after: 7, expect: 'Hit' },
      { after: 3, origin: unchanged(), expect: 'RefreshHit' },
    ],
    '4.3.4: a 304 that says a lifetime has its own': [
      first({ etag: '"a"' }),
      { after: 12, origin: unchanged({ 'cache-control': 'max-age=50' }), expect: 'RefreshHit' },
      { after: 47, expect: 'Hit' },
      { after: 3, origin: unchanged(), expect: 'RefreshHit' },
    ],
    '3.2: a 304 renews headers': [
      { origin: object({ etag: '"a"', 'x-a': '1', 'x-b': '1' }), expect: 'Miss' },
      { after: 12, origin: unchanged({ 'x-a': '2' }), expect: { headers: { 'x-a': '2', 'x-b': '1', etag: '"a"' } } },
      { expect: { xCache: 'Hit', headers: { 'x-a': '2', 'x-b': '1' } } },
    ],
    '3.2: a 304 renews the type': [
      { origin: object({ etag: '"a"', 'content-type': 'text/css' }), expect: 'Miss' },
      {
        after: 12,
        origin: unchanged({ 'content-type': 'text/css; charset=utf-8' }),
        expect: { body: 'object 1', headers: { 'content-type': 'text/css; charset=utf-8' } },
      },
      { expect: { xCache: 'Hit', headers: { 'content-type': 'text/css; charset=utf-8' } } },
    ],
    '3.2: a 304 leaves what the stored bytes are': [
      { origin: object({ etag: '"a"', 'content-encoding': 'compress' }), expect: 'Miss' },
      {
        after: 12,
        origin: unchanged({ 'content-encoding': 'deflate' }),
        expect: { body: 'object 1', headers: { 'content-encoding': 'compress' } },
      },
    ],
    '4.3.4: a 304 that says no-store is the last': [
      first({ etag: '"a"' }),
      { after: 12, origin: unchanged({ 'cache-control': 'no-store' }), expect: { body: 'object 1' } },
      { origin: {}, expect: { body: 'object 3' } },
    ],
  }),
  ...rows(RFC_9110, 'usual', {
    '13.1.2: a weak ETag is sent as it is': [
      first({ etag: 'W/"a"' }),
      { after: 12, origin: unchanged(), sees: { headers: { 'if-none-match': 'W/"a"' } }, expect: 'RefreshHit' },
    ],
    '15.4.5: a 304 of the origin is not the viewer’s': [
      first({ etag: '"a"' }),
      { after: 12, origin: unchanged(), expect: { status: 200, body: 'object 1' } },
    ],
    '13.1.2: the viewer that has it gets a 304 of its own': [
      first({ etag: '"a"' }),
      {
        after: 12,
        viewer: { headers: { 'if-none-match': '"a"' } },
        origin: unchanged(),
        expect: { status: 304, body: '' },
      },
    ],
  }),
  ...rows(COMPRESSION, 'compressed', {
    'what was compressed stays so after a 304': [
      {
        viewer: { headers: { 'accept-encoding': 'br' } },
        origin: {
          headers: { 'cache-control': 'max-age=10', etag: '"a"', 'content-type': 'text/plain' },
          body: LONG_TEXT,
        },
        expect: { headers: { 'content-encoding': 'br', etag: 'W/"a"' } },
      },
      {
        after: 12,
        viewer: { headers: { 'accept-encoding': 'br' } },
        origin: unchanged(),
        sees: { headers: { 'if-none-match': /^(W\/)?"a"$/ } },
        expect: { xCache: 'RefreshHit', body: LONG_TEXT, headers: { 'content-encoding': 'br' } },
      },
    ],
  }),
  ...rows(COOKIES, 'cookies-all', {
    'where cookies are forwarded, no condition is sent': [
      first({ etag: '"a"', 'last-modified': MODIFIED }),
      {
        after: 12,
        origin: {},
        sees: { headers: { 'if-none-match': null, 'if-modified-since': null } },
        expect: { xCache: 'Miss', body: 'object 2' },
      },
    ],
  }),
]
