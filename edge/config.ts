/**
 * The shape of `edge.config.ts`: what a user writes, before defaults.
 * `build/config.ts` checks it whole and applies the defaults that are named beside the fields.
 */

/** Seconds, or a whole number with a unit: `'30s'`, `'5m'`, `'24h'`, `'365d'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

export type Config = {
  /** Host names that viewers use; the first is canonical: redirects go there from any other host. */
  domains: string[]
  /** Where CloudFront fetches from, by a name of your choice. */
  origins: Record<string, S3Origin | ApiOrigin>
  /** In order, first match wins, as CloudFront matches behaviours. The last one's path is `/*`, the default behaviour. */
  routes: Route[]
  headers?: HeaderRules
  lambda?: LambdaSettings
}

/** A private S3 bucket. `prefix` is put before every path: with `prefix: 'site'`, `/a.jpg` is the key `site/a.jpg`. */
export type S3Origin = { bucket: string; region: string; prefix?: string }

/** An HTTPS endpoint such as API Gateway. `path` is CloudFront's origin path: `/prod`. */
export type ApiOrigin = { domain: string; path?: string }

export type Route = {
  /** A CloudFront path pattern: `*` any run of characters, `?` one; case-sensitive, at most 255 characters. */
  path: string
  /** A key of `origins`. */
  origin: string
  /** `'never'`, or the cache policy's TTLs: default `24h`, max `365d`, min `0`. */
  cache: 'never' | CacheTtls
  /** The version parameter; default `v`; `null`: this route has none. */
  version?: string | null
  /** Further query parameters that belong in the cache key and reach the origin; default none. */
  query?: string[]
  /** API routes: request headers in the key that reach the origin, such as `authorization`; default none. */
  headers?: string[]
  /** Image work; needs an S3 origin. `true`: all defaults; `null`, the default: none. */
  images?: ImageRules | true | null
  /** How long a missing object (S3's 403 or 404) is cached, answered as 404; default `5m`. */
  missing?: Duration
  /** How long a timestamp version may race its own upload; default `10m`. */
  settle?: Duration
  /** Cross-origin reads; default `null`. */
  cors?: CorsRules | null
}

export type CacheTtls = {
  default?: Duration
  /** More than 0: what is not to be cached at all is `cache: 'never'`. */
  max?: Duration
  /** More than 10 s on an S3 route is an error: the handlers' short lifetimes would not hold. */
  min?: Duration
}

/** The formats that `Accept` can negotiate. */
export type NegotiatedFormat = 'webp' | 'avif'

export type ImageRules = {
  /** Negotiated from `Accept`, the first accepted wins; default `['webp']`. */
  formats?: NegotiatedFormat[]
  /** The ladder that `w` and `h` snap up to, in pixels; default `DEFAULT_WIDTHS`. */
  widths?: number[]
  /** The ladder of `w:h` for `fit=crop`; default 1:1, 5:4, 4:3, 3:2, 16:9, 2:1 and their inverses. */
  ratios?: string[]
  /** The ladder of `q`, 1 to 100; default `[50, 65, 80, 90]`. */
  qualities?: number[]
  /** `q` where it is absent; on the ladder; default 80. */
  quality?: number
  /** Larger sources pass through; default 25 MiB. */
  maxInputBytes?: number
  /** Width × height × frames, checked before decoding; default 50,000,000. */
  maxInputPixels?: number
}

export type CorsRules = {
  /** Any, or a list such as `https://www.example.com`: lower case, without a path. */
  origins: '*' | string[]
  /** How long a browser may remember a preflight; default: not stated. */
  maxAge?: Duration
}

export type HeaderRules = {
  /** Request headers that nothing behind viewer-request sees; default none. Rimlight's own are always removed. */
  dropRequest?: string[]
  /**
   * Response headers removed; a trailing `*` matches the rest of a name. Default: `x-amz-id-2`, `x-amz-request-id`,
   * `x-amz-version-id`, `x-amz-server-side-encryption*`, `x-amz-meta-*`, `server`.
   */
  dropResponse?: string[]
  /**
   * Response headers set on every response; `null` switches one of the defaults off. Default:
   * `strict-transport-security`, `x-content-type-options`, `referrer-policy`, `cross-origin-resource-policy`, and on
   * SVG alone `content-security-policy`; the README has their values.
   */
  setResponse?: Record<string, string | null>
}

export type LambdaSettings = {
  /** Default `nodejs22.x`. */
  runtime?: 'nodejs22.x' | 'nodejs24.x'
  /** MB; default 128. */
  originRequestMemory?: number
  /** MB; default 1024, at least 512 with `images`. */
  originResponseMemory?: number
}

/** The default of `ImageRules.widths`: icons to 4K, each step at most twice the last. */
export const DEFAULT_WIDTHS: readonly number[] = [
  16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840,
]

/** Types the config where it is written; checks nothing by itself. */
export const defineConfig = (config: Config): Config => config
