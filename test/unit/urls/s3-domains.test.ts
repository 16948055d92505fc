import { expect, test } from 'vitest'
import { bucketDomains } from '../../../urls/s3-domains.ts'

test.each([
  ['us-east-1', 'b.s3.us-east-1.amazonaws.com'],
  ['cn-north-1', 'b.s3.cn-north-1.amazonaws.com.cn'],
])('the regional name comes first: %s', (region, first) => {
  const [found, ...others] = bucketDomains('b', region)
  expect(found).toBe(first)
  expect(others).toEqual(
    ['s3', `s3.dualstack.${region}`, `s3-${region}`].map((host) => first.replace(`s3.${region}`, host)),
  )
})
