import { type Answer, type Row, rows, type Step } from './row.ts'
import { CACHE_POLICY, COMPRESSION } from './sources.ts'

const TEXT = 'a line of text. '.repeat(100)
const text = (headers: Record<string, string> = {}, more: Partial<Answer> = {}): Answer => ({
  body: TEXT,
  headers: { 'content-type': 'text/plain', ...headers },
  ...more,
})
const taking = (encodings: string, more: Partial<Step['viewer']> = {}) => ({
  headers: { 'accept-encoding': encodings },
  ...more,
})

const compressed = (
  encoding: string | null,
  origin: Answer,
  accept = 'gzip, deflate, br',
  more: Partial<Step['viewer']> = {},
): Step => ({
  viewer: taking(accept, more),
  origin,
  expect: {
    status: origin.status ?? 200,
    ...(origin.framing || origin.headers?.['content-encoding'] ? {} : { body: origin.body ?? '' }),
    headers: { 'content-encoding': encoding },
  },
})

export const COMPRESSION_ROWS: Row[] = [
  ...rows(COMPRESSION, 'compressed', {
    'Brotli for who takes both': [compressed('br', text())],
    'gzip for who takes gzip': [compressed('gzip', text(), 'gzip, deflate')],
    'nothing for who takes neither': [compressed(null, text(), 'deflate, zstd')],
    'nothing for who does not say': [{ origin: text(), expect: { body: TEXT, headers: { 'content-encoding': null } } }],
    'nothing for HTTP/1.0': [
      {
        viewer: taking('gzip, br', { version: '1.0' }),
        origin: text(),
        sees: { headers: { 'accept-encoding': null } },
        expect: { body: TEXT, headers: { 'content-encoding': null } },
      },
    ],
    'for HTTP/2': [compressed('br', text(), 'br', { version: '2' })],
    'compressed once, then from the cache': [
      compressed('br', text()),
      {
        viewer: taking('br, gzip;q=0.5'),
        expect: { xCache: 'Hit', body: TEXT, headers: { 'content-encoding': 'br' } },
      },
    ],
    'less than 1,000 bytes': [compressed(null, text({}, { body: 'x'.repeat(999) }))],
    '1,000 bytes': [compressed('br', text({}, { body: 'x'.repeat(1_000) }))],
    'more than 10,000,000 bytes': [
      {
        viewer: taking('gzip'),
        origin: text({}, { body: 'x'.repeat(10_000_001) }),
        expect: { headers: { 'content-encoding': null } },
      },
    ],
    'a type that is not on the list': [compressed(null, text({ 'content-type': 'image/jpeg' }))],
    'a type with parameters': [compressed('br', text({ 'content-type': 'Text/HTML; charset=utf-8' }))],
    'no Content-Length': [compressed(null, text({}, { framing: 'chunked' }))],
    'what has a Content-Encoding': [compressed('x-own', text({ 'content-encoding': 'x-own' }))],
    'a 404': [compressed('br', text({}, { status: 404 }))],
    'a 403': [compressed('br', text({}, { status: 403 }))],
    'not a 500': [compressed(null, text({}, { status: 500 }))],
    'a strong ETag becomes weak': [
      {
        viewer: taking('br'),
        origin: text({ etag: '"a"' }),
        expect: { headers: { 'content-encoding': 'br', etag: 'W/"a"' } },
      },
    ],
    'a weak ETag stays': [
      { viewer: taking('br'), origin: text({ etag: 'W/"a"' }), expect: { headers: { etag: 'W/"a"' } } },
    ],
    'an ETag that is none goes': [
      { viewer: taking('br'), origin: text({ etag: 'a' }), expect: { headers: { etag: null } } },
    ],
    'an ETag of what is not compressed stays': [
      { origin: text({ etag: '"a"' }), expect: { headers: { etag: '"a"' } } },
    ],
    'the length is that of what is sent, once it is known': [
      { viewer: taking('br'), origin: text(), expect: { xCache: 'Miss', headers: { 'content-length': null } } },
      { viewer: taking('br'), expect: { xCache: 'Hit', headers: { 'content-length': /^\d{2}$/ } } },
    ],
    'a 304 of the origin leaves what was compressed its weak tag': [
      {
        viewer: taking('br'),
        origin: text({ etag: '"a"', 'cache-control': 'max-age=10' }),
        expect: { headers: { etag: 'W/"a"' } },
      },
      {
        viewer: taking('br'),
        after: 12,
        origin: { status: 304, headers: { etag: '"a"' } },
        expect: { xCache: 'RefreshHit', headers: { etag: 'W/"a"', 'content-encoding': 'br' } },
      },
    ],
  }),
  ...rows(COMPRESSION, 'compressed-gzip', {
    'gzip alone is enabled': [compressed('gzip', text(), 'br, gzip')],
    'gzip alone is enabled, and the viewer takes Brotli': [compressed(null, text(), 'br')],
  }),
  ...rows(COMPRESSION, 'compressed-unkeyed', {
    'neither is enabled': [compressed(null, text())],
  }),
  ...rows(COMPRESSION, 'encodings', {
    'the behaviour does not compress': [compressed(null, text())],
  }),
  ...rows(CACHE_POLICY, 'encodings', {
    'the origin is told of both': [
      {
        viewer: taking('gzip, deflate, br'),
        origin: {},
        sees: { headers: { 'accept-encoding': 'br,gzip' } },
        expect: 'Miss',
      },
    ],
    'the origin is told of one': [
      {
        viewer: taking('gzip;q=0.8, deflate'),
        origin: {},
        sees: { headers: { 'accept-encoding': 'gzip' } },
        expect: 'Miss',
      },
    ],
    'the origin is told of neither': [
      { viewer: taking('deflate'), origin: {}, sees: { headers: { 'accept-encoding': 'identity' } }, expect: 'Miss' },
    ],
    'the origin is not told where the viewer does not say': [
      { origin: {}, sees: { headers: { 'accept-encoding': null } }, expect: 'Miss' },
    ],
    'one object for each that is told apart': [
      { viewer: taking('gzip, br'), origin: {}, expect: 'Miss' },
      { viewer: taking('br;q=1, gzip;q=0.1, deflate'), expect: 'Hit' },
      { viewer: taking('gzip'), origin: {}, expect: 'Miss' },
      { viewer: taking('gzip, deflate'), expect: 'Hit' },
      { origin: {}, expect: 'Miss' },
      { viewer: taking('deflate'), expect: 'Hit' },
    ],
  }),
]
