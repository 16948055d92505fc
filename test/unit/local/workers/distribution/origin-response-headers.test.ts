import { describe, expect, it, test } from 'vitest'
import type { CachePolicy, OriginRequestPolicy } from '../../../../../bundle/policies.ts'
import type { HeaderLine } from '../../../../../local/protocol/messages.ts'
import { originResponseHeaders } from '../../../../../local/workers/distribution/origin-response-headers.ts'

const named = (...Items: string[]) =>
  ({ HeaderBehavior: 'whitelist', Headers: { Quantity: Items.length, Items } }) as const

type Settings = {
  MinTTL?: number
  cookies?: 'none' | 'all'
  keyed?: CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']['HeadersConfig']
  forwarded?: OriginRequestPolicy['HeadersConfig']
  isS3?: boolean
}

function passed(headers: HeaderLine[], settings: Settings = {}): HeaderLine[] {
  const { MinTTL = 0, cookies = 'none', keyed, forwarded, isS3 = false } = settings
  const QueryStringsConfig = { QueryStringBehavior: 'none' } as const
  const cache: CachePolicy = {
    Name: 'c',
    MinTTL,
    DefaultTTL: 100,
    MaxTTL: 1_000,
    ParametersInCacheKeyAndForwardedToOrigin: {
      EnableAcceptEncodingGzip: false,
      EnableAcceptEncodingBrotli: false,
      HeadersConfig: keyed ?? { HeaderBehavior: 'none' },
      CookiesConfig: { CookieBehavior: cookies },
      QueryStringsConfig,
    },
  }
  const origin: OriginRequestPolicy = {
    Name: 'o',
    HeadersConfig: forwarded ?? { HeaderBehavior: 'none' },
    CookiesConfig: { CookieBehavior: 'none' },
    QueryStringsConfig,
  }
  return originResponseHeaders(headers, cache, origin, isS3)
}

test('what is not named stays, in its order and number', () => {
  const headers: HeaderLine[] = [
    ['content-type', 'text/css'],
    ['x-a', '1'],
    ['server', 'nginx'],
    ['x-a', '2'],
  ]
  expect(passed(headers)).toEqual(headers)
})

it.each(['connection', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade', 'via'])('%s goes', (name) => {
  expect(passed([[name, 'x']])).toEqual([])
})

describe('"Cache content based on cookies"', () => {
  const cookies: HeaderLine[] = [
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]
  test('Set-Cookie goes where cookies are not forwarded', () => expect(passed(cookies)).toEqual([]))
  test('and stays where they are', () => expect(passed(cookies, { cookies: 'all' })).toEqual(cookies))
})

describe('"Request and response behavior for Amazon S3 origins"', () => {
  const ids: HeaderLine[] = [
    ['x-amz-id-2', 'a'],
    ['x-amz-request-id', 'b'],
    ['x-amz-meta-a', 'c'],
  ]
  test('request ids go', () => expect(passed(ids, { isS3: true })).toEqual([['x-amz-meta-a', 'c']]))
  test('of a custom origin, they stay', () => expect(passed(ids)).toEqual(ids))
})

describe('"Request and response behavior for custom origins", Vary', () => {
  it.each<[rule: string, lines: string[], settings: Settings, expected: string | null]>([
    ['Accept-Encoding and Cookie stay', ['Accept-Encoding, Cookie'], {}, 'Accept-Encoding, Cookie'],
    ['what is not forwarded goes', ['Accept-Language'], {}, null],
    ['what is in the key stays', ['Accept-Language'], { keyed: named('accept-language') }, 'Accept-Language'],
    ['what is forwarded stays', ['accept'], { forwarded: named('Accept') }, 'accept'],
    ['where all is forwarded, all stays', ['X-A, X-B'], { forwarded: { HeaderBehavior: 'allViewer' } }, 'X-A, X-B'],
    [
      'of several, those that may',
      ['X-A, accept-encoding ,, X-B'],
      { forwarded: named('x-b') },
      'accept-encoding, X-B',
    ],
    ['lines become one', ['cookie', 'x-a', 'accept-encoding'], {}, 'cookie, accept-encoding'],
    ['User-Agent goes', ['User-Agent'], {}, null],
    [
      'User-Agent stays with a device header',
      ['User-Agent'],
      { keyed: named('CloudFront-Is-Mobile-Viewer') },
      'User-Agent',
    ],
    ['* with a minimum TTL of 0', ['*'], {}, '*'],
    ['* with a minimum TTL goes', ['*'], { MinTTL: 1 }, null],
  ])('%s', (_rule, lines, settings, expected) => {
    const headers = lines.map((line): HeaderLine => ['vary', line])
    expect(passed(headers, settings)).toEqual(expected === null ? [] : [['vary', expected]])
  })
})
