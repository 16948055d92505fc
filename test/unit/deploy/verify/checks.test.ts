import { describe, expect, it } from 'vitest'
import { responseHeaders } from '../../../../build/response-headers.ts'
import type { CheckTarget } from '../../../../deploy/verify/check-target.ts'
import { BUCKET_CHECKS } from '../../../../deploy/verify/checks/bucket.ts'
import { SVG_POLICY, setHeaders } from '../../../../deploy/verify/checks/headers.ts'
import { ROUTE_CHECKS } from '../../../../deploy/verify/checks.ts'
import { OBSERVATIONS } from '../../../../deploy/verify/observations.ts'
import { targetsFor, targetsOfConfig } from './fixture-targets.ts'

describe('the table of checks', () => {
  const checks = [...ROUTE_CHECKS, ...BUCKET_CHECKS]

  it('has each id once', () => {
    const ids = [...checks, ...OBSERVATIONS].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(50)
    expect(ids.filter((id) => !/^[a-z]+(?:-[a-z]+)*$/.test(id))).toEqual([])
  })

  it('builds only on what comes before', () => {
    const wrong = ROUTE_CHECKS.flatMap(({ id, after = [], unless = [] }, index) => {
      const earlier = ROUTE_CHECKS.slice(0, index).map((check) => check.id)
      return [...after, ...unless].filter((name) => !earlier.includes(name)).map((name) => `${id} on ${name}`)
    })
    expect(wrong).toEqual([])
  })

  it('asks about every kind of route', () => {
    const targets = targetsFor(
      { path: '/d/*', cache: 'never' },
      { path: '/a/*', origin: 'api', headers: ['authorization'], cors: { origins: '*' } },
      { path: '/i/*', images: true },
    )
    const counts = targets.map((target) => ROUTE_CHECKS.filter(({ appliesTo }) => appliesTo?.(target) !== false).length)
    expect(counts.map((count) => count > 6)).toEqual([true, true, true, true])
  })
})

describe('headers that a policy sets', () => {
  const headersWith = (setResponse: Record<string, string | null>): Record<string, string> => {
    const [target] = targetsOfConfig({
      domains: ['cdn.example.com'],
      origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
      routes: [{ path: '/*', origin: 'photos', cache: {} }],
      headers: { setResponse },
    }) as [CheckTarget]
    return Object.fromEntries(setHeaders(target.responseHeaders))
  }

  it('are the defaults', () => {
    expect(headersWith({})).toEqual({
      'strict-transport-security': 'max-age=63072000',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cross-origin-resource-policy': 'cross-origin',
    })
  })

  it('are as the config writes them', () => {
    const own = {
      'strict-transport-security': 'max-age=300; includeSubDomains; preload',
      'x-frame-options': 'DENY',
      'x-xss-protection': '1; mode=block',
      'content-security-policy': "default-src 'self'",
      'x-own': 'a',
    }
    expect(headersWith({ ...own, 'referrer-policy': null })).toEqual({
      ...own,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    })
    expect(headersWith({ 'x-xss-protection': '0' })).toMatchObject({ 'x-xss-protection': '0' })
  })

  it("SVG's policy is the build's", () => {
    const [row] = responseHeaders({ dropRequest: [], dropResponse: [], setResponse: {} }).filter(
      ({ type }) => type === 'image/svg+xml',
    )
    expect(row).toMatchObject({ name: 'content-security-policy', value: SVG_POLICY })
  })
})
