import { type Row, rows, type Step } from './row.ts'
import { RFC_9110 } from './sources.ts'

const MODIFIED = 'Tue, 15 Nov 1994 12:45:26 GMT'
const EARLIER = 'Mon, 14 Nov 1994 12:45:26 GMT'
const LATER = 'Wed, 16 Nov 1994 12:45:26 GMT'

const inCache: Step = {
  origin: {
    headers: { etag: '"a"', 'last-modified': MODIFIED, 'cache-control': 'max-age=100', 'content-type': 'text/css' },
  },
  expect: 'Miss',
}
const asked = (headers: Record<string, string>, method = 'GET') => ({ method, headers })

const unchanged = (headers: Record<string, string>, method?: string): Step[] => [
  inCache,
  {
    viewer: asked(headers, method),
    expect: {
      status: 304,
      xCache: 'Hit',
      body: '',
      headers: { etag: '"a"', 'cache-control': 'max-age=100', 'content-type': null },
    },
  },
]
const sent = (headers: Record<string, string>): Step[] => [
  inCache,
  { viewer: asked(headers), expect: { status: 200, xCache: 'Hit', body: 'object 1' } },
]
const failed = (headers: Record<string, string>): Step[] => [
  inCache,
  { viewer: asked(headers), expect: { status: 412 } },
]

export const CONDITIONS: Row[] = rows(RFC_9110, 'usual', {
  '13.1.2: If-None-Match with the ETag': unchanged({ 'if-none-match': '"a"' }),
  '13.1.2: HEAD as well': unchanged({ 'if-none-match': '"a"' }, 'HEAD'),
  '13.1.2: one of several': unchanged({ 'if-none-match': '"x", "a"' }),
  '13.1.2: compared weakly': unchanged({ 'if-none-match': 'W/"a"' }),
  '13.1.2: any': unchanged({ 'if-none-match': '*' }),
  '13.1.2: another ETag': sent({ 'if-none-match': '"b"' }),
  '13.1.3: If-Modified-Since with the date': unchanged({ 'if-modified-since': MODIFIED }),
  '13.1.3: a later date': unchanged({ 'if-modified-since': LATER }),
  '13.1.3: an earlier date': sent({ 'if-modified-since': EARLIER }),
  '13.1.3: no date': sent({ 'if-modified-since': 'yesterday' }),
  '5.6.7: the format of RFC 850': unchanged({ 'if-modified-since': 'Tuesday, 15-Nov-94 12:45:26 GMT' }),
  '5.6.7: the format of asctime': unchanged({ 'if-modified-since': 'Tue Nov 15 12:45:26 1994' }),
  '13.2.2: If-None-Match decides before If-Modified-Since': sent({
    'if-none-match': '"b"',
    'if-modified-since': LATER,
  }),
  '13.1.1: If-Match with the ETag': sent({ 'if-match': '"a"' }),
  '13.1.1: If-Match with another': failed({ 'if-match': '"b"' }),
  '13.1.4: If-Unmodified-Since with an earlier date': failed({ 'if-unmodified-since': EARLIER }),
  '13.1.4: If-Unmodified-Since with a later date': sent({ 'if-unmodified-since': LATER }),
  '13.1.2: the first viewer that has it already': [
    {
      viewer: asked({ 'if-none-match': '"a"' }),
      origin: { headers: { etag: '"a"' } },
      expect: { status: 304, xCache: 'Miss', body: '' },
    },
    { expect: { xCache: 'Hit', body: 'object 1' } },
  ],
  '13.2.1: conditions are for what is there': [
    { origin: { status: 404, headers: { etag: '"a"' } }, expect: { status: 404 } },
    { viewer: asked({ 'if-none-match': '"a"' }), expect: { status: 404, body: 'object 1' } },
  ],
})
