import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { asked } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

describe('the redirect to HTTPS', () => {
  const [target] = targetsFor() as [CheckTarget]
  const redirected = (base: string, httpUrl: string) =>
    asked(
      'https',
      target,
      ({ path, query = [] }) => ({ status: 301, headers: [['location', `${base}${path}?${query.join('&')}`]] }),
      new URL(httpUrl),
    )

  it.each([
    ['https://d111111abcdef8.cloudfront.net', 'http://d111111abcdef8.cloudfront.net'],
    ['https://cdn.example.com', 'http://d111111abcdef8.cloudfront.net'],
    ['https://localhost:8443', 'http://localhost:8080'],
    ['https://[::1]:8443', 'http://[::1]:8080'],
  ])('to %s holds', async (base, httpUrl) => {
    expect((await redirected(base, httpUrl)).finding.status).toBe('holds')
  })

  it.each(['https://elsewhere.example', 'https://cdn.example.com.elsewhere.example', 'http://cdn.example.com', ''])(
    "to '%s' differs",
    async (base) => {
      const { finding } = await redirected(base, 'http://d111111abcdef8.cloudfront.net')
      expect(finding).toMatchObject({
        status: 'differs',
        expected: expect.stringMatching(
          /^301 to https:\/\/d111111abcdef8\.cloudfront\.net or cdn\.example\.com\/rimlight-verify-/,
        ),
      })
    },
  )

  it('is not asked for where nobody knows where HTTP is', async () => {
    expect(await asked('https', target)).toEqual({
      finding: { status: 'skipped', reason: 'it is not known where HTTP is to be asked for; --http-url says it' },
      requests: [],
    })
  })
})
