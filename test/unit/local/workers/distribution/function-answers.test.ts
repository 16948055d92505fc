import { expect, it } from 'vitest'
import { reasonOfAnswer } from '../../../../../local/workers/distribution/function-answers.ts'

const viewer = (target: string, method = 'GET') => ({
  ...{
    scheme: 'https' as const,
    httpVersion: '2.0' as const,
    method,
    target,
    headers: [['host', 'cdn.example.com']] as [string, string][],
  },
  ...{ ip: '203.0.113.1', port: 1, tls: null, headBytes: 0 },
})
const patternOf = (path: string) => (path.startsWith('/drafts/') ? '/drafts/*' : '/*')

const reason = (target: string, status: number, headers: [string, string][] = [], method = 'GET') =>
  reasonOfAnswer(viewer(target, method), { status, headers }, patternOf)

it.each([
  ['/drafts%2Fa', 'as it is, to /*; as /drafts/a, to /drafts/*.'],
  ['//drafts/a', 'as it is, to /*; as /drafts/a, to /drafts/*.'],
  ['/drafts/../a', 'as it is, to /drafts/*; as /a, to /*.'],
  ['/x%2F..%2Fdrafts%2Fa?b', 'as it is, to /*; as /drafts/a, to /drafts/*.'],
])('400 for %s: two routes, and which', (target, which) => {
  expect(reason(target, 400)).toBe(`The path can be read in two ways that lead to two routes: ${which}`)
})

it.each(['/a%00', '/a%', '/a%zz', '/a\x07'])('400 for %j: a control character or a broken escape', (target) => {
  expect(reason(target, 400)).toBe('The path holds a control character, or a % that begins no escape.')
})

it.each([
  ['/caf%E9', 'The path holds escapes that are no UTF-8.'],
  [`/%41${'a'.repeat(1_024)}`, 'The path is a key of 1025 bytes, and S3 has none of more than 1024.'],
  [`/${'a'.repeat(1_025)}`, 'The path is a key of 1025 bytes, and S3 has none of more than 1024.'],
  [`/${'%C3%A9'.repeat(513)}`, 'The path is a key of 1026 bytes, and S3 has none of more than 1024.'],
  [`/%41${'/a'.repeat(63)}`, 'The path has more than 62 segments below the first.'],
  [`/${'%41'.repeat(400)}`, 'The path has more escapes than the function has time to read in every way.'],
])('400 for %.30s: what the function has no time for, or S3 no key', (target, text) => {
  expect(reason(target, 400)).toBe(text)
})

it.each([
  ['realm="private"', 401, 'The route takes a token, and the request has none that opens it.'],
  [
    'error="invalid_token"',
    401,
    'The route takes a token, and the request’s is not good: it is forged, expired, of another site, or one of two.',
  ],
  ['error="insufficient_scope"', 403, 'The route takes a token, and the request’s opens something else.'],
])('Bearer %s', (challenge, status, text) => {
  expect(reason('/a', status, [['www-authenticate', `Bearer ${challenge}`]])).toBe(text)
})

it.each([
  [301, 'https://cdn.example.com/b', 'Viewers come over HTTPS.'],
  [308, 'https://www.example.com/b', 'The config names another host as the canonical one.'],
  [301, './b/', 'The route’s `index` gives such a path a slash.'],
  [302, 'https://login.example.com/', 'The route takes a token, and the request has none that opens it.'],
])('%i to %s says by which rule', (status, location, rule) => {
  expect(reason('/b', status, [['location', location]])).toBe(
    `${rule} The request is redirected to ${location}, and gets its key there.`,
  )
})

it('405 names the method, and those that are allowed', () => {
  expect(reason('/a', 405, [['allow', 'GET, HEAD, OPTIONS']], 'PUT')).toBe(
    'PUT is no method for a bucket whose objects are cached; GET, HEAD, OPTIONS are.',
  )
})

it.each<[number, [string, string][], string, string]>([
  [204, [], 'OPTIONS', 'The function answers preflights itself, by the route’s `cors`.'],
  [401, [], 'GET', 'The route takes a token, and the request has none that opens it.'],
  [403, [], 'GET', 'The route takes a token, and the request has none that opens it.'],
  [418, [], 'GET', 'viewer-request answered by itself.'],
])('%i', (status, headers, method, text) => {
  expect(reason('/a', status, headers, method)).toBe(text)
})
