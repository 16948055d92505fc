/** `dist/config.json`: the config as it was built, checked and with its defaults; its sha256 is the manifest's. */
import type { NegotiatedFormat, PublicKeyAlgorithm, SharedKeyAlgorithm, TokenSource } from '../edge/config.ts'

export type Settings = {
  domains: string[]
  canonicalHost: boolean
  cacheTags: boolean
  logs: boolean
  /** By name. */
  origins: Record<string, S3OriginSettings | ApiOriginSettings>
  routes: RouteSettings[]
  /** Public keys, as PEM text, by the name of the group. */
  keyGroups: Record<string, string[]>
  headers: {
    /** Names in lower case, as all of them. */
    dropRequest: string[]
    /** A trailing `*` matches the rest of a name. */
    dropResponse: string[]
    /** What differs from the defaults; null: the default is off. */
    setResponse: Record<string, string | null>
  }
  lambda: {
    runtime: 'nodejs22.x' | 'nodejs24.x'
    /** MB. */
    originRequestMemory: number
    originResponseMemory: number
  }
}

export type S3OriginSettings = CommonOriginSettings & { bucket: string; region: string; prefix?: string | undefined }

export type ApiOriginSettings = CommonOriginSettings & {
  domain: string
  path?: string | undefined
  /** Names of the headers that CloudFront adds. */
  headers?: string[] | undefined
}

type CommonOriginSettings = { shield?: true | string | undefined; failover?: FailoverSettings | undefined }

export type FailoverSettings = {
  /** A name of `origins`. */
  origin: string
  /** Ascending. */
  statuses: number[]
}

/** Durations are seconds. */
export type RouteSettings = {
  path: string
  origin: string
  cache: 'never' | { default: number; max: number; min: number }
  /** The version parameter, or none. */
  version: string | null
  query: string[]
  headers: string[]
  images: ImageSettings | null
  missing: number
  settle: number
  cors: CorsSettings | null
  auth: SignedSettings | TokenSettings | null
  /** Of S3 routes: empty, or what paths begin with and keys do not. */
  strip: string
  /** Of cached S3 routes, as `placeholder`. */
  index: { file: string; redirect: boolean } | null
  /** A key of the bucket. */
  placeholder: string | null
}

/** What is undefined follows from the route: `build/cors.ts`. */
export type CorsSettings = {
  origins: '*' | string[]
  credentials: boolean
  methods?: string[] | undefined
  /** Names in lower case, or `*`; so are the next. */
  headers?: string[] | undefined
  exposeHeaders?: string[] | undefined
  maxAge?: number | undefined
}

/** `keyGroups`: names of the config's. */
export type SignedSettings = { type: 'signed'; keyGroups: string[] }

export type TokenSettings = {
  type: 'jwt'
  algorithms: (SharedKeyAlgorithm | PublicKeyAlgorithm)[]
  /** Null where the key is a shared one. */
  jwks: KeySource | null
  from: TokenSource[]
  issuer: string | null
  audience: string | null
  exp: 'required' | 'optional'
  leeway: number
  claims: Record<string, string | number | boolean | { contains: string }>
  /** The claim that binds a token to paths. */
  path: string | null
  forward: boolean
  redirect: string | null
}

/** Public keys as JWK: RFC 7517. */
export type KeySource = { url: string } | { keys: Record<string, unknown>[] }

export type ImageSettings = {
  formats: NegotiatedFormat[]
  /** Pixels, ascending. */
  widths: number[]
  /** Such as `3:2`; null: any. */
  ratios: string[] | null
  rect: boolean
  previews: boolean
  qualities: number[]
  quality: number | 'auto'
  /** As six digits. */
  backgrounds: string[]
  /** Thousandths of the longer side, ascending. */
  blurs: number[]
  /** Milliseconds. */
  budget: number
  heic: boolean
  /** Bytes. */
  maxInputBytes: number
  /** Width × height × frames. */
  maxInputPixels: number
}

/** The token's rules, where the key that verifies it is one that its maker has too. */
export const sharedKeyRules = ({ auth }: RouteSettings): TokenSettings | null =>
  auth?.type === 'jwt' && auth.algorithms.includes('HS256') ? auth : null

/** The token's rules, where public keys verify it. */
export const publicKeyRules = ({ auth }: RouteSettings): TokenSettings | null =>
  auth?.type === 'jwt' && auth.jwks !== null ? auth : null

/**
 * Whether responses are for those who have a grant, or who sent the same one: no cache but CloudFront's own may keep them
 * for others.
 */
export const hasPrivateResponses = ({ auth, headers, cache }: RouteSettings): boolean =>
  auth !== null || (cache !== 'never' && headers.includes('authorization'))

export const isS3 = (origin: S3OriginSettings | ApiOriginSettings): origin is S3OriginSettings => 'bucket' in origin

/** The origin of a route of a config that was checked. */
export const originOf = (settings: Settings, route: RouteSettings): S3OriginSettings | ApiOriginSettings =>
  settings.origins[route.origin] as S3OriginSettings | ApiOriginSettings

/** What a route does where its origin fails. Presigned URLs are for one bucket: a `never` route to one has no other. */
export function routeFailover(settings: Settings, route: RouteSettings): FailoverSettings | undefined {
  const origin = originOf(settings, route)
  return isS3(origin) && route.cache === 'never' ? undefined : origin.failover
}

/** The origin of a route, and the one that it fails over to, if it does. */
export function originsOf(settings: Settings, route: RouteSettings): (S3OriginSettings | ApiOriginSettings)[] {
  const other = settings.origins[routeFailover(settings, route)?.origin ?? '']
  return other ? [originOf(settings, route), other] : [originOf(settings, route)]
}
