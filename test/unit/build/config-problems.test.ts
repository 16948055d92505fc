import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import { checkConfig } from '../../../build/config.ts'
import { configWith } from './settings.ts'

type Row = [problem: string, changes: Record<string, unknown>]

/** `x-0`, `x-1` and so on. */
const names = (count: number) => Array.from({ length: count }, (_, i) => `x-${i}`)

const PATTERN = 'a CloudFront path pattern: it begins with / or *, and holds A-Z a-z 0-9 _ - . * ? $ / ~ " \' @ : + &'
const DURATION = "a duration: whole seconds, or '30s', '5m', '24h', '365d'"
const RESERVED =
  'a name that is no image parameter (bg, blur, crop, fit, fm, h, q, w, ar, auto, dpr, fp-x, fp-y, max-h, max-w, rect)'
const NAME = 'a parameter name of letters, digits and . _ ~ -'
const QUERY_NAME = 'a parameter name of letters, digits and . _ ~ - [ ] : @ $ ! * ( ) ,'
const CANONICAL = 'a pattern whose paths are canonical: no //, no . or .. segment, no "'
const WIDTH = 'a whole number from 1 to 16383 (WebP has no larger side)'
const PARAMETERS =
  "at most 10 parameters in the cache key, the version and image parameters among them (CloudFront's quota)"
const KEYABLE = 'a header that a cache policy may name'
const LADDER_RATIO = 'a ratio that can be told from the others at every width, and is no higher than 16383 pixels'
const ORIGIN_PATH = "an origin path such as '/prod': a leading slash, none at the end"
const POLICY_HEADERS = "at most 10 headers in a response headers policy (CloudFront's quota)"
const SETTABLE = 'a header that a function may add to a response'
const VALUE = 'a header value: visible ASCII characters'
const READ_ONLY_REQUEST = 'a header that viewer-request may remove (this one is read-only there)'
const READ_ONLY_RESPONSE = 'a header that origin-response may remove (this one is read-only there)'
const SHORT_MIN = "at most 10 seconds on an S3 route: the handlers' short lifetimes must hold"

const WEB_ORIGIN = "an origin such as 'https://www.example.com' or 'https://*.example.com', lower case, without a path"
const NO_ANY_HEADER = "names, and no '*', with credentials: there it names no header but '*'"
const ADDED =
  'expected a header that no origin of the route has among its own headers: CloudFront would put that in its place'
const STATUSES = '400, 403, 404, 416, 429, 500, 502, 503, 504'
const MIRROR = { bucket: 'example-mirror', region: 'us-west-2' }

const AUTH = "null, { type: 'signed', … } or { type: 'jwt', … }"
const PUBLIC_KEY = 'a public key, RSA of 2048 bits or ECDSA P-256, as PEM text or as a file that holds it'

const PEM = {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
} as const
const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength, ...PEM })
const pem = (type: 'rsa' | 'ec', size: number | string): string =>
  String(
    type === 'rsa'
      ? rsa(Number(size)).publicKey
      : generateKeyPairSync('ec', { namedCurve: `${size}`, ...PEM }).publicKey,
  )
const { publicKey: RSA, privateKey: PRIVATE } = rsa(2048)

/** By section: the problem in full, and what in a config that is right makes it. */
const FILE = "a file's name such as 'index.html', without a slash"
const KEY = "a key such as 'site/missing.jpg', as the bucket has it"

const TABLE: Record<string, Row[]> = {
  'an unknown key': [
    [
      'colour: expected one of the keys domains, canonicalHost, cacheTags, logs, origins, routes, keyGroups, headers, lambda; found the key "colour"',
      { colour: 1 },
    ],
    [
      'routes[2].imagez: expected one of the keys path, origin, cache, version, query, headers, images, missing, settle, cors, auth, strip, index, placeholder; found the key "imagez"',
      { 'routes[2].imagez': true },
    ],
    [
      'routes[2].cache.ttl: expected one of the keys default, max, min; found the key "ttl"',
      { 'routes[2].cache.ttl': 5 },
    ],
    [
      'routes[2].images.size: expected one of the keys formats, widths, ratios, rect, previews, qualities, quality, backgrounds, blurs, budget, heic, maxInputBytes, maxInputPixels; found the key "size"',
      { 'routes[2].images.size': 1 },
    ],
    [
      'origins.photos.name: expected one of the keys bucket, region, prefix, shield, failover; found the key "name"',
      { 'origins.photos.name': 'x' },
    ],
    [
      'origins.api.bucketz: expected one of the keys domain, path, headers, shield, failover; found the key "bucketz"',
      { 'origins.api.bucketz': 'x' },
    ],
    [
      'headers.drop: expected one of the keys dropRequest, dropResponse, setResponse; found the key "drop"',
      { 'headers.drop': [] },
    ],
    [
      'lambda.memory: expected one of the keys runtime, originRequestMemory, originResponseMemory; found the key "memory"',
      { 'lambda.memory': 1 },
    ],
    [
      'routes[2].cors.x: expected one of the keys origins, credentials, methods, headers, exposeHeaders, maxAge; found the key "x"',
      { 'routes[2].cors': { origins: '*', x: 1 } },
    ],
  ],
  'what is required': [
    ['domains: expected a value: it is required; found nothing', { domains: undefined }],
    ['origins: expected a value: it is required; found nothing', { origins: undefined }],
    ['routes: expected a value: it is required; found nothing', { routes: undefined }],
    ['routes[2].path: expected a value: it is required; found nothing', { 'routes[2].path': undefined }],
    ['routes[2].origin: expected a value: it is required; found nothing', { 'routes[2].origin': undefined }],
    ['routes[2].cache: expected a value: it is required; found nothing', { 'routes[2].cache': undefined }],
    ['origins.photos.bucket: expected a value: it is required; found nothing', { 'origins.photos.bucket': undefined }],
    ['origins.photos.region: expected a value: it is required; found nothing', { 'origins.photos.region': undefined }],
    ['routes[2].cors.origins: expected a value: it is required; found nothing', { 'routes[2].cors': {} }],
  ],
  domains: [
    ['domains: expected a list of host names; found "cdn.example.com"', { domains: 'cdn.example.com' }],
    ['domains: expected a list of host names; found []', { domains: [] }],
    ['domains[1]: expected a host name such as cdn.example.com; found 5', { domains: ['cdn.example.com', 5] }],
    ['domains[0]: expected a host name such as cdn.example.com; found "*.example.com"', { domains: ['*.example.com'] }],
    [
      'domains[0]: expected a host name such as cdn.example.com; found "https://cdn.example.com"',
      { domains: ['https://cdn.example.com'] },
    ],
    [
      'domains: expected a list of host names, each once; found ["a.example.com","a.example.com"]',
      { domains: ['a.example.com', 'A.example.com'] },
    ],
    ['domains[0]: expected a host name such as cdn.example.com; found "localhost"', { domains: ['localhost'] }],
  ],
  origins: [
    ['origins: expected an object of origins by name; found []', { origins: [] }],
    ['origins.photos: expected an object; found "example"', { 'origins.photos': 'example' }],
    [
      'origins.photos.bucket: expected an S3 bucket name; found "Upper_Case"',
      { 'origins.photos.bucket': 'Upper_Case' },
    ],
    ['origins.photos.bucket: expected an S3 bucket name; found "1.2.3.4"', { 'origins.photos.bucket': '1.2.3.4' }],
    ['origins.photos.bucket: expected an S3 bucket name; found NaN', { 'origins.photos.bucket': Number.NaN }],
    ['origins.photos.bucket: expected an S3 bucket name; found "a..b"', { 'origins.photos.bucket': 'a..b' }],
    [
      `origins.${'a'.repeat(122)}: expected a name of 1 to 121 characters; found "${'a'.repeat(76)}…`,
      { [`origins.${'a'.repeat(122)}`]: { domain: 'x.example.com' } },
    ],
    [
      'routes[0].origin: expected one of the origins: there is none; found "photos"',
      { origins: {}, routes: [{ path: '/*', origin: 'photos', cache: {} }] },
    ],
    [
      'origins.api.path: expected an origin path without . or .. parts; found "/a/../b"',
      { 'origins.api.path': '/a/../b' },
    ],
    [`origins.api.path: expected ${ORIGIN_PATH}; found "/a%2"`, { 'origins.api.path': '/a%2' }],
    [
      `origins.api.path: expected an origin path of at most 255 characters; found "/${'a'.repeat(75)}…`,
      { 'origins.api.path': `/${'a'.repeat(255)}` },
    ],
    [
      'origins.photos.region: expected an AWS region such as us-east-1; found "virginia"',
      { 'origins.photos.region': 'virginia' },
    ],
    [
      "origins.photos.prefix: expected a key prefix such as 'site' or 'site/images'; found \"a//b\"",
      { 'origins.photos.prefix': 'a//b' },
    ],
    [
      'origins.photos.prefix: expected a key prefix without . or .. parts; found "a/../b"',
      { 'origins.photos.prefix': 'a/../b' },
    ],
    [
      "origins.photos.prefix: expected a key prefix such as 'site' or 'site/images'; found \"\"",
      { 'origins.photos.prefix': '' },
    ],
    [
      'origins.api.domain: expected a host name such as cdn.example.com; found "api.example.com/x"',
      { 'origins.api.domain': 'api.example.com/x' },
    ],
    [`origins.api.path: expected ${ORIGIN_PATH}; found "/prod/"`, { 'origins.api.path': '/prod/' }],
    [`origins.api.path: expected ${ORIGIN_PATH}; found "prod"`, { 'origins.api.path': 'prod' }],
  ],
  routes: [
    ['routes: expected a list of routes; found {}', { routes: {} }],
    ['routes: expected at least one route; found []', { routes: [] }],
    ['routes[1]: expected an object; found "x"', { 'routes[1]': 'x' }],
    ['routes[1]: expected an object; found null', { 'routes[1]': null }],
    ['routes[1]: expected an object; found []', { 'routes[1]': [] }],
  ],
  'the paths of routes, and their order': [
    [`routes[1].path: expected ${PATTERN}; found "api/*"`, { 'routes[1].path': 'api/*' }],
    [`routes[1].path: expected ${PATTERN}; found "/a b"`, { 'routes[1].path': '/a b' }],
    [`routes[1].path: expected ${PATTERN}; found "/ä"`, { 'routes[1].path': '/ä' }],
    [
      `routes[1].path: expected a path pattern of at most 255 characters; found "/${'a'.repeat(75)}…`,
      { 'routes[1].path': `/${'a'.repeat(255)}` },
    ],
    [`routes[1].path: expected ${PATTERN}; found 5`, { 'routes[1].path': 5 }],
    [
      'routes[2].path: expected \'/*\', the default behaviour, as the last route; found "/photos/*"',
      { 'routes[2].path': '/photos/*' },
    ],
    ['routes[2].path: expected \'/*\', the default behaviour, as the last route; found "*"', { 'routes[2].path': '*' }],
    [
      'routes[2].path: expected a path that routes[1] (\'/*\') does not take first; found "/*"',
      { 'routes[1].path': '/*' },
    ],
    [
      'routes[2].path: expected a path that routes[1] (\'*\') does not take first; found "/*"',
      { 'routes[1].path': '*' },
    ],
    [
      'routes[1].path: expected a path that routes[0] (\'/drafts/*\') does not take first; found "/drafts/a"',
      { 'routes[1].path': '/drafts/a' },
    ],
    [
      'routes[1].path: expected a path that routes[0] (\'/drafts/*\') does not take first; found "/drafts/?*"',
      { 'routes[1].path': '/drafts/?*' },
    ],
    [
      'routes[1].path: expected a path that routes[0] (\'/drafts/*\') does not take first; found "/drafts/*"',
      { 'routes[1].path': '/drafts/*' },
    ],
    [`routes[1].path: expected ${CANONICAL}; found "/a//*"`, { 'routes[1].path': '/a//*' }],
    [`routes[1].path: expected ${CANONICAL}; found "/a/../*"`, { 'routes[1].path': '/a/../*' }],
    [`routes[1].path: expected ${CANONICAL}; found "/a/./*"`, { 'routes[1].path': '/a/./*' }],
    [`routes[1].path: expected ${CANONICAL}; found "/a\\"*"`, { 'routes[1].path': '/a"*' }],
    [`routes[1].path: expected ${CANONICAL}; found "/a/.."`, { 'routes[1].path': '/a/..' }],
  ],
  'the origin of a route': [
    ['routes[1].origin: expected one of the origins photos, api; found "nowhere"', { 'routes[1].origin': 'nowhere' }],
    [
      'routes[1].origin: expected one of the origins photos, api; found "constructor"',
      { 'routes[1].origin': 'constructor' },
    ],
    ['routes[1].origin: expected a string; found 5', { 'routes[1].origin': 5 }],
  ],
  cache: [
    [
      'routes[1].cache: expected \'never\', or { default?, max?, min? }; found "always"',
      { 'routes[1].cache': 'always' },
    ],
    ["routes[1].cache: expected 'never', or { default?, max?, min? }; found 60", { 'routes[1].cache': 60 }],
    [`routes[1].cache.default: expected ${DURATION}; found "1w"`, { 'routes[1].cache.default': '1w' }],
    [`routes[1].cache.default: expected ${DURATION}; found -1`, { 'routes[1].cache.default': -1 }],
    [`routes[1].cache.default: expected ${DURATION}; found 1.5`, { 'routes[1].cache.default': 1.5 }],
    [`routes[1].cache.default: expected ${DURATION}; found "1.5h"`, { 'routes[1].cache.default': '1.5h' }],
    [`routes[1].cache.default: expected ${DURATION}; found ""`, { 'routes[1].cache.default': '' }],
    [
      'routes[1].cache.default: expected a duration of at most 3650d; found 863913600',
      { 'routes[1].cache.default': '9999d' },
    ],
    [`routes[1].cache.max: expected ${DURATION}; found 315360001`, { 'routes[1].cache.max': 315360001 }],
    [
      'routes[1].cache.max: expected at least default, 7200 seconds; found 3600',
      { 'routes[1].cache': { default: '2h', max: '1h' } },
    ],
    [
      "routes[1].cache.max: expected more than 0 seconds, or cache: 'never'; found 0",
      { 'routes[1].cache': { default: 0, max: 0 } },
    ],
    [
      'routes[1].cache.default: expected at least min, 7200 seconds; found 3600',
      { 'routes[1].cache': { min: '2h', default: '1h' } },
    ],
    [`routes[2].cache.min: expected ${SHORT_MIN}; found 11`, { 'routes[2].cache.min': 11 }],
    [`routes[2].cache.min: expected ${SHORT_MIN}; found 60`, { 'routes[2].cache.min': '1m' }],
  ],
  'version and query': [
    [`routes[2].version: expected ${NAME}; found ""`, { 'routes[2].version': '' }],
    [`routes[2].version: expected ${NAME}; found "a b"`, { 'routes[2].version': 'a b' }],
    [`routes[2].version: expected ${NAME}; found 5`, { 'routes[2].version': 5 }],
    [
      'routes[2].version: expected a parameter name that is no property of every object; found "constructor"',
      { 'routes[2].version': 'constructor' },
    ],
    [
      `routes[2].version: expected ${RESERVED}; found "w"`,
      { 'routes[2]': { path: '/*', origin: 'photos', cache: {}, version: 'w', images: true } },
    ],
    ['routes[1].query: expected a list of parameter names; found "page"', { 'routes[1].query': 'page' }],
    [
      'routes[1].query: expected a list of parameter names, each once; found ["page","page"]',
      { 'routes[1].query': ['page', 'page'] },
    ],
    ...['a b', 'a&b', 'a=b', 'a+b', 'a#b', 'a%5B', 'é', '', 'a/b?'].map(
      (name): Row => [`routes[1].query[0]: expected ${QUERY_NAME}; found "${name}"`, { 'routes[1].query': [name] }],
    ),
    [
      'routes[1].query[1]: expected a name other than the version parameter; found "v"',
      { 'routes[1].query': ['page', 'v'] },
    ],
    ...['w', 'h', 'q', 'fit', 'fm', 'auto', 'dpr', 'rect'].map(
      (name): Row => [
        `routes[2].query[0]: expected ${RESERVED}; found "${name}"`,
        { 'routes[2]': { path: '/*', origin: 'photos', cache: {}, query: [name], images: true } },
      ],
    ),
    [
      `routes[1].query: expected ${PARAMETERS}; found ["v","x-0","x-1","x-2","x-3","x-4","x-5","x-6","x-7","x-8","x-9"]`,
      { 'routes[1].query': names(10) },
    ],
    [
      `routes[2].query: expected ${PARAMETERS}; found ["a","b","c","crop","d","fit","fm","h","q","v","w"]`,
      { 'routes[2].images': true, 'routes[2].query': ['a', 'b', 'c', 'd'] },
    ],
  ],
  'headers of a route': [
    ['routes[1].headers[0]: expected a header name; found "a b"', { 'routes[1].headers': ['a b'] }],
    [
      "routes[1].query: expected names of at most 1024 characters in all (CloudFront's quota); found 1153",
      { 'routes[1].query': Array.from({ length: 9 }, (_, i) => `${i}`.padEnd(128, 'a')) },
    ],
    [
      'routes[1].headers[0]: expected a header that headers.dropRequest does not remove before it could be in the key; found "authorization"',
      { 'routes[1].headers': ['authorization'], headers: { dropRequest: ['Authorization'] } },
    ],
    ['routes[1].headers[0]: expected a header name; found "x-*"', { 'routes[1].headers': ['x-*'] }],
    [
      'routes[1].headers: expected a list of header names, each once; found ["a","a"]',
      { 'routes[1].headers': ['A', 'a'] },
    ],
    [`routes[1].headers[0]: expected ${KEYABLE}; found "cookie"`, { 'routes[1].headers': ['cookie'] }],
    [
      `routes[1].headers[0]: expected ${KEYABLE}; found "accept-encoding"`,
      { 'routes[1].headers': ['Accept-Encoding'] },
    ],
    [`routes[1].headers[0]: expected ${KEYABLE}; found "x-amz-cf-id"`, { 'routes[1].headers': ['x-amz-cf-id'] }],
    [
      `routes[1].headers[0]: expected ${KEYABLE}; found "x-rimlight-route"`,
      { 'routes[1].headers': ['x-rimlight-route'] },
    ],
    [
      'routes[1].headers: expected at most 10 headers in the cache key (CloudFront\'s quota); found ["x-0","x-1","x-2","x-3","x-4","x-5","x-6","x-7","x-8","x-9","x-10"]',
      { 'routes[1].headers': names(11) },
    ],
    [
      'routes[2].headers[0]: expected no headers on an S3 route: a private bucket reads none; found "authorization"',
      { 'routes[2].headers': ['authorization'] },
    ],
  ],
  images: [
    ['routes[2].images: expected true, null or { formats?, widths?, … }; found false', { 'routes[2].images': false }],
    ['routes[2].images: expected true, null or { formats?, widths?, … }; found "yes"', { 'routes[2].images': 'yes' }],
    ["routes[2].images.formats[0]: expected 'webp' or 'avif'; found \"gif\"", { 'routes[2].images.formats': ['gif'] }],
    ["routes[2].images.formats: expected a list of 'webp' and 'avif'; found []", { 'routes[2].images.formats': [] }],
    [
      'routes[2].images.formats: expected a list of \'webp\' and \'avif\', each once; found ["webp","webp"]',
      { 'routes[2].images.formats': ['webp', 'webp'] },
    ],
    [`routes[2].images.widths[0]: expected ${WIDTH}; found "640"`, { 'routes[2].images.widths': ['640'] }],
    [`routes[2].images.widths[1]: expected ${WIDTH}; found 1.5`, { 'routes[2].images.widths': [640, 1.5] }],
    [`routes[2].images.widths[0]: expected ${WIDTH}; found 0`, { 'routes[2].images.widths': [0] }],
    [`routes[2].images.widths[0]: expected ${WIDTH}; found 16384`, { 'routes[2].images.widths': [16384] }],
    ['routes[2].images.widths: expected a list of widths in pixels; found []', { 'routes[2].images.widths': [] }],
    [
      'routes[2].images.widths: expected a list of widths in pixels, each once; found [640,640]',
      { 'routes[2].images.widths': [640, 640] },
    ],
    ['routes[2].images.widths: expected a list of widths in pixels; found 640', { 'routes[2].images.widths': 640 }],
    [
      'routes[2].images.ratios[0]: expected a ratio such as \'3:2\'; found "3/2"',
      { 'routes[2].images.ratios': ['3/2'] },
    ],
    [
      'routes[2].images.ratios[0]: expected a ratio such as \'3:2\'; found "0:1"',
      { 'routes[2].images.ratios': ['0:1'] },
    ],
    ["routes[2].images.ratios: expected a list of ratios such as '3:2'; found []", { 'routes[2].images.ratios': [] }],
    [
      'routes[2].images.qualities[0]: expected a whole number from 1 to 100; found 101',
      { 'routes[2].images.qualities': [101] },
    ],
    [
      'routes[2].images.qualities[0]: expected a whole number from 1 to 100; found 0',
      { 'routes[2].images.qualities': [0, 50] },
    ],
    [
      'routes[2].images.quality: expected one of the qualities 50, 65, 80, 90; found 75',
      { 'routes[2].images.quality': 75 },
    ],
    ['routes[2].images.quality: expected a whole number from 1 to 100; found 0', { 'routes[2].images.quality': 0 }],
    [`routes[2].images.quality: expected a quality, or 'auto'; found "best"`, { 'routes[2].images.quality': 'best' }],
    [
      'routes[2].images.maxInputBytes: expected a whole number from 1 to 1073741824 bytes; found 0',
      { 'routes[2].images.maxInputBytes': 0 },
    ],
    [
      'routes[2].images.maxInputPixels: expected a whole number from 1 to 1000000000 pixels; found "many"',
      { 'routes[2].images.maxInputPixels': 'many' },
    ],
    [
      'routes[1].images: expected images on an S3 route alone: the source is read from S3; found true',
      { 'routes[1].images': true },
    ],
    [
      "routes[0].images: expected no images where cache is 'never': such a route is passed through as it is; found true",
      { 'routes[0].images': true },
    ],
    [
      'lambda.originResponseMemory: expected at least 512 MB, because routes[2] has images; found 511',
      { 'routes[2].images': true, 'lambda.originResponseMemory': 511 },
    ],
    [
      `routes[2].images.ratios[0]: expected ${LADDER_RATIO}; 16 wide it isn't; found "32:1"`,
      { 'routes[2].images.ratios': ['32:1', '842:100'], 'routes[2].images.widths': [16] },
    ],
    [
      `routes[2].images.ratios[0]: expected ${LADDER_RATIO}; 2000 wide it isn't; found "1:9"`,
      { 'routes[2].images': { widths: [1800, 2000], ratios: ['1:9'] } },
    ],
    [
      `routes[2].images.ratios[0]: expected ${LADDER_RATIO}; 16 wide it isn't; found "9999:1"`,
      { 'routes[2].images.ratios': ['9999:1'] },
    ],
  ],
  'missing, settle, cors and auth': [
    [`routes[2].missing: expected ${DURATION}; found "soon"`, { 'routes[2].missing': 'soon' }],
    [`routes[2].settle: expected ${DURATION}; found null`, { 'routes[2].settle': null }],
    ['routes[2].cors: expected an object; found "*"', { 'routes[2].cors': '*' }],
    [
      'routes[2].cors.origins: expected \'*\' or a list of origins; found "https://a.example.com"',
      { 'routes[2].cors.origins': 'https://a.example.com' },
    ],
    [
      `routes[2].cors.origins[0]: expected ${WEB_ORIGIN}; found "https://a.example.com/"`,
      { 'routes[2].cors.origins': ['https://a.example.com/'] },
    ],
    // Developer Guide, "Understand response headers policies": where CloudFront takes no `*`.
    ...[
      'https://a.example.com:99999',
      'https://*.com',
      'https://example.*',
      'https://test.*.example.org',
      'https://*test.example.org',
      'https://*',
    ].map(
      (origin): Row => [
        `routes[2].cors.origins[0]: expected ${WEB_ORIGIN}; found "${origin}"`,
        { 'routes[2].cors.origins': [origin] },
      ],
    ),
    [
      "routes[2].cors.credentials: expected false where origins is '*': browsers refuse the two together; name the origins; found true",
      { 'routes[2].cors': { origins: '*', credentials: true } },
    ],
    [
      `routes[2].cors.headers: expected ${NO_ANY_HEADER}; found ["*","x-a"]`,
      { 'routes[2].cors': { origins: ['https://a.example.com'], credentials: true, headers: ['*', 'x-a'] } },
    ],
    [
      `routes[2].cors.exposeHeaders: expected ${NO_ANY_HEADER}; found ["*"]`,
      { 'routes[2].cors': { origins: ['https://a.example.com'], credentials: true, exposeHeaders: ['*'] } },
    ],
    [
      'routes[2].cors.methods: expected no methods on a cached S3 route: it takes GET and HEAD, and those may be read; found ["GET"]',
      { 'routes[2].cors': { origins: '*', methods: ['GET'] } },
    ],
    [
      'routes[1].cors.methods[0]: expected one of GET, HEAD, OPTIONS, PUT, PATCH, POST, DELETE; found "PROPFIND"',
      { 'routes[1].cors': { origins: '*', methods: ['PROPFIND'] } },
    ],
    [
      'routes[2].cors.headers[0]: expected a header name, or \'*\'; found "x-amz-*"',
      { 'routes[2].cors': { origins: '*', headers: ['x-amz-*'] } },
    ],
    [
      'routes[2].cors.headers: expected a list of header names; found []',
      { 'routes[2].cors': { origins: '*', headers: [] } },
    ],
    ...['access-control-allow-origin', 'Access-Control-Max-Age', 'access-control-expose-headers'].map(
      (name): Row => [
        `headers.setResponse.${name.toLowerCase()}: expected no CORS header: CloudFront refuses these among a policy's own headers; a route's \`cors\` sets them; found "*"`,
        { 'headers.setResponse': { [name]: '*' } },
      ],
    ),
    ['routes[2].cors.origins: expected a list of origins; found []', { 'routes[2].cors.origins': [] }],
    [`routes[2].cors.maxAge: expected ${DURATION}; found "x"`, { 'routes[2].cors': { origins: '*', maxAge: 'x' } }],
    [`routes[2].auth: expected ${AUTH}; found {}`, { 'routes[2].auth': {} }],
    [`routes[2].auth: expected ${AUTH}; found true`, { 'routes[2].auth': true }],
    [
      'routes[2].auth.algorithms: expected one of the keys type, keyGroups; found the key "algorithms"',
      { 'routes[2].auth': { type: 'signed', keyGroups: ['site'], algorithms: [] }, keyGroups: { site: [RSA] } },
    ],
    [
      'routes[2].auth.keyGroups[0]: expected one of the key groups site; found "other"',
      { 'routes[2].auth': { type: 'signed', keyGroups: ['other'] }, keyGroups: { site: [RSA] } },
    ],
    [
      'routes[2].auth.keyGroups[0]: expected a name that keyGroups defines; found "site"',
      { 'routes[2].auth': { type: 'signed', keyGroups: ['site'] } },
    ],
    [
      'routes[2].query[0]: expected a name that no signed URL has (Expires, Hash-Algorithm, Key-Pair-Id, Policy, Signature); found "Policy"',
      {
        'routes[2].auth': { type: 'signed', keyGroups: ['site'] },
        'routes[2].query': ['Policy'],
        keyGroups: { site: [RSA] },
      },
    ],
    [`keyGroups.site[0]: expected ${PUBLIC_KEY}; found "keys/none.pem"`, { keyGroups: { site: ['keys/none.pem'] } }],
    [`keyGroups.site[0]: expected ${PUBLIC_KEY}; found rsa 1024`, { keyGroups: { site: [pem('rsa', 1024)] } }],
    [`keyGroups.site[0]: expected ${PUBLIC_KEY}; found ec secp384r1`, { keyGroups: { site: [pem('ec', 'P-384')] } }],
    [
      `keyGroups.site[0]: expected ${PUBLIC_KEY}; a private key stays with whoever signs; found a private key`,
      { keyGroups: { site: [PRIVATE] } },
    ],
    ['keyGroups.site: expected a list of public keys; found a private key', { keyGroups: { site: PRIVATE } }],
    [
      'routes[2].auth.algorithms: expected \'HS256\' alone, or algorithms with public keys: a public key must never be taken for a secret; found ["HS256","RS256"]',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256', 'RS256'] } },
    ],
    [
      'routes[2].auth.algorithms[0]: expected one of HS256, RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512, EdDSA, Ed25519; found "none"',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['none'] } },
    ],
    [
      'routes[2].auth.jwks: expected the public keys for RS256, as an https: URL or a file; found nothing',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['RS256'] } },
    ],
    [
      'routes[2].auth.jwks.keys[0]: expected a public key; a private key stays with whoever signs; found a private key',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['RS256'], jwks: { keys: [{ kty: 'RSA', d: 'x' }] } } },
    ],
    [
      'routes[2].auth.jwks: expected a key for ES256; found 2 keys for none of them',
      {
        'routes[2].auth': {
          type: 'jwt',
          algorithms: ['ES256'],
          jwks: { keys: [{ kty: 'EC', crv: 'P-384' }, { kty: 'RSA' }] },
        },
      },
    ],
    [
      'routes[2].auth.jwks.keys[0]: expected a key whose numbers are one; found none',
      {
        'routes[2].auth': {
          type: 'jwt',
          algorithms: ['ES256'],
          jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] },
        },
      },
    ],
    [
      "routes[2].auth.from[0]: expected 'authorization', 'cookie:NAME' or 'query:NAME'; found \"header:x\"",
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256'], from: ['header:x'] } },
    ],
    [
      'routes[2].auth.from[0]: expected a parameter that the route does not read for itself; found "query:v"',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256'], from: ['query:v'] } },
    ],
    [
      'routes[2].auth.leeway: expected a duration of at most 300s; found 600',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256'], leeway: '10m' } },
    ],
    [
      "routes[2].auth.claims.exp: expected no 'exp' here: it is checked always; auth.exp says whether it has to be there; found 1",
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256'], claims: { exp: 1 } } },
    ],
    [
      'routes[2].auth.forward: expected false on an S3 route: a bucket reads no token; found true',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256'], forward: true } },
    ],
    [
      'routes[2].auth.redirect: expected a URL of a host that the config names: cdn.example.com, api.example.com; found "https://evil.example.net/"',
      { 'routes[2].auth': { type: 'jwt', algorithms: ['HS256'], redirect: 'https://evil.example.net/' } },
    ],
    [
      'routes[2].strip: expected what every path of the route begins with, up to a slash: its pattern is \'/*\'; found "/proxy-image"',
      { 'routes[2].strip': '/proxy-image' },
    ],
  ],
  pages: [
    [`routes[2].index: expected ${FILE}; found "/index.html"`, { 'routes[2].index': '/index.html' }],
    [`routes[2].index: expected ${FILE}; found ".."`, { 'routes[2].index': '..' }],
    [`routes[2].index: expected ${FILE}; found "a b.html"`, { 'routes[2].index': 'a b.html' }],
    [`routes[2].index: expected ${FILE}; found true`, { 'routes[2].index': true }],
    [
      `routes[2].index.file: expected a value: it is required; found nothing`,
      { 'routes[2].index': { redirect: true } },
    ],
    [
      'routes[2].index.redirect: expected true or false; found 301',
      { 'routes[2].index': { file: 'index.html', redirect: 301 } },
    ],
    ['routes[1].index: expected none on an API route; found "index.html"', { 'routes[1].index': 'index.html' }],
    [
      'routes[0].index: expected none where cache is \'never\': presigned URLs name their objects; found "index.html"',
      { 'routes[0].index': 'index.html' },
    ],
    [`routes[2].placeholder: expected ${KEY}; found "/a.png"`, { 'routes[2].placeholder': '/a.png' }],
    [`routes[2].placeholder: expected ${KEY}; found ""`, { 'routes[2].placeholder': '' }],
    [
      'routes[2].placeholder: expected the key of an image, with the extension of one; found "a.html"',
      { 'routes[2].placeholder': 'a.html' },
    ],
    [
      'routes[2].placeholder: expected the key of an image, with the extension of one; found "missing"',
      { 'routes[2].placeholder': 'missing' },
    ],
    ['routes[1].placeholder: expected none on an API route; found "a.png"', { 'routes[1].placeholder': 'a.png' }],
    [
      'routes[0].placeholder: expected none where cache is \'never\': presigned URLs name their objects; found "a.png"',
      { 'routes[0].placeholder': 'a.png' },
    ],
    ['canonicalHost: expected true or false; found "www.example.com"', { canonicalHost: 'www.example.com' }],
    ['cacheTags: expected true or false; found "x-tags"', { cacheTags: 'x-tags' }],
    [
      'headers.dropResponse[0]: expected no cache-tag: cacheTags is for CloudFront to read it, and keeps it from viewers; found "cache-*"',
      { cacheTags: true, 'headers.dropResponse': ['cache-*'] },
    ],
    [
      `headers.setResponse.cache-tag: expected ${SETTABLE}; found "a"`,
      { cacheTags: true, 'headers.setResponse': { 'Cache-Tag': 'a' } },
    ],
    [
      "headers.dropResponse: expected at most 9 headers in a response headers policy (CloudFront's quota, less one for cacheTags); found 10",
      { cacheTags: true, 'headers.dropResponse': names(10) },
    ],
  ],
  headers: [
    [`headers.dropRequest[0]: expected ${READ_ONLY_REQUEST}; found "host"`, { 'headers.dropRequest': ['Host'] }],
    [`headers.dropRequest[0]: expected ${READ_ONLY_REQUEST}; found "via"`, { 'headers.dropRequest': ['via'] }],
    [
      'headers.dropRequest[0]: expected no cookie: it is removed on every cached route, and \'never\' routes are passed through; found "cookie"',
      { 'headers.dropRequest': ['cookie'] },
    ],
    ['headers.dropRequest[0]: expected a header name; found "x-a-*"', { 'headers.dropRequest': ['x-a-*'] }],
    ['headers.dropRequest[0]: expected a header name; found "a:"', { 'headers.dropRequest': ['a:'] }],
    [`headers.dropResponse[0]: expected ${READ_ONLY_RESPONSE}; found "via"`, { 'headers.dropResponse': ['Via'] }],
    [
      `headers.dropResponse[0]: expected ${READ_ONLY_RESPONSE}; found "transfer-*"`,
      { 'headers.dropResponse': ['transfer-*'] },
    ],
    [
      'headers.dropResponse[0]: expected a header name, or its beginning and a *; found "*"',
      { 'headers.dropResponse': ['*'] },
    ],
    [
      'headers.dropResponse[0]: expected a header name, or its beginning and a *; found "a*b"',
      { 'headers.dropResponse': ['a*b'] },
    ],
    [`headers.dropResponse: expected ${POLICY_HEADERS}; found 11`, { 'headers.dropResponse': names(11) }],
    [
      'headers.dropResponse[0]: expected a header that a response can do without, and a policy may remove; found "c*"',
      { 'headers.dropResponse': ['c*'] },
    ],
    [
      'headers.dropResponse[0]: expected a header that a response can do without, and a policy may remove; found "x-edge-location"',
      { 'headers.dropResponse': ['X-Edge-Location'] },
    ],
    [
      `headers.setResponse.x-rimlight: expected ${SETTABLE}; found "1"`,
      { 'headers.setResponse': { 'x-rimlight': '1' } },
    ],
    [
      'headers.setResponse.x-content-type-option: expected a value, or null for one of the defaults strict-transport-security, x-content-type-options, referrer-policy, cross-origin-resource-policy, content-security-policy; found null',
      { 'headers.setResponse': { 'x-content-type-option': null } },
    ],
    [
      `headers.setResponse.connection: expected ${SETTABLE}; found "close"`,
      { 'headers.setResponse': { Connection: 'close' } },
    ],
    [
      `headers.setResponse.x-amz-cf-id: expected ${SETTABLE}; found "1"`,
      { 'headers.setResponse': { 'x-amz-cf-id': '1' } },
    ],
    [`headers.setResponse.via: expected ${SETTABLE}; found "1"`, { 'headers.setResponse': { via: '1' } }],
    [
      `headers.setResponse.set-cookie: expected ${SETTABLE}; found "a=1"`,
      { 'headers.setResponse': { 'Set-Cookie': 'a=1' } },
    ],
    [
      `headers.setResponse.cache-control: expected ${SETTABLE}; found "x"`,
      { 'headers.setResponse': { 'cache-control': 'x' } },
    ],
    ['headers.setResponse["a b"]: expected a header name; found "a b"', { 'headers.setResponse': { 'a b': 'x' } }],
    [`headers.setResponse.x-a: expected ${VALUE}; found "é"`, { 'headers.setResponse': { 'x-a': 'é' } }],
    [`headers.setResponse.x-a: expected ${VALUE}; found ""`, { 'headers.setResponse': { 'x-a': '' } }],
    [`headers.setResponse.x-a: expected ${VALUE}; found 5`, { 'headers.setResponse': { 'x-a': 5 } }],
    [
      'headers.setResponse: expected an object of header names and values, each name once, in whatever case; found {"X-A":"1","x-a":"2"}',
      { 'headers.setResponse': { 'X-A': '1', 'x-a': '2' } },
    ],
    [
      "headers.setResponse.content-security-policy: expected a value of at most 1783 characters (CloudFront's quota); found 1784",
      { 'headers.setResponse': { 'content-security-policy': 'a'.repeat(1_784) } },
    ],
    [
      `headers.setResponse.${'a'.repeat(257)}: expected a name of at most 256 characters (CloudFront's quota); found 257`,
      { 'headers.setResponse': { ['a'.repeat(257)]: '1' } },
    ],
    [
      "headers.setResponse: expected names and values of at most 10240 characters in all (CloudFront's quota); found 10738",
      { 'headers.setResponse': Object.fromEntries(names(6).map((name) => [name, 'a'.repeat(1_780)])) },
    ],
    ['headers.setResponse: expected an object of header names and values; found []', { 'headers.setResponse': [] }],
    [
      "headers.setResponse.strict-transport-security: expected 'max-age=SECONDS', with '; includeSubDomains' and '; preload' after it where wanted; found \"forever\"",
      { 'headers.setResponse': { 'strict-transport-security': 'forever' } },
    ],
    [
      'headers.setResponse.x-content-type-options: expected \'nosniff\'; found "sniff"',
      { 'headers.setResponse': { 'x-content-type-options': 'sniff' } },
    ],
    [
      'headers.setResponse.referrer-policy: expected one of no-referrer, no-referrer-when-downgrade, origin, origin-when-cross-origin, same-origin, strict-origin, strict-origin-when-cross-origin, unsafe-url; found "none"',
      { 'headers.setResponse': { 'referrer-policy': 'none' } },
    ],
    [
      "headers.setResponse.x-frame-options: expected 'DENY' or 'SAMEORIGIN'; found \"deny\"",
      { 'headers.setResponse': { 'x-frame-options': 'deny' } },
    ],
    [
      "headers.setResponse.x-xss-protection: expected '0', '1' or '1; mode=block'; found \"2\"",
      { 'headers.setResponse': { 'x-xss-protection': '2' } },
    ],
    [
      `headers.setResponse: expected ${POLICY_HEADERS}; found 11`,
      { 'headers.setResponse': Object.fromEntries(names(10).map((name) => [name, '1'])) },
    ],
    [
      "headers.setResponse: expected at most 9 headers in a response headers policy (CloudFront's quota, less one that private routes need); found 10",
      {
        'headers.setResponse': Object.fromEntries(names(9).map((name) => [name, '1'])),
        'routes[2].auth': { type: 'jwt', algorithms: ['HS256'] },
      },
    ],
    ['headers: expected an object; found []', { headers: [] }],
  ],
  'headers of an origin': [
    [
      'origins.api.headers: expected a list of header names; found {"x-secret":"1"}',
      { 'origins.api.headers': { 'x-secret': '1' } },
    ],
    ...['Host', 'Cookie', 'Range', 'If-None-Match', 'X-Amz-Date', 'X-Edge-A', 'X-Rimlight-Route', 'Cache-Control'].map(
      (name): Row => [
        `origins.api.headers[0]: expected a header that CloudFront may add to requests to an origin; found "${name.toLowerCase()}"`,
        { 'origins.api.headers': [name] },
      ],
    ),
    [
      'origins.api.headers[0]: expected a name of at most 256 characters; found 257',
      { 'origins.api.headers': ['x'.repeat(257)] },
    ],
    [
      "origins.api.headers: expected at most 10 headers (CloudFront's quota); found 11",
      { 'origins.api.headers': names(11) },
    ],
    [
      'origins.api.headers: expected a list of header names, each once; found ["x-a","x-a"]',
      { 'origins.api.headers': ['X-A', 'x-a'] },
    ],
    [
      `routes[1].headers[1]: ${ADDED}; found "x-a"`,
      { 'origins.api.headers': ['X-A'], 'routes[1].headers': ['accept-language', 'x-a'] },
    ],
    [
      `routes[1].headers[0]: ${ADDED}; found "x-a"`,
      {
        ...{ 'origins.api.failover': 'spare', 'origins.spare': { domain: 'spare.example.com', headers: ['x-a'] } },
        'routes[1].headers': ['x-a'],
      },
    ],
    [
      `routes[1].auth.forward: ${ADDED}; found "authorization"`,
      {
        'origins.api.headers': ['Authorization'],
        'routes[1].auth': { type: 'jwt', algorithms: ['HS256'], forward: true },
      },
    ],
    [
      'origins.photos.headers: expected one of the keys bucket, region, prefix, shield, failover; found the key "headers"',
      { 'origins.photos.headers': ['x-a'] },
    ],
  ],
  'Origin Shield': [
    [
      'origins.photos.shield: expected true, or an AWS region such as us-east-1; found "Ireland"',
      { 'origins.photos.shield': 'Ireland' },
    ],
    [
      'origins.photos.shield: expected true, or an AWS region such as us-east-1; found false',
      { 'origins.photos.shield': false },
    ],
    [
      'origins.photos.shield: expected the AWS Region that is nearest, such as us-east-1: the guide names none for il-central-1; found true',
      { 'origins.photos.shield': true, 'origins.photos.region': 'il-central-1' },
    ],
    [
      'origins.api.shield: expected the AWS Region that is nearest, such as us-east-1: the domain does not say where it is; found true',
      { 'origins.api.shield': true },
    ],
  ],
  failover: [
    [
      "origins.photos.failover: expected an origin's name, or { origin, statuses? }; found 5",
      { 'origins.photos.failover': 5 },
    ],
    [
      'origins.photos.failover: expected another of the buckets: there is none; found "photos"',
      { 'origins.photos.failover': 'photos' },
    ],
    [
      'origins.photos.failover: expected one of the other buckets mirror; found "api"',
      { 'origins.photos.failover': 'api', 'origins.mirror': MIRROR },
    ],
    [
      'origins.api.failover: expected another of the APIs: there is none; found "nowhere"',
      { 'origins.api.failover': 'nowhere' },
    ],
    [
      'origins.photos.failover: expected another place than example-photos; found "mirror"',
      { 'origins.photos.failover': 'mirror', 'origins.mirror': { ...MIRROR, bucket: 'example-photos' } },
    ],
    [
      'origins.api.failover: expected another place than api.example.com; found "spare"',
      { 'origins.api.failover': 'spare', 'origins.spare': { domain: 'API.example.com' } },
    ],
    [
      `origins.photos.failover.statuses[0]: expected a status among ${STATUSES}; found 501`,
      { 'origins.photos.failover': { origin: 'mirror', statuses: [501] }, 'origins.mirror': MIRROR },
    ],
    [
      `origins.photos.failover.statuses: expected a list of statuses among ${STATUSES}; found []`,
      { 'origins.photos.failover': { origin: 'mirror', statuses: [] }, 'origins.mirror': MIRROR },
    ],
    [
      'origins.photos.failover.statuses: expected 403 and 404, or neither: a bucket answers a missing key with either; found [404,503]',
      { 'origins.photos.failover': { origin: 'mirror', statuses: [503, 404] }, 'origins.mirror': MIRROR },
    ],
    [
      'origins.photos.failover.origin: expected a value: it is required; found nothing',
      { 'origins.photos.failover': {} },
    ],
    [
      "origins: expected at most 10 with failover (CloudFront's quota of origin groups); found 11",
      Object.fromEntries(
        Array.from({ length: 11 }, (_, i) => [
          `origins.b${i}`,
          { bucket: `example-${i}`, region: 'us-east-1', failover: 'photos' },
        ]),
      ),
    ],
    // What is wrong with the other origin itself is said of that one alone.
    [
      'origins.mirror.bucket: expected an S3 bucket name; found "A"',
      { 'origins.photos.failover': 'mirror', 'origins.mirror': { ...MIRROR, bucket: 'A' } },
    ],
  ],
  lambda: [
    [
      'lambda.originResponseMemory: expected a whole number from 128 to 10240 MB; found 64',
      { 'lambda.originResponseMemory': 64 },
    ],
    [
      'lambda.originRequestMemory: expected a whole number from 128 to 10240 MB; found 10241',
      { 'lambda.originRequestMemory': 10241 },
    ],
    ["lambda.runtime: expected 'nodejs22.x' or 'nodejs24.x'; found \"nodejs20.x\"", { 'lambda.runtime': 'nodejs20.x' }],
    ['lambda: expected an object; found "big"', { lambda: 'big' }],
  ],
}

describe.each(Object.entries(TABLE))('%s', (_section, rows) => {
  it.each(rows)('%s', (problem, changes) => {
    const [, place = '', expected = '', found = ''] = /^(.*?): expected (.*); found (.*)$/.exec(problem) ?? []
    const path = place === 'the config' ? '' : place
    expect(() => checkConfig(configWith(changes), 'edge.config.json')).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        message: `edge.config.json has one problem; nothing was built:\n  ${problem}`,
        code: 'wrong-config',
        expected,
        found,
        problems: [{ path, expected, found }],
      }),
    )
  })
})

test('of several problems the error has each, and none is the one of all', () => {
  const wrong = configWith({ 'lambda.runtime': 'nodejs20.x', 'lambda.originRequestMemory': 1 })
  const problems = [
    { path: 'lambda.runtime', expected: "'nodejs22.x' or 'nodejs24.x'", found: '"nodejs20.x"' },
    { path: 'lambda.originRequestMemory', expected: 'a whole number from 128 to 10240 MB', found: '1' },
  ]
  expect(() => checkConfig(wrong, 'edge.config.json')).toThrow(
    expect.objectContaining({ code: 'wrong-config', expected: undefined, found: undefined, problems }),
  )
})
