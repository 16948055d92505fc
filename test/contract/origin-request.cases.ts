/** behaviour.md, "origin-request (Lambda@Edge): pass-through". */
import { expect } from 'vitest'
import type { Case, Group, Table } from './case.ts'
import { ROUTE } from './config.ts'
import { customOrigin, type OriginInput, originRequestEvent, s3Origin } from './events.ts'
import { type Changes, expectChanged } from './lambda-case.ts'

type Answer = { status: string; cacheControl: string; body: string | undefined }
type Row = readonly [name: string, input: OriginInput, expected: Changes | Answer]

export const originRequestGroup = (rule: string, rows: readonly Row[]): Group => ({
  rule: `origin-request: ${rule}`,
  cases: rows.map(([name, input, expected]): Case => {
    const event = originRequestEvent(input)
    const before = event.Records[0]?.cf as unknown as { request: never }
    return {
      name,
      event,
      check: (value) =>
        'status' in expected
          ? expectAnswer(value, expected)
          : expectChanged(value, structuredClone(before.request), expected),
    }
  }),
})

function expectAnswer(value: unknown, { status, cacheControl, body }: Answer): void {
  const { headers, ...rest } = value as { headers: Record<string, { value: string }[]>; status: string; body?: string }
  expect(rest).toMatchObject({ status, statusDescription: expect.any(String) })
  expect(rest.body).toBe(body)
  expect(headers['cache-control']?.[0]?.value).toBe(cacheControl)
  expect(headers['content-type']?.[0]?.value).toBe(body === undefined ? undefined : 'text/plain; charset=utf-8')
}

const missing = (cacheControl: string, body: string | undefined = 'Not Found\n'): Answer => ({
  status: '404',
  cacheControl,
  body,
})

/** As it goes on from a cached S3 route: the query empty, and these headers. */
const told = (route: number, headers: { version?: string; variant?: string } = {}, changes: Changes = {}): Changes => ({
  ...changes,
  fields: { querystring: '', ...changes.fields },
  set: {
    'x-rimlight-route': `${route}`,
    ...(headers.version ? { 'x-rimlight-version': headers.version } : {}),
    ...(headers.variant ? { 'x-rimlight-variant': headers.variant } : {}),
  },
})

const photo = (name: string, query: string, version: string, variant = ''): Row => [
  name,
  { query },
  told(ROUTE.photos, { version, variant }),
]

const variant = (name: string, query: string, text: string): Row => photo(name, query, '', text)

const api = customOrigin()
const vault = s3Origin('example-vault.s3.eu-central-1.amazonaws.com')
const vaultPath = (path: string) => `/site/%C3%A9t%C3%A9%201${path}`
const routed = (route: number): Changes => ({ set: { 'x-rimlight-route': `${route}` } })
const keys = { Authorization: 'Bearer x', 'X-Custom-Header': ['b', 'a', 'b'], 'aCCept-LanguagE': 'de' }

const PASS_THROUGH = originRequestGroup('the request passes through', [
  ['a photo', {}, told(ROUTE.photos)],
  ['headers keep the case of their keys, and every line', { headers: keys }, told(ROUTE.photos)],
  ['HEAD', { method: 'HEAD' }, told(ROUTE.photos)],
  [
    'read-only headers',
    { headers: { 'If-None-Match': '"a"', 'If-Modified-Since': 'x', 'Accept-Encoding': 'br', 'If-Range': '"a"' } },
    told(ROUTE.photos),
  ],
  ['range stays where the original is asked for', { headers: { Range: 'bytes=0-99' } }, told(ROUTE.photos)],
  ['the path of a cached S3 route', { uri: '/a%2Fb//%C3%A9.jpg' }, told(ROUTE.photos)],
])

const INTERNAL = originRequestGroup('incoming x-rimlight-* headers are removed first', [
  [
    'those that it sets itself',
    { headers: { 'X-Rimlight-Route': '0', 'X-Rimlight-Version': '1', 'X-Rimlight-Variant': 'w=640' } },
    told(ROUTE.photos, {}, { gone: ['x-rimlight-version', 'x-rimlight-variant'] }),
  ],
  [
    'any other',
    { headers: { 'X-Rimlight-Secret': 'x', 'X-Rimlight-': 'y' } },
    told(ROUTE.photos, {}, { gone: ['x-rimlight-secret', 'x-rimlight-'] }),
  ],
  [
    'but not x-rimlight, nor what only begins so',
    { headers: { 'X-Rimlight': 'x', 'X-Rimlights': 'y' } },
    told(ROUTE.photos),
  ],
  [
    'on API routes',
    { uri: '/api/x', origin: api, headers: { 'X-Rimlight-Version': '1' } },
    { ...routed(ROUTE.api), gone: ['x-rimlight-version'] },
  ],
  [
    'on never routes',
    { uri: '/drafts/x', headers: { 'X-Rimlight-Variant': 'w=1' } },
    { ...routed(ROUTE.drafts), gone: ['x-rimlight-variant'] },
  ],
])

const INDEX = originRequestGroup('x-rimlight-route is set always', [
  ['never, S3', { uri: '/drafts/x' }, routed(ROUTE.drafts)],
  ['never, API', { uri: '/api/live/x', origin: api }, routed(ROUTE.live)],
  ['API', { uri: '/api/x', origin: api }, routed(ROUTE.api)],
  ['a folder', { uri: '/thumbs/a.jpg' }, told(ROUTE.thumbs)],
  ['a wildcard in the middle', { uri: '/u/a/b/avatar-1.png' }, told(ROUTE.avatars)],
  ['a wildcard in front', { uri: '/site/a.css' }, told(ROUTE.styles)],
  ['the default', { uri: '/x' }, told(ROUTE.photos)],
])

const QUERY = originRequestGroup('on cached S3 routes the query is emptied', [
  ['S3 sub-resources', { query: 'acl' }, told(ROUTE.photos)],
  ['and parameters', { query: 'versionId=x&response-content-type=text/html' }, told(ROUTE.photos)],
  [
    'query names of the route, which have done their work in the key',
    { uri: '/builds/a.js', query: 'lang=de&rev=7' },
    told(ROUTE.builds, { version: '7' }),
  ],
  ['not on API routes', { uri: '/api/x', origin: api, query: 'page=2&term=a%20b&v=1' }, routed(ROUTE.api)],
  ['not on never routes', { uri: '/drafts/x', query: 'X-Amz-Signature=ab%2Fcd&a=%2f&a' }, routed(ROUTE.drafts)],
  ['not on never API routes', { uri: '/api/live/x', origin: api, query: 'w=601&v=1' }, routed(ROUTE.live)],
])

const VERSION = originRequestGroup('x-rimlight-version', [
  photo('a version', 'v=1706400000', '1706400000'),
  photo('among others', 'fm=webp&v=abc-1.2&w=640', 'abc-1.2', 'fm=webp&w=640'),
  photo('what is none', 'v=a/b', ''),
  photo('65 characters', `v=${'x'.repeat(65)}`, ''),
  photo('empty', 'v=', ''),
  photo('the first that matches', 'v=!&v=2', '2'),
  ["a route's own name", { uri: '/builds/a.js', query: 'rev=7&v=8' }, told(ROUTE.builds, { version: '7' })],
  [
    'a route without versions',
    { uri: '/vault/a.js', query: 'v=8', origin: vault },
    told(ROUTE.vault, {}, { fields: { uri: vaultPath('/vault/a.js') } }),
  ],
])

const VARIANT = originRequestGroup('x-rimlight-variant, each value checked against its ladder', [
  variant('a width', 'w=640', 'w=640'),
  variant('all parameters', 'fit=crop&fm=webp&h=427&q=50&w=640', 'fit=crop&fm=webp&h=427&q=50&w=640'),
  variant('sorted', 'w=640&q=50&fm=png', 'fm=png&q=50&w=640'),
  variant('a width off the ladder', 'w=641', ''),
  variant('leaves the rest', 'fm=webp&w=641', 'fm=webp'),
  variant('a height off the ladder', 'h=641&w=640', 'w=640'),
  variant('a quality off the ladder', 'q=51', ''),
  variant('the default quality is no variant', 'q=80', ''),
  variant('a format that is none', 'fm=gif', ''),
  variant('a crop that is none of the ratios', 'fit=crop&h=400&w=640', 'w=640'),
  variant('a crop without a height', 'fit=crop&w=640', 'w=640'),
  variant('fit=max is no variant', 'fit=max', ''),
  variant('leading zeros are not canonical', 'w=0640', ''),
  variant('nor are escapes', 'w=%36%34%30', ''),
  variant('dpr is nothing here', 'dpr=2', ''),
  variant('an empty value', 'w=', ''),
  ["another route's ladder", { uri: '/thumbs/a.jpg', query: 'q=40&w=640' }, told(ROUTE.thumbs, { variant: 'q=40' })],
  [
    "another route's formats",
    { uri: '/thumbs/a.jpg', query: 'fm=avif&w=400' },
    told(ROUTE.thumbs, { variant: 'w=400' }),
  ],
  ['a path that takes none', { uri: '/a.svg', query: 'w=640' }, told(ROUTE.photos)],
  ['a route without images', { uri: '/builds/a.jpg', query: 'w=640' }, told(ROUTE.builds)],
  ['nothing is negotiated here', { headers: { Accept: 'image/webp' } }, told(ROUTE.photos)],
])

const RANGE = originRequestGroup('with a variant, range is removed; if-range is read-only here', [
  [
    'range',
    { query: 'w=640', headers: { Range: 'bytes=0-99' } },
    told(ROUTE.photos, { variant: 'w=640' }, { gone: ['range'] }),
  ],
  [
    'if-range stays',
    { query: 'w=640', headers: { Range: 'bytes=0-99', 'If-Range': '"x"' } },
    told(ROUTE.photos, { variant: 'w=640' }, { gone: ['range'] }),
  ],
  [
    'with a version alone range stays',
    { query: 'v=1', headers: { Range: 'bytes=0-99' } },
    told(ROUTE.photos, { version: '1' }),
  ],
  ['with what is no variant range stays', { query: 'w=641', headers: { Range: 'bytes=0-99' } }, told(ROUTE.photos)],
  [
    'on API routes range stays',
    { uri: '/api/x', origin: api, query: 'w=640', headers: { Range: 'bytes=0-99' } },
    routed(ROUTE.api),
  ],
])

const ROOT = originRequestGroup('/ on a cached S3 route is answered 404', [
  ['GET', { uri: '/' }, missing('public, max-age=300')],
  ['HEAD has no body', { uri: '/', method: 'HEAD' }, { ...missing('public, max-age=300'), body: undefined }],
  ['with a version, 10 s at most', { uri: '/', query: 'v=1' }, missing('public, max-age=10')],
  ['a folder goes on', { uri: '/a/' }, told(ROUTE.photos)],
])

const PREFIX = originRequestGroup('on every S3 route the prefix is put before the path', [
  [
    'as a canonical path',
    { uri: '/vault/a.jpg', origin: vault },
    told(ROUTE.vault, {}, { fields: { uri: vaultPath('/vault/a.jpg') } }),
  ],
  ['a folder', { uri: '/vault/', origin: vault }, told(ROUTE.vault, {}, { fields: { uri: vaultPath('/vault/') } })],
  ['none where there is none', { uri: '/drafts/a' }, routed(ROUTE.drafts)],
])

const ORIGIN = originRequestGroup("an origin that is not the route's: 404, no-store", [
  ['another bucket', { origin: vault }, missing('no-store')],
  ['an API in the place of a bucket', { origin: api }, missing('no-store')],
  ['a bucket in the place of an API', { uri: '/api/x' }, missing('no-store')],
  ['another bucket on a never route', { uri: '/drafts/x', origin: vault }, missing('no-store')],
  [
    'a bucket of that name elsewhere',
    { origin: s3Origin('example-photos.s3.us-west-2.amazonaws.com') },
    missing('no-store'),
  ],
  [
    "a stranger's host that begins like it",
    { origin: s3Origin('example-photos.s3.eu-central-1.amazonaws.com.evil.net') },
    missing('no-store'),
  ],
  ['no origin', { origin: {} }, missing('no-store')],
  ['the same bucket by its global name', { origin: s3Origin('example-photos.s3.amazonaws.com') }, told(ROUTE.photos)],
  [
    'the same bucket as a custom origin',
    { origin: customOrigin('example-photos.s3.eu-central-1.amazonaws.com') },
    told(ROUTE.photos),
  ],
])

const mirror = s3Origin('example-mirror.s3.us-west-2.amazonaws.com')
const replica = s3Origin('example-replica.s3.us-west-2.amazonaws.com')

const FAILOVER = originRequestGroup("where the route's origin fails, the other one is its own, too", [
  ['a photo', { query: 'v=7&w=640', origin: mirror }, told(ROUTE.photos, { version: '7', variant: 'w=640' })],
  [
    'with its own prefix',
    { uri: '/vault/a.jpg', origin: replica },
    told(ROUTE.vault, {}, { fields: { uri: '/copy/vault/a.jpg' } }),
  ],
  [
    'as the first call returned it: what it said stands, and the prefix is the other one',
    { uri: vaultPath('/vault/a.jpg'), origin: replica, headers: { 'x-rimlight-route': `${ROUTE.vault}` } },
    { fields: { uri: '/copy/vault/a.jpg' } },
  ],
  [
    'and the same where neither has a prefix',
    {
      origin: mirror,
      headers: {
        'x-rimlight-route': `${ROUTE.photos}`,
        'x-rimlight-version': '7',
        'x-rimlight-variant': 'w=640',
      },
    },
    {},
  ],
  [
    "a route header on a request for the route's own origin is somebody else's",
    { origin: s3Origin(), headers: { 'x-rimlight-route': '0', 'x-rimlight-variant': 'w=641' } },
    told(ROUTE.photos, {}, { gone: ['x-rimlight-variant'] }),
  ],
  ["another route's second origin is not", { origin: replica }, missing('no-store')],
  ['nor is one on a never route, which has none', { uri: '/drafts/x', origin: mirror }, missing('no-store')],
  ['/ is answered here as well', { uri: '/', origin: mirror }, missing('public, max-age=300')],
])

const API = originRequestGroup('on API routes nothing else changes', [
  [
    'method, query, headers, path',
    { method: 'POST', uri: '/api/a%2fb//%7e/x', origin: api, query: 'page=2&term=%c3', headers: keys },
    routed(ROUTE.api),
  ],
  ['the root of it', { uri: '/api/', origin: api }, routed(ROUTE.api)],
])

const NEVER = originRequestGroup('on never routes nothing else changes', [
  [
    'method, query, headers, path',
    {
      method: 'PUT',
      uri: '/drafts/a%2fb//%7e',
      query: 'X-Amz-Signature=a%2F',
      headers: { ...keys, Range: 'bytes=0-1' },
    },
    routed(ROUTE.drafts),
  ],
  ['an API', { method: 'DELETE', uri: '/api/live/x', origin: api, headers: { Cookie: 'a=b' } }, routed(ROUTE.live)],
])

const refused: Answer = { status: '400', cacheControl: 'no-store', body: 'Bad Request\n' }

const ofTenant = s3Origin(undefined, '/tenants/shop')

const ORIGIN_PATH = originRequestGroup('below an origin path, no reading of the path leads out of it', [
  ['a plain path', { origin: ofTenant }, told(ROUTE.photos)],
  ['dots in names', { uri: '/a../..b/.c/...', origin: ofTenant }, told(ROUTE.photos)],
  ['an escaped slash', { uri: '/..%2Fblog/a.jpg', origin: ofTenant }, refused],
  ['at the end', { uri: '/a%2F..', origin: ofTenant }, refused],
  ['a backslash', { uri: '/a/..%5Cb.jpg', origin: ofTenant }, refused],
  ['without one, they are part of the key', { uri: '/..%2Fblog/a.jpg' }, told(ROUTE.photos)],
])

const READINGS = originRequestGroup('viewer-request 2 holds here too, where viewer-request is not attached', [
  ['two routes', { uri: '/drafts%2Fa' }, refused],
  ['dot segments', { uri: '/x/../drafts/a' }, refused],
  ['a control character', { uri: '/a%00.jpg' }, refused],
  ['a broken escape', { uri: '/a%.jpg' }, refused],
])

export const originRequestTable: Table = {
  trigger: 'origin-request',
  groups: [
    PASS_THROUGH,
    INTERNAL,
    INDEX,
    QUERY,
    VERSION,
    VARIANT,
    RANGE,
    ROOT,
    PREFIX,
    ORIGIN,
    FAILOVER,
    API,
    NEVER,
    READINGS,
    ORIGIN_PATH,
  ],
}
