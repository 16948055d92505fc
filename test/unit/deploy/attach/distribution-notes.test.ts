import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { describe, expect, it } from 'vitest'
import { policiesOf } from '../../../../build/policies.ts'
import { distributionNotes, groupNote } from '../../../../deploy/attach/distribution-notes.ts'
import { settingsWith } from '../../build/settings.ts'

const policies = policiesOf(settingsWith())
const ENOUGH = [404, 500, 502, 503, 504].map((ErrorCode) => ({ ErrorCode, ErrorCachingMinTTL: 0 }))

function notesOf(pages: Record<number, string>, more: Partial<DistributionConfig> = {}, own = policies): string[] {
  const paged = Object.entries(pages).map(([status, page]) => ({
    ErrorCode: Number(status),
    ResponsePagePath: page,
    ResponseCode: '200',
    ErrorCachingMinTTL: 0,
  }))
  const others = ENOUGH.filter(({ ErrorCode }) => !(ErrorCode in pages))
  const Items = [...paged, ...others]
  const config = {
    CustomErrorResponses: { Quantity: Items.length, Items },
    Aliases: { Quantity: 1, Items: [...own.domains] },
    ...more,
  }
  return distributionNotes(config as DistributionConfig, own)
}

describe('custom error pages', () => {
  it.each<[rule: string, pages: Record<number, string>, expected: string[]]>([
    ['none', {}, []],
    [
      'of 403 alone: it fires no more for what is missing',
      { 403: '/index.html' },
      [
        "custom error page of 403 (/index.html with status 200): no longer for objects that are missing: origin-response makes a 404 of S3's 403; give 404 the same page to keep it",
      ],
    ],
    [
      'of 403 and 404: the other one comes',
      { 403: '/denied.html', 404: '/lost.html' },
      [
        "custom error page of 403 (/denied.html with status 200): no longer for objects that are missing: origin-response makes a 404 of S3's 403; the page of 404 (/lost.html with status 200) comes in its place",
      ],
    ],
    [
      'of 404 alone: for 403 as well',
      { 404: '/lost.html' },
      [
        "custom error page of 404 (/lost.html with status 200): stays, in the place of origin-response's own; now for S3's 403 as well",
      ],
    ],
    [
      'of what the function refuses',
      { 400: '/wrong.html' },
      [
        'custom error page of 400 (/wrong.html with status 200): not for what the function refuses: CloudFront has none for its answers',
      ],
    ],
    ['of what the functions leave alone', { 500: '/sorry.html', 416: '/range.html' }, []],
  ])('%s', (_rule, pages, expected) => {
    expect(notesOf(pages)).toEqual(expected)
  })

  it('without a cached S3 route nothing changes', () => {
    const api = policiesOf(settingsWith({ routes: [{ path: '/*', origin: 'api', cache: {} }] }))
    expect(notesOf({ 403: '/a.html', 404: '/b.html' }, {}, api)).toEqual([])
  })
})

it('a default root object stays', () => {
  expect(notesOf({}, { DefaultRootObject: 'index.html' })).toEqual([
    "default root object index.html: stays CloudFront's, for / and no other path. Whether functions see / or /index.html is not documented; origin-request answers / on a cached S3 route with 404, so ask for / once this is deployed",
  ])
})

it('an origin group stays, and the functions run for each of its origins', () => {
  expect(
    groupNote({
      Id: 'both',
      FailoverCriteria: { StatusCodes: { Quantity: 2, Items: [500, 503] } },
      Members: { Quantity: 2, Items: [{ OriginId: 'a' }, { OriginId: 'b' }] },
    }),
  ).toBe(
    'origin group both (a, b; on 500, 503): stays. CloudFront goes by what an origin answers, before origin-response makes anything else of it, and runs origin-request and origin-response for each origin that it asks',
  )
})
