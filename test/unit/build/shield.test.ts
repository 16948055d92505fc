import { describe, expect, it } from 'vitest'
import { hasShield, nearestShield, regionInDomain } from '../../../build/shield.ts'

describe('the nearest Origin Shield', () => {
  it.each([
    ['us-east-1', 'us-east-1'],
    ['ap-northeast-2', 'ap-northeast-2'],
    ['us-west-1', 'us-west-2'],
    ['ca-central-1', 'us-east-1'],
    ['eu-west-3', 'eu-west-2'],
    ['eu-north-1', 'eu-west-2'],
    ['eu-south-1', 'eu-central-1'],
    ['af-south-1', 'eu-west-1'],
    ['ap-east-1', 'ap-southeast-1'],
    ['me-south-1', 'ap-south-1'],
  ])('of %s is in %s', (region, expected) => {
    expect(nearestShield(region)).toBe(expected)
    expect(hasShield(expected)).toBe(true)
  })

  it('of a region that the guide does not name is not known', () => {
    expect(nearestShield('il-central-1')).toBeUndefined()
    expect(nearestShield('constructor')).toBeUndefined()
  })
})

describe('the region in a domain', () => {
  it.each([
    ['abc123.execute-api.eu-west-1.amazonaws.com', 'eu-west-1'],
    ['abc123.lambda-url.us-gov-east-1.on.aws', 'us-gov-east-1'],
    ['shop-123.us-east-2.elb.amazonaws.com', 'us-east-2'],
    ['api.example.com', undefined],
    ['eu-west-1.amazonaws.com.example.com', undefined],
  ])('%s', (domain, expected) => {
    expect(regionInDomain(domain)).toBe(expected)
  })
})
