import { describe, expect, it, test } from 'vitest'
import type { CorsConfig } from '../../../../bundle/policies.ts'
import { applyCors, matchesOrigin } from '../../../../local/platform/cors.ts'
import type { HeaderLine } from '../../../../local/protocol/messages.ts'

const list = <T>(...items: T[]) => ({ Quantity: items.length, Items: items })

const CORS: CorsConfig = {
  AccessControlAllowOrigins: list('*'),
  AccessControlAllowHeaders: list('*', 'Authorization'),
  AccessControlAllowMethods: list('GET', 'HEAD'),
  AccessControlAllowCredentials: false,
  AccessControlMaxAgeSec: 600,
  OriginOverride: true,
}
const FROM_A: HeaderLine[] = [['origin', 'https://a.example']]
const PREFLIGHT: HeaderLine[] = [
  ...FROM_A,
  ['access-control-request-method', 'GET'],
  ['access-control-request-headers', 'X-Amz-Date, x-b'],
]
const ORIGIN_OF_A: HeaderLine = ['access-control-allow-origin', 'https://a.example']
const ORIGIN_ANY: HeaderLine = ['access-control-allow-origin', '*']
const VARY: HeaderLine = ['vary', 'Origin']
const ofPreflight = (methods: string, headers: string): HeaderLine[] => [
  ['access-control-allow-methods', methods],
  ['access-control-allow-headers', headers],
  ['access-control-max-age', '600'],
]

describe('CORS headers', () => {
  type Case = [
    rule: string,
    config: Partial<CorsConfig>,
    request: HeaderLine[],
    method: string,
    response: HeaderLine[],
    expected: HeaderLine[],
  ]
  const LISTED = { AccessControlAllowOrigins: list('https://a.example', '*.b.example') }
  it.each<Case>([
    ['any origin', {}, FROM_A, 'GET', [], [ORIGIN_ANY]],
    ['no Origin: no CORS header', {}, [], 'GET', [], [VARY]],
    ['an origin of the list', LISTED, FROM_A, 'GET', [], [VARY, ORIGIN_OF_A]],
    ['an origin that is not on it', LISTED, [['origin', 'https://c.example']], 'GET', [], [VARY]],
    [
      'a wildcard of the list',
      LISTED,
      [['origin', 'http://x.b.example']],
      'GET',
      [],
      [VARY, ['access-control-allow-origin', 'http://x.b.example']],
    ],
    ['a list and no Origin', LISTED, [], 'GET', [], [VARY]],
    ['Origin: null, where any is allowed', {}, [['origin', 'null']], 'GET', [], [ORIGIN_ANY]],
    ['Origin: null, where a list is', LISTED, [['origin', 'null']], 'GET', [], [VARY]],
    [
      'credentials',
      { AccessControlAllowCredentials: true },
      FROM_A,
      'GET',
      [],
      [ORIGIN_ANY, ['access-control-allow-credentials', 'true']],
    ],
    [
      'exposed headers',
      { AccessControlExposeHeaders: list('x-a', 'x-b') },
      FROM_A,
      'GET',
      [],
      [ORIGIN_ANY, ['access-control-expose-headers', 'x-a, x-b']],
    ],
    ['a preflight', {}, PREFLIGHT, 'OPTIONS', [], [ORIGIN_ANY, ...ofPreflight('GET, HEAD', '*, Authorization')]],
    ['OPTIONS that asks for no method is no preflight', {}, FROM_A, 'OPTIONS', [], [ORIGIN_ANY]],
    ['nor is another method', {}, PREFLIGHT, 'GET', [], [ORIGIN_ANY]],
    [
      'nor one from an origin that is not allowed',
      LISTED,
      [['origin', 'x'], ...PREFLIGHT.slice(1)],
      'OPTIONS',
      [],
      [VARY],
    ],
    [
      'ALL is every method',
      { AccessControlAllowMethods: list('ALL') },
      PREFLIGHT,
      'OPTIONS',
      [],
      [ORIGIN_ANY, ...ofPreflight('DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT', '*, Authorization')],
    ],
    [
      'a pattern of headers',
      { AccessControlAllowHeaders: list('x-c', 'x-amz-*') },
      PREFLIGHT,
      'OPTIONS',
      [],
      [ORIGIN_ANY, ...ofPreflight('GET, HEAD', 'x-c, x-amz-date')],
    ],
    [
      'override: the origin’s header goes',
      {},
      FROM_A,
      'GET',
      [
        ['access-control-allow-origin', 'x'],
        ['access-control-max-age', '5'],
      ],
      [['access-control-max-age', '5'], ORIGIN_ANY],
    ],
    [
      'no override: the origin’s headers stay, and none are added',
      { OriginOverride: false },
      FROM_A,
      'GET',
      [['access-control-expose-headers', 'x']],
      [['access-control-expose-headers', 'x']],
    ],
    [
      'no override, and the origin sent none',
      { OriginOverride: false },
      FROM_A,
      'GET',
      [['a', '1']],
      [['a', '1'], ORIGIN_ANY],
    ],
    [
      'Vary: beside what the origin says',
      LISTED,
      FROM_A,
      'GET',
      [['vary', 'accept']],
      [['vary', 'accept, Origin'], ORIGIN_OF_A],
    ],
    [
      'Vary: the origin has said so',
      LISTED,
      FROM_A,
      'GET',
      [['vary', 'accept, origin']],
      [['vary', 'accept, origin'], ORIGIN_OF_A],
    ],
    ['Vary: any origin, asked across', {}, FROM_A, 'GET', [['vary', 'accept']], [['vary', 'accept'], ORIGIN_ANY]],
  ])('%s', (_rule, config, request, method, response, expected) => {
    expect(applyCors({ ...CORS, ...config }, request, response, method === 'OPTIONS')).toEqual(expected)
  })

  test('no maximum age', () => {
    const { AccessControlMaxAgeSec: _, ...config } = CORS
    expect(applyCors(config, PREFLIGHT, [], true).map(([name]) => name)).not.toContain('access-control-max-age')
  })
})

/** "Understand response headers policies", the table of Access-Control-Allow-Origin. */
describe('matchesOrigin', () => {
  it.each([
    [
      'http://*.example.org',
      ['http://www.example.org', 'http://test.example.org'],
      ['https://test.example.org', 'https://test.example.org:123', 'http://test.example.org:123'],
    ],
    [
      '*.example.org',
      [
        'test.example.org',
        'test.test.example.org',
        '.example.org',
        'http://test.example.org',
        'https://test.example.org',
      ],
      ['http://test.example.org:123', 'https://test.example.org:123', 'https://example.org'],
    ],
    [
      'example.org',
      ['http://example.org', 'https://example.org'],
      ['https://www.example.org', 'https://example.org.evil'],
    ],
    ['http://example.org', ['http://example.org'], ['https://example.org', 'http://example.org:123']],
    ['http://example.org:*', ['http://example.org:123', 'http://example.org'], ['https://example.org:123']],
    [
      'http://example.org:1*3',
      ['http://example.org:123', 'http://example.org:1893', 'http://example.org:13'],
      ['http://example.org', 'http://example.org:12'],
    ],
    [
      '*.example.org:1*',
      ['test.example.org:123', 'https://test.example.org:1'],
      ['test.example.org:23', 'test.example.org'],
    ],
    ['http://[::1]:8080', ['http://[::1]:8080'], ['http://[::1]', 'http://[::1]:80']],
    ['http://[::1]', ['http://[::1]'], ['http://[::1]:80']],
  ])('%s', (pattern, matching, others) => {
    expect(matching.filter((origin) => !matchesOrigin(pattern, origin))).toEqual([])
    expect(others.filter((origin) => matchesOrigin(pattern, origin))).toEqual([])
  })
})
