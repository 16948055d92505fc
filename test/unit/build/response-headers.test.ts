import { describe, expect, it, test } from 'vitest'
import { removedNames, responseHeaders, securityHeaderProblem } from '../../../build/response-headers.ts'

const set = (setResponse: Record<string, string | null>) =>
  responseHeaders({ dropRequest: [], dropResponse: [], setResponse })

test('the defaults', () => {
  expect(set({})).toEqual([
    { name: 'strict-transport-security', value: 'max-age=63072000', type: '', isSecurity: true },
    { name: 'x-content-type-options', value: 'nosniff', type: '', isSecurity: true },
    { name: 'referrer-policy', value: 'strict-origin-when-cross-origin', type: '', isSecurity: true },
    { name: 'cross-origin-resource-policy', value: 'cross-origin', type: '', isSecurity: false },
    {
      name: 'content-security-policy',
      value: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      type: 'image/svg+xml',
      isSecurity: true,
    },
  ])
})

test('null switches a default off', () => {
  const names = set({ 'referrer-policy': null, 'content-security-policy': null }).map(({ name }) => name)
  expect(names).toEqual(['strict-transport-security', 'x-content-type-options', 'cross-origin-resource-policy'])
})

test('a value takes the place of a default, for all types', () => {
  const policies = set({ 'content-security-policy': 'sandbox' }).filter(
    ({ name }) => name === 'content-security-policy',
  )
  expect(policies).toEqual([{ name: 'content-security-policy', value: 'sandbox', type: '', isSecurity: true }])
})

test("a header of one's own comes after them", () => {
  expect(set({ 'x-a': '1' }).at(-1)).toEqual({ name: 'x-a', value: '1', type: '', isSecurity: false })
})

test('null for what is no default sets nothing', () => {
  expect(set({ 'x-a': null })).toEqual(set({}))
})

test('removedNames: whole names, and of beginnings those that are known', () => {
  expect(removedNames(['server', 'x-amz-meta-*', 'x-amz-server-side-encryption*', 'x-a'])).toEqual([
    'server',
    'x-amz-server-side-encryption',
    'x-a',
  ])
})

describe('securityHeaderProblem: a value that the policy has a field for', () => {
  it.each([
    ['strict-transport-security', 'max-age=0'],
    ['strict-transport-security', 'max-age=63072000; includeSubDomains'],
    ['strict-transport-security', 'max-age=63072000;includesubdomains;preload'],
    ['x-content-type-options', 'nosniff'],
    ['referrer-policy', 'no-referrer'],
    ['x-frame-options', 'SAMEORIGIN'],
    ['content-security-policy', "default-src 'self'"],
    ['x-xss-protection', '1; mode=block'],
    ['x-a', 'anything'],
  ])('%s: %s', (name, value) => {
    expect(securityHeaderProblem(name, value)).toBeUndefined()
  })

  it.each([
    ['strict-transport-security', 'max-age=63072000; preload; includeSubDomains'],
    ['strict-transport-security', 'max-age=63072000; x'],
    ['strict-transport-security', 'max-age=63072000\n'],
    ['x-content-type-options', 'NoSniff'],
    ['referrer-policy', 'no-referrer, origin'],
    ['x-frame-options', 'ALLOW-FROM https://a.example.com'],
    ['x-xss-protection', '1; report=/x'],
  ])('not %s: %j', (name, value) => {
    expect(securityHeaderProblem(name, value)).toEqual(expect.any(String))
  })
})
