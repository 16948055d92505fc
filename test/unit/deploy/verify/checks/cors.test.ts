import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { appliesTo, asked } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

it('what an origin may say to strangers itself is kept out of the request', async () => {
  const targets = targetsFor(
    { path: '/a/*', origin: 'api' },
    { path: '/b/*', origin: 'api', cors: { origins: ['https://www.example.com'] } },
    { path: '/c/*', origin: 'api', cors: { origins: '*' } },
    { path: '/d/*', cache: 'never' },
  ).filter((target) => appliesTo('cors-stranger', target))
  const paths: string[] = []
  for (const target of targets) {
    const { finding, requests } = await asked('cors-stranger', target)
    expect(finding.status).toBe('holds')
    paths.push(...requests.map(({ path }) => path.replace(/rl[0-9a-f]{12}$/, '')))
  }
  const refused = ['/a/', '/b/', '/d/'].map((folder) => `${folder}rimlight-verify-%01`)
  expect(paths).toEqual([...refused, '/rimlight-verify-'])
})

describe('what an origin that may read is told', () => {
  const [target] = targetsFor({
    path: '/a/*',
    cors: { origins: ['https://*.example.com:*'], credentials: true, headers: ['x-a', 'x-b'], exposeHeaders: ['etag'] },
  })
  const TOLD: [string, string][] = [
    ['access-control-allow-origin', 'https://rimlight-verify.example.com'],
    ['access-control-allow-credentials', 'true'],
  ]
  const READ: [string, string][] = [...TOLD, ['access-control-expose-headers', 'ETag']]
  const PREFLIGHT: [string, string][] = [
    ...TOLD,
    ['access-control-allow-methods', 'GET,HEAD'],
    ['access-control-allow-headers', 'X-A,X-B'],
  ]
  const without = (headers: [string, string][], name: string) => headers.filter(([found]) => found !== name)

  it.each([
    ['cors', READ],
    ['preflight', PREFLIGHT],
  ])('%s: asked from a subdomain where a wildcard allows them', async (id, headers) => {
    const { finding, requests } = await asked(id, target as CheckTarget, () => ({ headers }))
    expect(finding.status).toBe('holds')
    expect(requests[0]?.headers).toMatchObject({ origin: 'https://rimlight-verify.example.com' })
  })

  it.each([
    ['cors', 'access-control-allow-credentials', READ],
    ['cors', 'access-control-expose-headers', READ],
    ['preflight', 'access-control-allow-credentials', PREFLIGHT],
    ['preflight', 'access-control-allow-headers', PREFLIGHT],
  ])('%s without %s', async (id, name, headers) => {
    const { finding } = await asked(id, target as CheckTarget, () => ({ headers: without(headers, name) }))
    expect(finding).toMatchObject({ status: 'differs', found: expect.stringContaining(`${name}: none`) })
  })
})
