import { type Ask, type Row, rows, type Seen, type Step } from './row.ts'
import { BEHAVIOURS, CUSTOM_ORIGIN, ORIGIN_REQUESTS, POLICIES_TOGETHER, RFC_9110 } from './sources.ts'

const VIEWER: Ask = {
  query: 'a=1&b=2',
  headers: {
    'user-agent': 'a browser',
    accept: 'text/html',
    'accept-language': 'en',
    authorization: 'Basic x',
    cookie: 'b=2; a=1',
    origin: 'https://www.example.com',
    referer: 'https://www.example.com/',
    'x-one': '1',
    'x-two': '2',
  },
}
/** A server that stands in for an origin is sent its own host. */
const NOT_THE_VIEWERS = /^(?!cdn\.example\.com)./

const sent = (viewer: Ask, sees: Seen): Step[] => [{ viewer, origin: {}, sees, expect: 'Miss' }]

export const ORIGIN_REQUEST_ROWS: Row[] = [
  ...rows(ORIGIN_REQUESTS, 'usual', {
    'nothing of the viewer’s but the path': sent(VIEWER, {
      method: 'GET',
      query: '',
      headers: {
        accept: null,
        'accept-language': null,
        authorization: null,
        cookie: null,
        origin: null,
        referer: null,
        'x-one': null,
      },
    }),
    'what CloudFront sends always': sent(VIEWER, {
      headers: {
        host: NOT_THE_VIEWERS,
        'user-agent': 'Amazon CloudFront',
        via: /cloudfront\.net \(CloudFront\)$/,
        'x-amz-cf-id': /^[\w=-]{56}$/,
      },
    }),
  }),
  ...rows(CUSTOM_ORIGIN, 'usual', {
    'the viewer’s address': sent({}, { headers: { 'x-forwarded-for': /^(::ffff:)?127\.0\.0\.1$/ } }),
    'the viewer’s address after those that it sends': sent(
      { headers: { 'x-forwarded-for': '192.0.2.4,192.0.2.3' } },
      { headers: { 'x-forwarded-for': /^192\.0\.2\.4, ?192\.0\.2\.3, ?(::ffff:)?127\.0\.0\.1$/ } },
    ),
  }),
  ...rows(RFC_9110, 'forward-all', {
    '7.6.1: headers that Connection names are not passed on': sent(
      { headers: { connection: 'X-One, Host', 'x-one': '1', 'x-two': '2' } },
      { headers: { 'x-one': null, 'x-two': '2', host: NOT_THE_VIEWERS } },
    ),
  }),
  ...rows(CUSTOM_ORIGIN, 'forward-all', {
    'hop-by-hop headers are CloudFront’s own': sent(
      {
        headers: {
          te: 'trailers',
          'proxy-authorization': 'x',
          'x-edge-a': '1',
          'x-real-ip': '1',
          'x-forwarded-proto': 'http',
        },
      },
      {
        headers: {
          te: null,
          'proxy-authorization': null,
          'x-edge-a': null,
          'x-real-ip': null,
          'x-forwarded-proto': null,
        },
      },
    ),
  }),
  ...rows(ORIGIN_REQUESTS, 'forward-named', {
    'what the policy names': sent(VIEWER, {
      query: 'a=1',
      headers: {
        'x-one': '1',
        'x-two': null,
        'accept-language': 'en',
        cookie: 'a=1',
        'user-agent': 'Amazon CloudFront',
      },
    }),
    'a header that CloudFront makes': sent({}, { headers: { 'cloudfront-forwarded-proto': 'https' } }),
    'a header that CloudFront makes, of HTTP': sent(
      { scheme: 'http' },
      { headers: { 'cloudfront-forwarded-proto': 'http' } },
    ),
    'a viewer’s own copy does not count': sent(
      { headers: { 'cloudfront-forwarded-proto': 'http' } },
      { headers: { 'cloudfront-forwarded-proto': 'https' } },
    ),
    'and is not in the key': [
      { viewer: { query: 'a=1', headers: { 'x-one': '1' } }, origin: {}, expect: 'Miss' },
      { viewer: { query: 'a=2', headers: { 'x-one': '2' } }, expect: 'Hit' },
    ],
  }),
  ...rows(ORIGIN_REQUESTS, 'forward-all', {
    'all that the viewer sends': sent(VIEWER, {
      query: 'a=1&b=2',
      headers: { 'user-agent': 'a browser', accept: 'text/html', 'x-one': '1', 'x-two': '2', cookie: 'a=1; b=2' },
    }),
  }),
  ...rows(ORIGIN_REQUESTS, 'forward-except', {
    'all but what is excepted': sent(VIEWER, {
      query: 'a=1',
      headers: { 'x-one': '1', 'x-two': null, cookie: 'a=1', host: NOT_THE_VIEWERS, authorization: 'Basic x' },
    }),
    'a body with its type': sent(
      { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } },
      { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json', 'content-length': '7' } },
    ),
    'where nothing is cached, a range is the origin’s': [
      {
        viewer: { headers: { range: 'bytes=0-1' } },
        origin: { status: 206, body: 'ob', headers: { 'content-range': 'bytes 0-1/8' } },
        sees: { headers: { range: 'bytes=0-1' } },
        expect: { status: 206, body: 'ob', headers: { 'content-range': 'bytes 0-1/8' } },
      },
    ],
    'and a condition': [
      {
        viewer: { headers: { 'if-none-match': '"a"' } },
        origin: { status: 304, headers: { etag: '"a"' } },
        sees: { headers: { 'if-none-match': '"a"' } },
        expect: { status: 304, body: '', headers: { etag: '"a"' } },
      },
    ],
  }),
  ...rows(POLICIES_TOGETHER, 'disabled', {
    'of the query, all by the origin request policy': sent({ query: 'b=%7e&a' }, { query: 'b=%7e&a' }),
  }),
  ...rows(BEHAVIOURS, 'usual', {
    'the path goes to the origin as it came': [
      {
        viewer: { target: '/usual/paths//a%2Fb/%7e/./%e9' },
        origin: {},
        sees: { path: '/usual/paths//a%2Fb/%7e/./%e9' },
        expect: 'Miss',
      },
    ],
  }),
  ...rows(BEHAVIOURS, 'default', {
    'the first pattern that matches': [
      { viewer: { target: '/match/a/b1' }, origin: {}, expect: { headers: { 'x-behaviour': 'b' } } },
      { viewer: { target: '/match/a/c' }, origin: {}, expect: { headers: { 'x-behaviour': 'a' } } },
      { viewer: { target: '/match/1.jpg' }, origin: {}, expect: { headers: { 'x-behaviour': 'one' } } },
    ],
    'none that matches: the default': [
      { viewer: { target: '/match' }, origin: {}, expect: { headers: { 'x-behaviour': 'default' } } },
      { viewer: { target: '/match/12.jpg' }, origin: {}, expect: { headers: { 'x-behaviour': 'default' } } },
    ],
    'case counts': [
      { viewer: { target: '/Match/a/b1' }, origin: {}, expect: { headers: { 'x-behaviour': 'default' } } },
    ],
    'the query does not': [
      {
        viewer: { target: '/other', query: '/match/a/b' },
        origin: {},
        expect: { headers: { 'x-behaviour': 'default' } },
      },
    ],
    'the path is normalised': [
      {
        viewer: { target: '/match/a/b/../x' },
        origin: {},
        sees: { path: '/match/a/b/../x' },
        expect: { headers: { 'x-behaviour': 'a' } },
      },
      {
        viewer: { target: '/%6Datch//a/b' },
        origin: {},
        sees: { path: '/%6Datch//a/b' },
        expect: { headers: { 'x-behaviour': 'b' } },
      },
    ],
  }),
]
