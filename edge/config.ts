/**
 * `rimlight`: the shape of `edge.config.ts`, as it is written, before defaults. `rimlight build` checks a config whole,
 * lists all that is wrong with it, and fills in the defaults that are named beside the fields.
 */

/** Whole seconds, or a whole number with a unit: `'30s'`, `'5m'`, `'24h'`, `'365d'`. At most `'3650d'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

/** A site: its hosts, where CloudFront fetches from, and what it does on which path. */
export type Config = {
  /** The host names that viewers use, at least one. The first is canonical. */
  domains: string[]
  /**
   * `true`: viewers of the other `domains` are redirected to the first, with 301 for GET and HEAD and 308 for other methods.
   * Preflight requests are answered where they come in, and so is every request for a name that is none of `domains`, such as
   * the distribution's own. Default `false`.
   */
  canonicalHost?: boolean
  /**
   * `true`: CloudFront keeps cache tags with what it caches, for `rimlight invalidate '#TAG'`: those in the metadata `tags` of
   * an object in S3 (`x-amz-meta-tags`) or in an API's `cache-tag` header, separated by commas, and the path that the origin
   * was asked for. Default `false`.
   */
  cacheTags?: boolean
  /**
   * `true`: the function writes of each request for a cached route which route it took, which formats its `Accept` names, and
   * its query as the cache key has it, into `viewer-request-log-data` of real-time and v2 logs, for `rimlight logs`. Default
   * `false`.
   */
  logs?: boolean
  /** Where CloudFront fetches from, by names of your choice, which routes refer to. */
  origins: Record<string, S3Origin | ApiOrigin>
  /** In order, first match wins, as CloudFront matches behaviours. The last one's path is `/*`, the default behaviour. */
  routes: Route[]
  /**
   * CloudFront's trusted key groups by name, for `auth: { type: 'signed' }`: public keys, each as PEM text or as a file
   * below the config's folder. RSA of 2048 bits or ECDSA P-256; at most five in a group. Private keys are refused here.
   * Default: none.
   */
  keyGroups?: Record<string, string[]>
  /** What is removed from requests, and removed from and set on responses. Default: see the fields. */
  headers?: HeaderRules
  /** How the Lambda@Edge functions run. Default: see the fields. */
  lambda?: LambdaSettings
}

/** A private S3 bucket, which CloudFront reads by its origin access control. */
export type S3Origin = {
  /** The bucket's name: `example-photos`. */
  bucket: string
  /** Where the bucket is: `us-east-1`. */
  region: string
  /** Put before every path: with `prefix: 'site'`, `/a.jpg` is the key `site/a.jpg`. Default: none. */
  prefix?: string
  /**
   * Origin Shield, by the code of its AWS Region; `true`: in the region that CloudFront's guide names for the bucket's.
   * Default: none.
   */
  shield?: true | string
  /** Another bucket of `origins`, such as a replica, which cached routes are served from where this one fails. Default: none. */
  failover?: string | Failover
}

/** An HTTPS endpoint such as API Gateway. */
export type ApiOrigin = {
  /** Its host name: `abc123.execute-api.us-east-1.amazonaws.com`. */
  domain: string
  /** CloudFront's origin path, put before every path: `/prod`. Default: none. */
  path?: string
  /**
   * Names of headers that CloudFront adds to every request to it, over those of viewers; at most ten. Their values are no
   * part of a config: they are parameters of the template, and `originHeaders` on this machine. Default: none.
   */
  headers?: string[]
  /**
   * Origin Shield, by the code of its AWS Region; `true`: where the domain names the API's region, the one for that.
   * Default: none.
   */
  shield?: true | string
  /** Another API of `origins`, asked where this one fails. Routes then take GET, HEAD and OPTIONS alone. Default: none. */
  failover?: string | Failover
}

/** When CloudFront asks another origin. A string in its place is the origin, with the default statuses. */
export type Failover = {
  /** A key of `origins`, of the same kind. */
  origin: string
  /**
   * What the first origin answers then; where no connection or no answer comes, the other is asked in any case. Of 403 and
   * 404 a bucket has both or none: which of them S3 gives for a missing key depends on its policy. Default
   * `DEFAULT_FAILOVER_STATUSES`.
   */
  statuses?: FailoverStatus[]
}

/** What an origin group takes: Developer Guide, "Create an origin group"; 400, 416 and 429 as of October 2026. */
export type FailoverStatus = 400 | 403 | 404 | 416 | 429 | 500 | 502 | 503 | 504

/** What happens on the paths of one pattern: a behaviour of the distribution. */
export type Route = {
  /** A CloudFront path pattern: `*` any run of characters, `?` one; case-sensitive, at most 255 characters. */
  path: string
  /** A key of `origins`. */
  origin: string
  /** How long CloudFront keeps what the origin returns: `'never'`, or the cache policy's TTLs; `{}`: their defaults. */
  cache: 'never' | CacheTtls
  /** The query parameter that holds an object's version; default `v`; `null`: the route has no versions. */
  version?: string | null
  /**
   * Further query parameters that belong in the cache key and reach the origin, such as `page` or `ids[]`; default none.
   * On routes with `images`, the names of image parameters are taken.
   */
  query?: string[]
  /** API routes: request headers in the key that reach the origin, such as `authorization`; default none. */
  headers?: string[]
  /** Resizing and converting of images; needs an S3 origin. `true`: with all defaults. Default `null`: none. */
  images?: ImageRules | true | null
  /** How long it is cached that an object is missing (S3's 403 or 404, answered as 404); default `5m`. */
  missing?: Duration
  /**
   * How far the time in a version and the time of the upload may be apart. For so long an object that is older than its
   * version counts as about to be replaced, and is not cached for long. Default `10m`.
   */
  settle?: Duration
  /** Cross-origin reads; default `null`. */
  cors?: CorsRules | null
  /** Who may read; checked on every request, cache hits included. Default `null`: everyone. */
  auth?: SignedAuth | TokenAuth | null
  /**
   * S3 routes: what a path begins with that its key does not, such as `/proxy-image` on the route `/proxy-image/*`;
   * default `null`. The cache key keeps it, the bucket never sees it.
   */
  strip?: string | null
  /**
   * Cached S3 routes: the object that a path which ends in a slash stands for: with `'index.html'`, `/docs/` is the key
   * `docs/index.html`. Default `null`: a path that ends in a slash is the key that does.
   */
  index?: string | IndexRules | null
  /**
   * Cached S3 routes: the key, as the bucket has it, of what is shown in the place of a picture that is missing, with the
   * status 404 and for as long as `missing` says. On a route with `images`, it is resized as the picture would have been.
   * Default `null`: a line of text.
   */
  placeholder?: string | null
}

/** What a path that ends in a slash stands for. */
export type IndexRules = {
  /** The name of the object, without a slash: `index.html`. */
  file: string
  /**
   * Whether a path whose last part has no dot, such as `/docs`, is redirected to the same with a slash, by 301: whether there
   * is an object of that name is not looked at. Default `false`.
   */
  redirect?: boolean
}

/**
 * CloudFront's own signed URLs and signed cookies. On such a route the format of images is not negotiated: the query is
 * part of what is signed, so `fm` says it.
 */
export type SignedAuth = {
  /** Signed URLs and signed cookies, which CloudFront checks itself. */
  type: 'signed'
  /** Names of `keyGroups`, at most four: a signature by any of their keys counts. */
  keyGroups: string[]
}

/** Verified in the CloudFront Function. Its platform has no other algorithm that signs. */
export type SharedKeyAlgorithm = 'HS256'

/** Verified in a Lambda@Edge function at viewer-request, in the place of the CloudFront Function. */
export type PublicKeyAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** `cookie:NAME` and `query:NAME` are names as they stand in the request; `authorization` is a bearer token. */
export type TokenSource = 'authorization' | `cookie:${string}` | `query:${string}`

/**
 * JSON Web Tokens: RFC 7519, as signed tokens in the compact form (RFC 7515), of at most 4,096 characters. A request with
 * two of them is refused, wherever they are.
 */
export type TokenAuth = {
  /** JSON Web Tokens, which a function at viewer-request checks. */
  type: 'jwt'
  /**
   * What a token's `alg` may be; all others are refused. With `['HS256']` the secrets are in a CloudFront KeyValueStore, by
   * `kid` (`default` for tokens without), where `rimlight keys` puts them.
   */
  algorithms: [SharedKeyAlgorithm] | PublicKeyAlgorithm[]
  /**
   * For public keys alone, and required there: where they are, as an `https:` URL or a file below the config's folder
   * (RFC 7517, 5). Default: none.
   */
  jwks?: string
  /** Where a token may be; default `['authorization']`. It is removed before the cache key is made. */
  from?: TokenSource[]
  /** What `iss` has to be; default: anything. */
  issuer?: string
  /** What `aud` has to be or to hold. Default: none, and a token that names an audience is refused (RFC 7519, 4.1.3). */
  audience?: string
  /** `'optional'`: a token without `exp` is good for ever. Default `'required'`. */
  exp?: 'required' | 'optional'
  /** How far clocks may be apart, for `exp` and `nbf`; default `30s`, at most `5m`. */
  leeway?: Duration
  /** Further claims, by equality or by what they contain: a word of a text (`scope`), an item of a list. Default none. */
  claims?: Record<
    string,
    | string
    | number
    | boolean
    | {
        /** A word of the claim's text, or an item of its list. */
        contains: string
      }
  >
  /**
   * The claim that holds a path, or a list of them, one of which the request's path has to be or to lie in:
   * `/projects/123` or `/projects/123/`, and no `/projects/1234`. Default: none, and any valid token opens all of the route.
   */
  path?: string
  /** API routes: the token stays in the request, is in the cache key, and reaches the origin. Default `false`. */
  forward?: boolean
  /**
   * Where browsers that ask for HTML are sent without a good token: an `https:` URL of a host that the config names.
   * Default: none, and they get a 401 or 403 as others do.
   */
  redirect?: string
}

/** The TTLs of a cache policy: how long CloudFront keeps a response, by what the origin says of it. */
export type CacheTtls = {
  /** Where the origin says nothing; default `24h`. */
  default?: Duration
  /**
   * The most, whatever the origin says; default `365d`. It has to be more than 0: what is not to be cached at all is
   * `cache: 'never'`.
   */
  max?: Duration
  /**
   * The least, whatever the origin says; default 0. More than 10 s on an S3 route is an error: the short lifetimes that
   * Rimlight gives to failures would not hold.
   */
  min?: Duration
}

/** A format that viewers can be given for their `Accept` header alone. */
export type NegotiatedFormat = 'webp' | 'avif'

/** How images are resized and converted: `?w=640&h=480&fit=crop&q=80&fm=webp&dpr=2`. */
export type ImageRules = {
  /**
   * In order of preference: the first that the viewer's `Accept` header names is served. Recommended: `['avif', 'webp']`, with
   * which whoever takes AVIF gets 16 to 25 % fewer bytes. Default `['webp']`.
   */
  formats?: NegotiatedFormat[]
  /**
   * In pixels: `w` and `h` become the next larger of these, or the largest. At most 16,383 each. Default
   * `DEFAULT_WIDTHS`.
   */
  widths?: number[]
  /**
   * Width to height of cuts, such as `'3:2'`: the nearest is taken. Default `null`: any from 1:16 to 16:1, kept within
   * 1.4 %.
   */
  ratios?: string[] | null
  /**
   * Whether `rect` names a part of the source, as editors in content management systems cut pictures; default `true`.
   * There are more parts of a picture than of anything else: the build prints how many. `false`: `rect` is dropped.
   */
  rect?: boolean
  /** 1 to 100: `q` becomes the nearest of these, the higher of two. Default `[50, 65, 80, 90]`. */
  qualities?: number[]
  /**
   * The quality where a request has no `q`; one of `qualities`. `'auto'`: of WebP the lowest from 64 to 80 at which a picture
   * looks as good as others do at 80, found anew for each; of other formats 80. Default 80.
   */
  quality?: number | 'auto'
  /**
   * `true`: three more formats for what pages show until a picture is there. `fm=preview`: a WebP 16 pixels wide, of some
   * hundred bytes; `fm=thumbhash`: 25 bytes that scripts make a picture of; `fm=json`: the source's size and colour. They
   * are of the whole source, and take no other parameter. Default `false`.
   */
  previews?: boolean
  /**
   * Colours that `bg` may ask for, such as `'ffffff'`: what shows through where a picture is transparent. Default none: `bg` is
   * dropped. At most 16.
   */
  backgrounds?: string[]
  /**
   * How far `blur` may ask to blur, in thousandths of the longer side, 1 to 100: `blur` becomes the next larger of these, or
   * the largest. Of what moves, the first picture is shown. Default none: `blur` is dropped.
   */
  blurs?: number[]
  /**
   * Milliseconds that encoding one rendition as AVIF may take for the sake of fewer bytes, as predicted for the function's
   * memory: the more, the more effort. Without any, AVIF is encoded with no effort, in about half of WebP's time. Default 700.
   */
  budget?: number
  /**
   * `true`: HEIC sources, as phones take photographs, are decoded, whatever they are called. It takes the package `libheif-js`
   * (LGPL-3.0) beside Rimlight, which the build puts into origin-response.zip as it is. HEVC, which is in them, is patented:
   * whether you need a licence is yours to find out. Default `false`: they are served as they are.
   */
  heic?: boolean
  /** A larger source is served as it is. Default 25 MiB (26,214,400). */
  maxInputBytes?: number
  /** A source with more pixels, width × height × frames, is served as it is; it is not decoded. Default 50,000,000. */
  maxInputPixels?: number
}

/** Which other sites' scripts may read what a route serves. */
export type CorsRules = {
  /**
   * `'*'`: any; or origins such as `https://www.example.com`, in lower case, without a path. `https://*.example.com` are
   * all subdomains, of any depth; `:*` at the end is any port.
   */
  origins: '*' | string[]
  /** Whether scripts may send cookies and read the answer; never with `origins: '*'`. Default `false`. */
  credentials?: boolean
  /** Routes that take every method, such as those of APIs: which ones scripts may use. Default: all. */
  methods?: ('GET' | 'HEAD' | 'OPTIONS' | 'PUT' | 'PATCH' | 'POST' | 'DELETE')[]
  /**
   * Request headers that scripts may set; `'*'`: any but `authorization`. Default `['*']`, and `authorization` on API
   * routes and on private ones; with `credentials`: `authorization`, `content-type` and `range`.
   */
  headers?: string[]
  /** Response headers that scripts may read beside the usual ones, such as `x-rimlight`; default none. */
  exposeHeaders?: string[]
  /** How long a browser may remember the answer to a preflight request. Default: it is not told, and browsers take 5 s. */
  maxAge?: Duration
}

/** Headers by name, in any case. */
export type HeaderRules = {
  /** Request headers that are removed before the cache and the origin see them. Default none; Rimlight's own always are. */
  dropRequest?: string[]
  /**
   * Response headers that are removed; a `*` at the end stands for the rest of a name. Default: `x-amz-id-2`, `x-amz-request-id`,
   * `x-amz-version-id`, `x-amz-server-side-encryption*`, `x-amz-meta-*`, `server`.
   */
  dropResponse?: string[]
  /**
   * Response headers that are set on every response; `null` switches one of the defaults off. Default:
   * `strict-transport-security`, `x-content-type-options`, `referrer-policy`, `cross-origin-resource-policy`, and on
   * SVG alone `content-security-policy`; docs/requests.md has their values.
   */
  setResponse?: Record<string, string | null>
}

/** How the Lambda@Edge functions run. */
export type LambdaSettings = {
  /** Lambda's name of the runtime; default `nodejs22.x`. */
  runtime?: 'nodejs22.x' | 'nodejs24.x'
  /** Of the origin-request function, in MB, 128 to 10240; default 128. */
  originRequestMemory?: number
  /** Of the origin-response function, in MB, 128 to 10240; default 1024; at least 512 where a route has `images`. */
  originResponseMemory?: number
}

/** The default of `ImageRules.widths`, in pixels: from icons to 4K, each at most twice the one before. */
export const DEFAULT_WIDTHS: readonly number[] = [
  16, 32, 48, 64, 96, 128, 256, 384, 640, 750, 828, 1080, 1200, 1920, 2048, 3840,
]

/** The default of `Failover.statuses`: the origin can't answer, whatever it was asked. */
export const DEFAULT_FAILOVER_STATUSES: readonly FailoverStatus[] = [500, 502, 503, 504]

/** The default of `HeaderRules.dropResponse`: what S3 says of itself, and of an object to its owner. */
export const DEFAULT_DROP_RESPONSE: readonly string[] = [
  'x-amz-id-2',
  'x-amz-request-id',
  'x-amz-version-id',
  'x-amz-server-side-encryption*',
  'x-amz-meta-*',
  'server',
]

/** The other defaults of `ImageRules`. */
export const DEFAULT_FORMATS: readonly NegotiatedFormat[] = ['webp']
export const DEFAULT_QUALITIES: readonly number[] = [50, 65, 80, 90]
export const DEFAULT_QUALITY = 80
export const DEFAULT_BUDGET_MS = 700

/**
 * Gives the config its type where it is written, so that an editor completes and checks it. Nothing is checked when it
 * runs: `rimlight build` does that.
 *
 * @example
 * ```ts
 * // edge.config.ts
 * import { defineConfig } from 'rimlight'
 *
 * export default defineConfig({
 *   domains: ['cdn.example.com'],
 *   origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
 *   routes: [
 *     { path: '/drafts/*', origin: 'photos', cache: 'never' },
 *     { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true },
 *   ],
 * })
 * ```
 * @returns the very object
 */
export const defineConfig = (config: Config): Config => config
