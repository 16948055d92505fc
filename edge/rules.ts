/**
 * What the handlers read: the config, compiled. This file gives the types; the values are written by
 * `build/compile.ts`, which puts them in this module's place in every bundle. Each handler gets what it imports.
 */
import type { NegotiatedFormat, PublicKeyAlgorithm } from './config.ts'
import type { Fields } from './event.ts'
import type { Jwk } from './jwk.ts'
import type { RouteTable } from './routes.ts'

/** Host names of viewers, lower case; the first is canonical. */
export declare const domains: readonly [string, ...string[]]

/** Whether viewers of the others are redirected to the first. */
export declare const canonicalHost: boolean

/** Whether responses name their cache tags. */
export declare const cacheTags: boolean

/** Whether the CloudFront Function writes into the log what it made of a request. */
export declare const logs: boolean

/** In the config's order; the index of a route here is its name in `x-rimlight-route`. */
export declare const routes: readonly RouteRule[]

/** Which route a path takes. */
export declare const routeTable: RouteTable

/** The image rules that routes share, by `RouteRule.images`. */
export declare const imageRules: readonly ImageRule[]

/** Which sources are worked on, and for how long, by `RouteRule.images`. */
export declare const imageLimits: readonly ImageLimit[]

/** By route: the buckets that the image step reads from, in the order of its `origins`; empty where it reads from none. */
export declare const buckets: readonly (readonly Bucket[])[]

/** By route: the object that is shown in the place of a missing picture; `null`: none. */
export declare const placeholders: readonly (Placeholder | null)[]

/** Request headers that viewer-request removes, Rimlight's own among them. */
export declare const dropRequest: readonly string[]

/** By route: the origins that CloudFront may send a request to: the route's own, and the one that it fails over to. */
export declare const origins: readonly (readonly OriginRule[])[]

/** By route, in seconds. */
export declare const lifetimes: readonly LifetimeRule[]

/** The public keys of tokens, by `TokenRule.keys`: as they were when the bundle was made, or where they are to be had. */
export declare const keySets: readonly KeySet[]

/** Response headers that origin-response removes; a trailing `*` matches the rest of a name. */
export declare const dropResponse: readonly string[]

/** Response headers that origin-response sets, in order. */
export declare const setResponse: readonly ResponseHeader[]

/** What a route's tokens have to be; what is left out is not asked for. */
export type TokenRule = {
  /** `authorization` may hold it. */
  bearer?: true
  /** Names of cookies and parameters that may. */
  cookieNames?: readonly string[]
  parameters?: readonly string[]
  /** It stays in the request. */
  forward?: true
  /** `iss` and `aud`. */
  issuer?: string
  audience?: string
  /** `exp` need not be there. */
  endless?: true
  /** Seconds. */
  leeway: number
  claims?: readonly ClaimRule[]
  /** The claim that holds paths. */
  path?: string
  /** Where browsers are sent. */
  redirect?: string
  /** What it may be signed with, and an index of `keySets`; absent: HS256, with a secret of the KeyValueStore. */
  algorithms?: readonly PublicKeyAlgorithm[]
  keys?: number
}

export type KeySet = { keys: readonly Jwk[] } | { url: string }

export type ClaimRule = { name: string; expected: string | number | boolean; contains?: true }

export type RouteRule = {
  /** False on a `cache: 'never'` route. */
  cached: boolean
  s3: boolean
  /** The names that the cache key may hold, sorted: `version`, `query`, image parameters. */
  parameters: readonly string[]
  version: string | null
  /** Absent: none. */
  query?: readonly string[]
  /** An index of `imageRules`; -1: no image work. */
  images: number
  /** Absent: none. */
  cors?: CorsRule
  /** What its tokens have to be; absent: none is needed here. */
  token?: TokenRule
  /** The other artefact at viewer-request verifies its tokens: this one refuses all requests. */
  closed?: true
  /** CloudFront checks signed URLs and cookies. */
  signed?: true
  /** What a path that ends in a slash stands for; absent: nothing else. */
  index?: IndexRule
}

/** `redirect`: a path whose last part has no dot is redirected to the same with a slash. */
export type IndexRule = { name: string; redirect?: true }

export type CorsRule = {
  /** A regular expression where one of them has a `*`. */
  origins: '*' | readonly string[] | RegExp
  /** What a preflight is told besides its origin. */
  preflight: Fields
}

/** Ascending, never empty. */
export type Ladder = readonly [number, ...number[]]

export type ImageRule = {
  /** Negotiated from `Accept`, the first accepted wins. */
  formats: readonly NegotiatedFormat[]
  /** What `fm` may ask for. */
  requestable: readonly string[]
  /** Pixels. */
  widths: Ladder
  /** Width ÷ height; `null`: all, see `ladder.ts`. */
  ratios: Ladder | null
  /** Whether `rect` is taken. */
  hasParts: boolean
  qualities: Ladder
  /** `q` where it is absent. */
  quality: number | 'auto'
  /** What `bg` may ask for, as six digits; absent: nothing. */
  backgrounds?: readonly string[]
  /** What `blur` is raised to, in thousandths of the longer side; absent: `blur` is dropped. */
  blurs?: Ladder
}

/** `budget`: milliseconds of encoding as AVIF. `heic`: HEIC is decoded, and not passed through. */
export type ImageLimit = { maxInputBytes: number; maxInputPixels: number; budget: number; heic?: true }

export type Bucket = { bucket: string; region: string }

/** `path`: of the key. `type`: its media type, by its extension. */
export type Placeholder = Bucket & { key: string; path: string; type: string }

export type OriginRule = {
  /** The domain names by which CloudFront may know this origin, lower case. */
  domains: readonly string[]
  /** Put before the path: empty, or `/site`. */
  prefix: string
  /** Characters that a path loses before that. */
  strip: number
  /** The same number for routes whose `auth` lets in the same viewers. */
  guard: number
}

export type LifetimeRule = {
  default: number
  missing: number
  settle: number
  /** Whether responses are for viewers with a grant alone: no cache behind CloudFront may keep them. */
  private: boolean
  /** Request headers that the cache key is made of, for `Vary`. */
  vary: readonly string[]
}

export type ResponseHeader = {
  name: string
  value: string
  /** Only for this content type; empty: for all. */
  type: string
}
