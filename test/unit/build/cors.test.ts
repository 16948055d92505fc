import { describe, expect, it } from 'vitest'
import { corsConfigOf, corsRuleOf } from '../../../build/cors.ts'
import type { CorsSettings } from '../../../bundle/settings.ts'
import { preflightHeaders } from '../../../edge/cors.ts'

const cors = (changes: Partial<CorsSettings> = {}): CorsSettings => ({ origins: '*', credentials: false, ...changes })

const allowedHeaders = (settings: CorsSettings, isReadOnly: boolean, hasAuth: boolean) =>
  corsConfigOf(settings, isReadOnly, hasAuth).AccessControlAllowHeaders.Items

describe('which request headers scripts may set', () => {
  const WWW = cors({ origins: ['https://www.example.com'], credentials: true })
  it.each([
    ['a cached S3 route: any', cors(), true, false, ['*']],
    ['a private one: a token, too', cors(), true, true, ['*', 'authorization']],
    ['an API: a token, too', cors(), false, false, ['*', 'authorization']],
    ['credentials: names alone', WWW, true, false, ['authorization', 'content-type', 'range']],
    ['the config: what it says', { ...WWW, headers: ['x-a'] }, false, true, ['x-a']],
  ])('%s', (_rule, settings, isReadOnly, hasAuth, expected) => {
    expect(allowedHeaders(settings, isReadOnly, hasAuth)).toEqual(expected)
  })
})

describe('the policy', () => {
  it('has what the config says', () => {
    const settings = cors({
      origins: ['https://*.example.com'],
      credentials: true,
      methods: ['GET', 'PUT'],
      headers: ['x-a'],
      exposeHeaders: ['x-rimlight', 'etag'],
      maxAge: 60,
    })
    expect(corsConfigOf(settings, false, false)).toEqual({
      AccessControlAllowOrigins: { Quantity: 1, Items: ['https://*.example.com'] },
      AccessControlAllowHeaders: { Quantity: 1, Items: ['x-a'] },
      AccessControlAllowMethods: { Quantity: 2, Items: ['GET', 'PUT'] },
      AccessControlAllowCredentials: true,
      AccessControlExposeHeaders: { Quantity: 2, Items: ['x-rimlight', 'etag'] },
      AccessControlMaxAgeSec: 60,
      OriginOverride: true,
    })
  })

  it.each([
    ['a cached S3 route is read', true, ['GET', 'HEAD']],
    ['other routes take every method', false, ['ALL']],
  ])('%s', (_rule, isReadOnly, methods) => {
    expect(corsConfigOf(cors(), isReadOnly, false).AccessControlAllowMethods.Items).toEqual(methods)
  })
})

/** Developer Guide, "Understand response headers policies", the table of Access-Control-Allow-Origin. */
describe('a * in an origin, to the function', () => {
  it.each([
    [
      'https://*.example.org',
      ['https://www.example.org', 'https://a.b.example.org'],
      ['http://www.example.org', 'https://example.org', 'https://www.example.org:123', 'https://example.org.evil', ''],
    ],
    [
      'http://example.org:*',
      ['http://example.org:123', 'http://example.org'],
      ['https://example.org:123', 'http://example.org:', 'http://example.org:12a'],
    ],
    [
      'https://*.example.org:8443',
      ['https://a.example.org:8443'],
      ['https://a.example.org', 'https://a.exampleXorg:8443'],
    ],
  ])('%s', (pattern, matching, others) => {
    const rule = corsRuleOf(cors({ origins: ['https://www.example.net', pattern] }), false)
    const isAllowed = (origin: string) => 'access-control-allow-origin' in preflightHeaders(rule, origin)
    expect([...matching, 'https://www.example.net'].filter((origin) => !isAllowed(origin))).toEqual([])
    expect(others.filter(isAllowed)).toEqual([])
  })

  it('a list without one stays a list', () => {
    expect(corsRuleOf(cors({ origins: ['https://a.example.com'] }), false).origins).toEqual(['https://a.example.com'])
  })
})
