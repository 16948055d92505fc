import { expect, it } from 'vitest'
import { hostQuestion } from '../../../../../local/workers/distribution/host-questions.ts'

const NOW = Date.UTC(2026, 10, 30)
const read = (value: unknown) => hostQuestion(JSON.stringify(value), NOW)

it.each([
  [{ ask: 'trace', id: 'a' }],
  [{ ask: 'key', viewer: { method: 'GET' } }],
  [{ ask: 'invalidate', paths: ['/a', '/photos/*'] }],
  [{ ask: 'invalidate', paths: ['/a'], tenant: 'shop' }],
  [{ ask: 'advance', milliseconds: 0 }],
  [{ ask: 'advance', milliseconds: Date.UTC(9999, 11, 31) - NOW }],
])('%o is a question', (question) => {
  expect(read(question)).toEqual(question)
})

it.each([
  [null, 'expected a question as JSON'],
  [{ ask: 'stop' }, 'ask: expected trace, key, left, invalidate or advance'],
  [{ ask: 'trace' }, 'id: expected a text'],
  [{ ask: 'key', viewer: 'GET /' }, 'viewer: expected a request'],
  [{ ask: 'invalidate' }, 'paths: expected a list of texts'],
  [{ ask: 'invalidate', paths: ['/a', 1] }, 'paths: expected a list of texts'],
  [{ ask: 'invalidate', paths: ['/a'], tenant: 1 }, 'tenant: expected a text'],
  [{ ask: 'invalidate', paths: ['a'] }, 'expected a path that begins with a slash, such as /photos/*, found "a"'],
  [{ ask: 'advance', milliseconds: -1 }, 'milliseconds: expected 0 or more, up to the year 9999'],
  [{ ask: 'advance', milliseconds: 1e15 }, 'milliseconds: expected 0 or more, up to the year 9999'],
  [{ ask: 'advance', milliseconds: '1' }, 'milliseconds: expected 0 or more, up to the year 9999'],
])('%o is none', (value, problem) => {
  expect(read(value)).toBe(problem)
})

it('a text that is no JSON is none', () => {
  expect(hostQuestion('{', NOW)).toBe('expected a question as JSON')
})
