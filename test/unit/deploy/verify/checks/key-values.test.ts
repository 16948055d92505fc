import { expect, it } from 'vitest'
import type { Place } from '../../../../../deploy/verify/check-target.ts'
import { appliesTo, asked, withObject } from '../fixture-asking.ts'
import { placesFor } from '../fixture-places.ts'

it('asks for other headers, but not for those that CloudFront writes itself', async () => {
  const [own, both] = placesFor(
    { path: '/a/*', origin: 'api', headers: ['cloudfront-viewer-country'] },
    { path: '/b/*', origin: 'api', headers: ['cloudfront-viewer-country', 'authorization'] },
  ) as [Place, Place]
  expect(appliesTo('key-headers', own)).toBe(false)
  const { finding, questions } = await asked('key-headers', withObject(both, '/b/c'))
  expect(questions.map(({ headers = {} }) => Object.keys(headers))).toEqual([[], ['authorization']])
  expect(finding).toEqual({ status: 'holds', found: 'authorization' })
})
