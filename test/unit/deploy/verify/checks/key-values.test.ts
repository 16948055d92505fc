import { expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { appliesTo, asked, withObject } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

it('asks for other headers, but not for those that CloudFront writes itself', async () => {
  const [own, both] = targetsFor(
    { path: '/a/*', origin: 'api', headers: ['cloudfront-viewer-country'] },
    { path: '/b/*', origin: 'api', headers: ['cloudfront-viewer-country', 'authorization'] },
  ) as [CheckTarget, CheckTarget]
  expect(appliesTo('key-headers', own)).toBe(false)
  const { finding, requests } = await asked('key-headers', withObject(both, '/b/c'))
  expect(requests.map(({ headers = {} }) => Object.keys(headers))).toEqual([[], ['authorization']])
  expect(finding).toEqual({ status: 'holds', found: 'authorization' })
})
