import { type Row, rows, type Step } from './row.ts'
import {
  COOKIES,
  CUSTOM_ORIGIN,
  EDGE_ERRORS,
  GENERATED,
  LOGS,
  RESPONSE_POLICY,
  RFC_9110,
  S3_ORIGIN,
} from './sources.ts'

const VIA = /^[\d.]+ [\da-z]+\.cloudfront\.net \(CloudFront\)$/
const cached = (
  headers: Record<string, string | string[]>,
  expected: Record<string, string | RegExp | null>,
  again = expected,
): Step[] => [
  { origin: { headers }, expect: { xCache: 'Miss', headers: expected } },
  { expect: { xCache: 'Hit', headers: again } },
]
const FROM_WWW = { headers: { origin: 'https://www.example.com' } }
const PREFLIGHT = {
  method: 'OPTIONS',
  headers: { origin: 'https://www.example.com', 'access-control-request-method': 'GET' },
}

export const RESPONSES: Row[] = [
  ...rows(LOGS, 'usual', {
    'Miss, then Hit': cached({}, {}),
  }),
  ...rows(CUSTOM_ORIGIN, 'usual', {
    'Via is CloudFront’s': cached({ via: '1.1 own' }, { via: VIA }),
    'X-Amz-Cf-Id and X-Amz-Cf-Pop': cached(
      {},
      { 'x-amz-cf-id': /^[\w=-]{56}$/, 'x-amz-cf-pop': /^[A-Z]{3}\d+-[CP]\d+$/ },
    ),
    'headers of the origin': cached(
      { 'x-a': ['1', '2'], 'content-language': 'de' },
      { 'x-a': '1, 2', 'content-language': 'de', server: 'scripted' },
    ),
    'hop-by-hop headers are not passed on': cached(
      { upgrade: 'h2c', 'keep-alive': 'timeout=5' },
      { upgrade: null, 'keep-alive': null },
    ),
    'Vary: Accept-Encoding and Cookie stay': cached(
      { vary: 'Accept-Encoding, Cookie' },
      { vary: /^accept-encoding, ?cookie$/i },
    ),
    'Vary: what is not forwarded goes': cached({ vary: 'Accept-Language' }, { vary: null }),
    'Vary: of several, what may stay': cached(
      { vary: 'Accept-Language, Accept-Encoding' },
      { vary: /^accept-encoding$/i },
    ),
  }),
  ...rows(CUSTOM_ORIGIN, 'forward-named', {
    'Vary: what is forwarded stays': cached({ vary: 'Accept-Language, X-Other' }, { vary: /^accept-language$/i }),
  }),
  ...rows(RFC_9110, 'usual', {
    '7.6.1: headers that Connection names are not passed on': cached(
      { connection: 'X-A, close', 'x-a': '1', 'x-b': '2' },
      { 'x-a': null, 'x-b': '2' },
    ),
    '6.6.1: a Date': cached({}, { date: /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/ }),
  }),
  ...rows('RFC 9111, 5.1', 'usual', {
    '4.2.3: the origin’s Age goes on, and never back': [
      { origin: { headers: { age: '30' } }, expect: { xCache: 'Miss', headers: { age: '30' } } },
      { after: 3, expect: { xCache: 'Hit', headers: { age: /^3[3-5]$/ } } },
    ],
    '4.2.3: a 304 begins anew, from its own Age': [
      { origin: { headers: { age: '5', 'cache-control': 'max-age=10', etag: '"a"' } }, expect: 'Miss' },
      {
        after: 8,
        origin: { status: 304, headers: { age: '2' } },
        expect: { xCache: 'RefreshHit', headers: { age: '2' } },
      },
      { after: 3, expect: { xCache: 'Hit', headers: { age: /^[56]$/ } } },
    ],
    'Age on what comes from the cache': [
      { origin: {}, expect: { xCache: 'Miss', headers: { age: null } } },
      { after: 42, expect: { xCache: 'Hit', headers: { age: /^4[2-4]$/ } } },
    ],
  }),
  ...rows(COOKIES, 'usual', {
    'Set-Cookie goes where cookies are not forwarded': cached({ 'set-cookie': 'a=1' }, { 'set-cookie': null }),
  }),
  ...rows(COOKIES, 'cookies-all', {
    'Set-Cookie stays where they are, and is cached': cached({ 'set-cookie': 'a=1' }, { 'set-cookie': 'a=1' }),
    'Set-Cookie is not cached where the origin says so': cached(
      { 'set-cookie': 'a=1', 'cache-control': 'max-age=100, no-cache="Set-Cookie"' },
      { 'set-cookie': 'a=1' },
      { 'set-cookie': null },
    ),
  }),
  ...rows(S3_ORIGIN, 'bucket', {
    'S3’s request ids go': cached(
      { 'x-amz-id-2': 'x', 'x-amz-request-id': 'y', 'x-amz-meta-a': 'z' },
      { 'x-amz-id-2': null, 'x-amz-request-id': null, 'x-amz-meta-a': 'z' },
    ),
  }),

  ...rows(RESPONSE_POLICY, 'policy', {
    'a custom header with override': cached({ 'x-always': 'origin' }, { 'x-always': 'policy' }),
    'a custom header without': cached({ 'x-missing': 'origin' }, { 'x-missing': 'origin' }),
    'a custom header that the origin does not send': cached({}, { 'x-always': 'policy', 'x-missing': 'policy' }),
    'security headers': cached(
      { 'x-content-type-options': 'x' },
      {
        'strict-transport-security': 'max-age=63072000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      },
    ),
    'a security header without override': cached(
      { 'x-frame-options': 'SAMEORIGIN' },
      { 'x-frame-options': 'SAMEORIGIN' },
    ),
    'headers that are removed': cached({ 'x-powered-by': 'x' }, { 'x-powered-by': null }),
    'a removed Server is CloudFront': cached({}, { server: 'CloudFront' }),
    'on an error of the origin': [
      {
        origin: { status: 404, headers: { 'x-powered-by': 'x' } },
        expect: { status: 404, headers: { 'x-always': 'policy', 'x-powered-by': null } },
      },
    ],
    'its Cache-Control is the browser’s alone': cached(
      { 'cache-control': 'max-age=50' },
      { 'cache-control': 'no-store' },
    ),
    'on a 304': [
      { origin: { headers: { etag: '"a"' } }, expect: 'Miss' },
      { viewer: { headers: { 'if-none-match': '"a"' } }, expect: { status: 304, headers: { 'x-always': 'policy' } } },
    ],
    'on what a function generates': {
      path: '/generated',
      steps: [{ expect: { headers: { 'x-by': 'function', 'x-always': 'policy' } } }],
    },
  }),
  ...rows(RESPONSE_POLICY, 'policy-redirect', {
    'on a redirect to HTTPS': [
      { viewer: { scheme: 'http' }, expect: { status: 301, headers: { 'x-behaviour': 'redirect' } } },
    ],
  }),
  ...rows(RESPONSE_POLICY, 'cors-any', {
    'any origin': [
      { viewer: FROM_WWW, origin: {}, expect: { headers: { 'access-control-allow-origin': '*' } } },
      {
        viewer: FROM_WWW,
        expect: {
          xCache: 'Hit',
          headers: { 'access-control-allow-origin': '*', 'access-control-allow-methods': null },
        },
      },
    ],
    'not without Origin': [{ origin: {}, expect: { headers: { 'access-control-allow-origin': null } } }],
    'the origin’s own goes': [
      {
        viewer: FROM_WWW,
        origin: { headers: { 'access-control-allow-origin': 'x' } },
        expect: { headers: { 'access-control-allow-origin': '*' } },
      },
    ],
    'a preflight': [
      {
        viewer: PREFLIGHT,
        origin: { status: 204 },
        expect: {
          status: 204,
          headers: {
            'access-control-allow-origin': '*',
            'access-control-allow-methods': 'GET, HEAD',
            'access-control-allow-headers': '*',
            'access-control-max-age': '600',
          },
        },
      },
    ],
  }),
  ...rows(RESPONSE_POLICY, 'cors-list', {
    'an origin of the list, also from the cache': [
      { origin: {}, expect: { headers: { 'access-control-allow-origin': null } } },
      {
        viewer: FROM_WWW,
        expect: {
          xCache: 'Hit',
          headers: {
            'access-control-allow-origin': 'https://www.example.com',
            'access-control-allow-credentials': 'true',
            'access-control-expose-headers': 'x-a',
          },
        },
      },
      {
        viewer: { headers: { origin: 'http://a.example.org' } },
        expect: { xCache: 'Hit', headers: { 'access-control-allow-origin': 'http://a.example.org' } },
      },
    ],
    'an origin that is not on it': [
      {
        viewer: { headers: { origin: 'https://evil.example' } },
        origin: {},
        expect: { headers: { 'access-control-allow-origin': null } },
      },
    ],
    'the origin’s own stays, and nothing is added': [
      {
        viewer: FROM_WWW,
        origin: { headers: { 'access-control-allow-origin': 'https://own.example' } },
        expect: {
          headers: { 'access-control-allow-origin': 'https://own.example', 'access-control-expose-headers': null },
        },
      },
    ],
  }),

  ...rows(LOGS, 'usual', {
    'what a function generates': {
      path: '/generated',
      steps: [
        { expect: { xCache: 'FunctionGeneratedResponse', body: 'by the function', headers: { 'x-by': 'function' } } },
        { expect: { xCache: 'FunctionGeneratedResponse', headers: { age: null } } },
      ],
    },
  }),
  ...rows(EDGE_ERRORS, 'usual', {
    'a function that throws': {
      path: '/throws',
      steps: [{ expect: { status: 503, xCache: 'FunctionExecutionError' } }],
    },
    'a function that returns what it may not': {
      path: '/invalid',
      steps: [{ expect: { status: 502, xCache: 'FunctionValidationError' } }],
    },
  }),
  ...rows(GENERATED, 'usual', {
    'what an origin-request function generates is cached': {
      path: '/made',
      steps: [
        { expect: { xCache: 'LambdaGeneratedResponse', body: 'by the Lambda' } },
        { after: 57, expect: { xCache: 'Hit', body: 'by the Lambda' } },
        { after: 3, expect: { xCache: 'LambdaGeneratedResponse' } },
      ],
    },
  }),
]
