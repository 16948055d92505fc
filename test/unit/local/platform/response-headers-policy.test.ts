import { describe, expect, it, test } from 'vitest'
import type { CorsConfig, ResponseHeadersPolicy, SecurityHeadersConfig } from '../../../../bundle/policies.ts'
import { applyResponseHeadersPolicy } from '../../../../local/platform/response-headers-policy.ts'
import type { HeaderLine } from '../../../../local/protocol/messages.ts'

const list = <T>(...items: T[]) => ({ Quantity: items.length, Items: items })

const apply = (
  policy: Omit<ResponseHeadersPolicy, 'Name'>,
  request: HeaderLine[],
  response: HeaderLine[],
  method = 'GET',
) => applyResponseHeadersPolicy({ Name: 'p', ...policy }, request, response, method)

const CORS: CorsConfig = {
  AccessControlAllowOrigins: list('*'),
  AccessControlAllowHeaders: list('*'),
  AccessControlAllowMethods: list('GET'),
  AccessControlAllowCredentials: false,
  OriginOverride: true,
}

describe('CORS headers', () => {
  const preflight: HeaderLine[] = [
    ['origin', 'https://a'],
    ['access-control-request-method', 'GET'],
  ]
  const ANY: HeaderLine = ['access-control-allow-origin', '*']
  const OF_PREFLIGHT: HeaderLine[] = [
    ['access-control-allow-methods', 'GET'],
    ['access-control-allow-headers', '*'],
  ]
  it.each<[rule: string, method: string, expected: HeaderLine[]]>([
    ['a preflight', 'OPTIONS', [ANY, ...OF_PREFLIGHT]],
    ['another method', 'GET', [ANY]],
  ])('%s', (_rule, method, expected) => {
    expect(apply({ CorsConfig: CORS }, preflight, [], method)).toEqual(expected)
  })

  test('come after what is removed, and before custom headers', () => {
    const policy = {
      RemoveHeadersConfig: list({ Header: 'Vary' }),
      CorsConfig: CORS,
      CustomHeadersConfig: list({ Header: 'Vary', Value: 'x', Override: false }),
    }
    expect(apply(policy, [], [['vary', 'accept']])).toEqual([['vary', 'Origin']])
  })
})

describe('remove and custom headers', () => {
  const custom = (Header: string, Value: string, Override: boolean) => ({
    CustomHeadersConfig: list({ Header, Value, Override }),
  })
  const remove = (...names: string[]) => ({ RemoveHeadersConfig: list(...names.map((Header) => ({ Header }))) })

  it.each<[rule: string, policy: Omit<ResponseHeadersPolicy, 'Name'>, response: HeaderLine[], expected: HeaderLine[]]>([
    ['an empty policy changes nothing', {}, [['a', '1']], [['a', '1']]],
    ['a custom header is added', custom('X-A', '1', false), [], [['x-a', '1']]],
    [
      'the origin’s stays',
      custom('x-a', '1', false),
      [
        ['x-a', '2'],
        ['x-a', '3'],
      ],
      [
        ['x-a', '2'],
        ['x-a', '3'],
      ],
    ],
    [
      'override: the origin’s goes',
      custom('x-a', '1', true),
      [
        ['x-a', '2'],
        ['b', '1'],
        ['x-a', '3'],
      ],
      [
        ['b', '1'],
        ['x-a', '1'],
      ],
    ],
    ['a custom header without value', custom('x-a', '', true), [], [['x-a', '']]],
    [
      'removed, all lines',
      remove('X-A'),
      [
        ['x-a', '1'],
        ['b', '1'],
        ['x-a', '2'],
      ],
      [['b', '1']],
    ],
    ['removed first, then added', { ...remove('x-a'), ...custom('x-a', '1', false) }, [['x-a', '2']], [['x-a', '1']]],
    ['a removed Server is CloudFront’s own', remove('Server'), [['server', 'nginx']], [['server', 'CloudFront']]],
    ['also where the origin sent none', remove('server'), [], [['server', 'CloudFront']]],
    ['a removed Date', remove('date'), [['date', 'x']], []],
    [
      'lists without items',
      { RemoveHeadersConfig: { Quantity: 0 }, CustomHeadersConfig: { Quantity: 0 } },
      [['a', '1']],
      [['a', '1']],
    ],
  ])('%s', (_rule, policy, response, expected) => {
    expect(apply(policy, [], response)).toEqual(expected)
  })

  test('what it is given stays as it is', () => {
    const response: HeaderLine[] = [
      ['server', 'x'],
      ['vary', 'accept'],
    ]
    apply({ ...remove('server'), ...custom('vary', 'x', true), CorsConfig: CORS }, [['origin', 'https://a']], response)
    expect(response).toEqual([
      ['server', 'x'],
      ['vary', 'accept'],
    ])
  })
})

describe('security headers', () => {
  it.each<[config: SecurityHeadersConfig, expected: HeaderLine]>([
    [
      { StrictTransportSecurity: { Override: true, AccessControlMaxAgeSec: 63_072_000 } },
      ['strict-transport-security', 'max-age=63072000'],
    ],
    [
      {
        StrictTransportSecurity: { Override: true, AccessControlMaxAgeSec: 1, IncludeSubdomains: true, Preload: true },
      },
      ['strict-transport-security', 'max-age=1; includeSubDomains; preload'],
    ],
    [
      {
        StrictTransportSecurity: { Override: true, AccessControlMaxAgeSec: 1, IncludeSubdomains: false, Preload: true },
      },
      ['strict-transport-security', 'max-age=1; preload'],
    ],
    [{ ContentTypeOptions: { Override: true } }, ['x-content-type-options', 'nosniff']],
    [{ FrameOptions: { Override: true, FrameOption: 'DENY' } }, ['x-frame-options', 'DENY']],
    [{ ReferrerPolicy: { Override: true, ReferrerPolicy: 'same-origin' } }, ['referrer-policy', 'same-origin']],
    [
      { ContentSecurityPolicy: { Override: true, ContentSecurityPolicy: "default-src 'none'" } },
      ['content-security-policy', "default-src 'none'"],
    ],
    [{ XSSProtection: { Override: true, Protection: false } }, ['x-xss-protection', '0']],
    [{ XSSProtection: { Override: true, Protection: true } }, ['x-xss-protection', '1']],
    [{ XSSProtection: { Override: true, Protection: true, ModeBlock: true } }, ['x-xss-protection', '1; mode=block']],
    [
      { XSSProtection: { Override: true, Protection: true, ReportUri: 'https://a' } },
      ['x-xss-protection', '1; report=https://a'],
    ],
  ])('%j', (SecurityHeadersConfig, expected) => {
    expect(apply({ SecurityHeadersConfig }, [], [])).toEqual([expected])
  })

  it.each([
    [true, 'nosniff'],
    [false, 'x'],
  ])('override %s', (Override, expected) => {
    const config = { SecurityHeadersConfig: { ContentTypeOptions: { Override } } }
    expect(apply(config, [], [['x-content-type-options', 'x']])).toEqual([['x-content-type-options', expected]])
    expect(apply(config, [], [])).toEqual([['x-content-type-options', 'nosniff']])
  })
})
