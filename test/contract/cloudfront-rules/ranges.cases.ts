import { type Answer, type Row, rows, type Step } from './row.ts'
import { COMPRESSION, RANGES, RFC_9110 } from './sources.ts'

const BODY = '0123456789'
const MODIFIED = 'Tue, 15 Nov 1994 12:45:26 GMT'
const whole: Answer = {
  body: BODY,
  headers: { 'cache-control': 'max-age=100', etag: '"a"', 'last-modified': MODIFIED, 'content-type': 'text/plain' },
}
const inCache: Step = { origin: whole, expect: { xCache: 'Miss', body: BODY } }
const asking = (range: string, headers: Record<string, string> = {}) => ({ headers: { range, ...headers } })

const part = (range: string, contentRange: string, body: string, headers: Record<string, string> = {}): Step => ({
  viewer: asking(range, headers),
  expect: {
    status: 206,
    xCache: 'Hit',
    body,
    headers: { 'content-range': contentRange, 'content-length': String(body.length), etag: '"a"' },
  },
})
const allOfIt = (range: string, headers: Record<string, string> = {}): Step => ({
  viewer: asking(range, headers),
  expect: { xCache: 'Hit', body: BODY, headers: { 'content-range': null, 'content-length': '10' } },
})
const ofOrigin = (contentRange: string, body: string): Answer => ({
  ...whole,
  status: 206,
  body,
  headers: { ...whole.headers, 'content-range': contentRange },
})
const PART_IN_CACHE: Step = {
  viewer: asking('bytes=2-5'),
  origin: ofOrigin('bytes 2-5/10', '2345'),
  expect: { status: 206, xCache: 'Miss', body: '2345' },
}
const LONG_TEXT = 'a line of text. '.repeat(100)

export const RANGE_ROWS: Row[] = [
  ...rows(RANGES, 'usual', {
    'from the cache: first and last byte': [inCache, part('bytes=2-5', 'bytes 2-5/10', '2345')],
    'from the cache: to the end': [inCache, part('bytes=7-', 'bytes 7-9/10', '789')],
    'from the cache: the last ones': [inCache, part('bytes=-3', 'bytes 7-9/10', '789')],
    'from the cache: the last beyond the end': [inCache, part('bytes=8-100', 'bytes 8-9/10', '89')],
    'from the cache: all of it': [inCache, part('bytes=0-', 'bytes 0-9/10', BODY)],
    'several, ascending': [
      inCache,
      {
        viewer: asking('bytes=0-1,4-5'),
        expect: {
          status: 206,
          body: /Content-Type: text\/plain\r\nContent-Range: bytes 0-1\/10\r\n\r\n01\r\n--.*Content-Range: bytes 4-5\/10\r\n\r\n45\r\n--.*--\r\n$/s,
          headers: { 'content-type': /^multipart\/byteranges; boundary=/, 'content-range': null },
        },
      },
    ],
    'not ascending: the whole': [inCache, allOfIt('bytes=4-5,0-1')],
    'overlapping: the whole': [inCache, allOfIt('bytes=0-4,3-6')],
    'one of them not valid: the whole': [inCache, allOfIt('bytes=0-1,x-y')],
    'a negative number: the whole': [inCache, allOfIt('bytes=-2-5')],
    'not in the cache: the origin is asked for the part, and it is cached': [
      {
        viewer: asking('bytes=2-5'),
        origin: ofOrigin('bytes 2-5/10', '2345'),
        sees: { headers: { range: /^bytes=/ } },
        expect: { status: 206, xCache: 'Miss', body: '2345', headers: { 'content-range': 'bytes 2-5/10' } },
      },
      {
        viewer: asking('bytes=2-5'),
        expect: { status: 206, xCache: 'Hit', body: '2345', headers: { 'content-range': 'bytes 2-5/10' } },
      },
    ],
    'ranges within a part that is in the cache come from there': [
      PART_IN_CACHE,
      part('bytes=3-4', 'bytes 3-4/10', '34'),
      part('bytes=2-5', 'bytes 2-5/10', '2345'),
      part('bytes=5-5', 'bytes 5-5/10', '5'),
    ],
    'so do those that go to the end of the object, or are its last': [
      { viewer: asking('bytes=-4'), origin: ofOrigin('bytes 6-9/10', '6789'), expect: { status: 206, body: '6789' } },
      part('bytes=7-', 'bytes 7-9/10', '789'),
      part('bytes=-2', 'bytes 8-9/10', '89'),
      part('bytes=8-100', 'bytes 8-9/10', '89'),
    ],
    'a range that a part has not all of is asked for': [
      PART_IN_CACHE,
      {
        viewer: asking('bytes=4-7'),
        origin: ofOrigin('bytes 4-7/10', '4567'),
        expect: { status: 206, xCache: 'Miss' },
      },
      part('bytes=6-7', 'bytes 6-7/10', '67'),
    ],
    'a part that is not as long as it says answers its own range alone': [
      { viewer: asking('bytes=2-5'), origin: ofOrigin('bytes 2-5/10', '234'), expect: { status: 206 } },
      { viewer: asking('bytes=2-3'), origin: ofOrigin('bytes 2-3/10', '23'), expect: { status: 206, xCache: 'Miss' } },
    ],
    'an expired part is asked for as a part, with its conditions': [
      PART_IN_CACHE,
      {
        after: 120,
        viewer: asking('bytes=2-5'),
        origin: ofOrigin('bytes 2-5/10', '2345'),
        sees: { headers: { range: 'bytes=2-5', 'if-none-match': '"a"' } },
        expect: { status: 206, xCache: 'Miss', body: '2345' },
      },
      part('bytes=2-5', 'bytes 2-5/10', '2345'),
    ],
    'a 304 renews all of an expired part': [
      PART_IN_CACHE,
      {
        after: 120,
        viewer: asking('bytes=3-4'),
        origin: { status: 304, headers: { etag: '"a"', 'cache-control': 'max-age=100' } },
        sees: { headers: { range: 'bytes=3-4' } },
        expect: { status: 206, xCache: 'RefreshHit', body: '34', headers: { 'content-range': 'bytes 3-4/10' } },
      },
      part('bytes=2-5', 'bytes 2-5/10', '2345'),
    ],
    'an expired whole is asked for as a whole, and its part is sent': [
      inCache,
      {
        after: 120,
        viewer: asking('bytes=2-5'),
        origin: whole,
        sees: { headers: { range: null } },
        expect: { status: 206, xCache: 'Miss', body: '2345', headers: { 'content-range': 'bytes 2-5/10' } },
      },
      { expect: { xCache: 'Hit', body: BODY } },
    ],
    'a part in the cache is not the whole': [
      { viewer: asking('bytes=2-5'), origin: ofOrigin('bytes 2-5/10', '2345'), expect: { status: 206 } },
      { origin: whole, expect: { xCache: 'Miss', body: BODY } },
      part('bytes=0-1', 'bytes 0-1/10', '01'),
    ],
    'an origin that sends the whole: the viewer gets it, and then parts': [
      { viewer: asking('bytes=2-5'), origin: whole, expect: { status: 200, xCache: 'Miss', body: BODY } },
      part('bytes=2-5', 'bytes 2-5/10', '2345'),
    ],
    'an origin that sends the whole in chunks: the viewer gets it': [
      { viewer: asking('bytes=2-5'), origin: { ...whole, framing: 'chunked' }, expect: { status: 200, body: BODY } },
    ],
  }),
  ...rows(RFC_9110, 'usual', {
    '15.5.17: beyond the end': [
      inCache,
      { viewer: asking('bytes=10-'), expect: { status: 416, headers: { 'content-range': 'bytes */10' } } },
    ],
    '14.1.2: of several, those that are there': [inCache, part('bytes=0-1,20-30', 'bytes 0-1/10', '01')],
    '14.2: another unit': [inCache, allOfIt('lines=0-1')],
    '14.2: Range is for GET': [
      inCache,
      {
        viewer: { method: 'HEAD', ...asking('bytes=0-1') },
        expect: { status: 200, body: '', headers: { 'content-length': '10' } },
      },
    ],
    '13.1.5: If-Range with the ETag': [inCache, part('bytes=0-1', 'bytes 0-1/10', '01', { 'if-range': '"a"' })],
    '13.1.5: If-Range with another ETag': [inCache, allOfIt('bytes=0-1', { 'if-range': '"b"' })],
    '13.1.5: If-Range with the date': [inCache, part('bytes=0-1', 'bytes 0-1/10', '01', { 'if-range': MODIFIED })],
    '13.1.5: If-Range with another date': [
      inCache,
      allOfIt('bytes=0-1', { 'if-range': 'Wed, 16 Nov 1994 12:45:26 GMT' }),
    ],
    '13.1.5: a part in the cache is no answer to an If-Range with another ETag': [
      PART_IN_CACHE,
      {
        viewer: asking('bytes=2-5', { 'if-range': '"b"' }),
        origin: whole,
        sees: { headers: { range: null } },
        expect: { status: 200, xCache: 'Miss', body: BODY },
      },
    ],
    '13.1.5: a part in the cache is an answer to an If-Range with its ETag': [
      PART_IN_CACHE,
      part('bytes=2-3', 'bytes 2-3/10', '23', { 'if-range': '"a"' }),
    ],
    '13.2.2: a condition comes before a part in the cache': [
      PART_IN_CACHE,
      { viewer: asking('bytes=2-5', { 'if-none-match': '"a"' }), expect: { status: 304, body: '' } },
    ],
    '13.2.2: a condition comes before the range': [
      inCache,
      { viewer: asking('bytes=0-1', { 'if-none-match': '"a"' }), expect: { status: 304, body: '' } },
    ],
  }),
  ...rows(RANGES, 'compressed', {
    'of a compressed object, by its compressed size': [
      {
        viewer: { headers: { 'accept-encoding': 'gzip' } },
        origin: { body: LONG_TEXT, headers: { 'content-type': 'text/plain' } },
        expect: { body: LONG_TEXT, headers: { 'content-encoding': 'gzip' } },
      },
      {
        viewer: { headers: { 'accept-encoding': 'gzip', range: 'bytes=0-0' } },
        expect: {
          status: 206,
          headers: { 'content-range': /^bytes 0-0\/\d{2}$/, 'content-length': '1', 'content-encoding': 'gzip' },
        },
      },
    ],
  }),
  ...rows(COMPRESSION, 'compressed', {
    'a part is not compressed': [
      {
        viewer: { headers: { 'accept-encoding': 'gzip', range: 'bytes=0-1599' } },
        origin: {
          status: 206,
          body: LONG_TEXT,
          headers: { 'content-type': 'text/plain', 'content-range': 'bytes 0-1599/9000' },
        },
        expect: { status: 206, body: LONG_TEXT, headers: { 'content-encoding': null } },
      },
    ],
  }),
]
