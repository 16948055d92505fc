import { expect, it } from 'vitest'
import { reasonOfAnswer } from '../../../../../local/workers/distribution/function-answers.ts'

const viewer = (target: string, method = 'GET') => ({
  ...{ scheme: 'https' as const, httpVersion: '2.0' as const, method, target, headers: [] },
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

it('405 names the method, and those that are allowed', () => {
  expect(reason('/a', 405, [['allow', 'GET, HEAD, OPTIONS']], 'PUT')).toBe(
    'PUT is no method for a bucket whose objects are cached; GET, HEAD, OPTIONS are.',
  )
})

it.each<[number, [string, string][], string, string]>([
  [204, [], 'OPTIONS', 'The function answers preflights itself, by the route’s `cors`.'],
  [401, [], 'GET', 'The route takes a token, and the request has none that opens it.'],
  [403, [], 'GET', 'The route takes a token, and the request has none that opens it.'],
  [308, [['location', 'https://a/b']], 'PUT', 'The request is redirected to https://a/b, and gets its key there.'],
  [418, [], 'GET', 'viewer-request answered by itself.'],
])('%i', (status, headers, method, text) => {
  expect(reason('/a', status, headers, method)).toBe(text)
})
