/** Valid configs at random. Routes have folders of their own, so that each can be asked by itself. */
import fc from 'fast-check'
import type { Config, CorsRules, ImageRules, Route, S3Origin } from '../../edge/config.ts'

const subset = <T>(values: readonly T[], limits: fc.SubarrayConstraints = {}) => fc.subarray([...values], limits)

/** Widths from 64 on and the default ratios: all can be told apart. */
const images: fc.Arbitrary<ImageRules> = fc
  .record({
    formats: subset(['webp', 'avif'] as const, { minLength: 1 }),
    widths: subset([64, 128, 256, 640, 1080, 1920, 3840], { minLength: 1 }),
    ratios: subset(['1:1', '5:4', '4:3', '3:2', '16:9', '2:1', '4:5', '3:4', '2:3', '9:16', '1:2'], { minLength: 1 }),
    qualities: subset([30, 50, 65, 80, 90, 100], { minLength: 1 }),
    turn: fc.nat(),
  })
  .map(({ turn, ...rules }) => ({ ...rules, quality: rules.qualities[turn % rules.qualities.length] as number }))

const duration = fc.constantFrom<number>(0, 60, 3_600)

type Shape = {
  kind: 's3' | 'api' | 'never' | 'never-api'
  cache: { min: number; default: number; max: number }
  version: string | null | undefined
  query: string[]
  headers: string[]
  images: ImageRules | true | null
  cors: CorsRules | null
  pattern: string
  index: string | null
  placeholder: string | null
}

const shape: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constantFrom('s3', 's3', 's3', 'api', 'api', 'never', 'never-api'),
  cache: fc.record({ min: fc.constantFrom(0, 5), default: duration, max: fc.constantFrom(3_600, 31_536_000) }),
  version: fc.constantFrom('v', 'rev', 'x.y~z', null, undefined),
  query: subset(['page', 'term', 'a', 'B', '_', '0', 'length', 'value', 'multiValue', 'lang', 'zz'], { maxLength: 3 }),
  headers: subset(['authorization', 'x-tenant', 'accept-language', 'origin', 'range', 'accept'], { maxLength: 6 }),
  images: fc.oneof(images, fc.constantFrom<true | null>(true, null)),
  cors: fc.constantFrom<CorsRules | null>(
    null,
    { origins: '*' },
    { origins: ['https://www.example.com'], maxAge: '1h' },
    { origins: ['https://*.example.com'], credentials: true, exposeHeaders: ['x-rimlight'] },
  ),
  pattern: fc.constantFrom('*', 'x/*', '*/y-?/*', '??/*'),
  index: fc.constantFrom(null, null, 'index.html'),
  placeholder: fc.constantFrom(null, null, 'site/missing.png'),
})

function routeOf({ kind, cache, query, headers, images, version, cors, pattern, ...pages }: Shape, at: number): Route {
  const path = `/r${at}/${pattern}`
  const common = { path, cors, ...(version === undefined ? {} : { version }) }
  if (kind === 'never') return { ...common, origin: 'photos', cache: 'never' }
  if (kind === 'never-api') return { ...common, origin: 'api', cache: 'never' }
  const ttls = { ...cache, default: Math.max(cache.min, cache.default) }
  if (kind === 'api') return { ...common, origin: 'api', cache: ttls, query, headers }
  return { ...common, origin: 'photos', cache: ttls, query, images, ...pages }
}

type OriginExtras = Pick<S3Origin, 'shield' | 'failover'>

export const config: fc.Arbitrary<Config> = fc
  .record({
    shapes: fc.array(shape, { minLength: 2, maxLength: 6 }),
    last: shape,
    cacheTags: fc.boolean(),
    logs: fc.boolean(),
    dropRequest: subset(['x-forwarded-host', 'x-original-url', 'x-debug'], {}),
    setResponse: fc.constantFrom({}, { 'referrer-policy': null }, { 'x-frame-options': 'DENY', 'x-own': '1' }),
    photos: fc.constantFrom<OriginExtras>({}, {}, { shield: true }, { failover: 'replica' }),
    api: fc.constantFrom<OriginExtras>(
      {},
      {},
      { shield: 'eu-west-1', failover: { origin: 'spare', statuses: [429, 503] } },
    ),
  })
  .map(({ shapes, last, cacheTags, logs, dropRequest, setResponse, photos, api }) => ({
    domains: ['cdn.example.com', 'www.example.com'],
    canonicalHost: true,
    cacheTags,
    logs,
    origins: {
      photos: { bucket: 'example-photos', region: 'us-east-1', ...photos },
      replica: { bucket: 'example-replica', region: 'us-west-2', prefix: 'copy' },
      api: { domain: 'api.example.com', ...api },
      spare: { domain: 'spare.example.com' },
    },
    routes: [...shapes.map(routeOf), { ...routeOf(last, 0), path: '/*' }],
    headers: { dropRequest, setResponse },
  }))
