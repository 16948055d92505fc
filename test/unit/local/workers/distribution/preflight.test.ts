import fc from 'fast-check'
import { expect, test } from 'vitest'
import { corsConfigOf, corsRuleOf } from '../../../../../build/cors.ts'
import type { CorsSettings } from '../../../../../bundle/settings.ts'
import { preflightHeaders } from '../../../../../edge/cors.ts'
import { applyCors } from '../../../../../local/platform/cors.ts'

test('the function tells a preflight what the policy does', () => {
  const origin = fc.constantFrom(
    'https://www.example.com',
    'https://a.b.example.com',
    'http://www.example.com',
    'https://example.com',
    'https://www.example.com:8443',
    'https://example.org',
    'null',
  )
  const settings: fc.Arbitrary<CorsSettings> = fc
    .record({
      origins: fc.oneof(
        fc.constant<'*'>('*'),
        fc.subarray(
          ['https://www.example.com', 'https://*.example.com', 'https://example.com:*', 'http://*.example.com:8443'],
          { minLength: 1 },
        ),
      ),
      credentials: fc.boolean(),
      headers: fc.option(fc.subarray(['x-a', 'authorization'], { minLength: 1 }), { nil: undefined }),
      maxAge: fc.option(fc.nat(600), { nil: undefined }),
    })
    .map((record) => ({ ...record, credentials: record.credentials && record.origins !== '*' }))
  fc.assert(
    fc.property(settings, origin, fc.boolean(), (settings, origin, hasAuth) => {
      const fields = preflightHeaders(corsRuleOf(settings, hasAuth), origin)
      const told: Record<string, string> = Object.fromEntries(
        Object.entries(fields).map(([name, { value }]) => [name, value]),
      )
      const request = [
        ['origin', origin],
        ['access-control-request-method', 'GET'],
      ] as [string, string][]
      const policy = Object.fromEntries(applyCors(corsConfigOf(settings, true, hasAuth), request, [], true))
      expect({ ...told, vary: told.vary?.toLowerCase() }).toEqual({ ...policy, vary: policy.vary?.toLowerCase() })
    }),
  )
})
