/** What of a config URLs are made with, and the error of whoever makes them. */
import { type Config, DEFAULT_WIDTHS, type NegotiatedFormat, type Route, type S3Origin } from '../edge/config.ts'

/**
 * The part of a config that these functions need: what `siteOf(config)` returns, or a literal. It is plain data, so a
 * server can send it to browsers as JSON.
 *
 * @example
 * ```ts
 * const site: Site = {
 *   domains: ['cdn.example.com'],
 *   routes: [{ path: '/*', bucket: 'example-photos', widths: [320, 640, 1280] }],
 * }
 * ```
 */
export type Site = {
  /** The host names that viewers use; URLs are made with the first. At least one. */
  domains: readonly string[]
  /** In the config's order: the first whose path matches decides, as at the edge. */
  routes: readonly SiteRoute[]
}

/** A route of a `Site`. */
export type SiteRoute = {
  /** A CloudFront path pattern: `/*`, `/photos/*.jpg`. */
  path: string
  /** The bucket of a cached S3 route. Without one, no key and no S3 URL leads to this route. Default: none. */
  bucket?: string
  /** What keys begin with that paths do not: with `prefix: 'site'`, the key `site/a.jpg` is `/a.jpg`. Default: none. */
  prefix?: string
  /** What paths begin with that keys do not: with `strip: '/x'`, the path `/x/a.jpg` is the key `a.jpg`. Default: none. */
  strip?: string
  /** The query parameter that holds the version; default `v`; `null`: the route has no versions. */
  version?: string | null
  /** The widths that images are resized to, in pixels, ascending. Without them the route takes no image parameters. */
  widths?: readonly number[]
  /** What follows matters to URLs that are signed. A route that is never cached: its URLs are left as they are. */
  cache?: 'never'
  /** Further parameters that the route keeps; default none. */
  query?: readonly string[]
  /** With `widths`, as in the config, and with its defaults. */
  formats?: readonly NegotiatedFormat[]
  ratios?: readonly string[] | null
  rect?: boolean
  previews?: boolean
  qualities?: readonly number[]
  quality?: number | 'auto'
  backgrounds?: readonly string[]
  blurs?: readonly number[]
}

/** An argument of these functions is not right. The message is for people; the three fields are for programs. */
export class UrlError extends TypeError {
  /** Which argument: `wrong-domains`, `wrong-key`, `wrong-version` or `wrong-widths`. */
  declare readonly code: `wrong-${string}`
  /** What would have been right: `whole numbers above 0`. */
  declare readonly expected: string
  /** What was there instead, as the message has it: text in quotes. */
  declare readonly found: string

  constructor(argument: 'domains' | 'key' | 'version' | 'widths', expected: string, found: string, reason = '') {
    super(`${argument}: expected ${expected}, found ${found}${reason}`)
    this.code = `wrong-${argument}`
    this.expected = expected
    this.found = found
  }
}

/**
 * The part of a config that the other functions need. The config has to be one that `rimlight build` accepts: nothing
 * but its domains is checked here.
 *
 * @example
 * ```ts
 * siteOf(config) // { domains: ['cdn.example.com'], routes: [{ path: '/*', version: 'v', bucket: 'example-photos' }] }
 * ```
 * @returns plain data, with the defaults of `version` and `widths` filled in
 * @throws UrlError (a TypeError) `wrong-domains` if the config has no domain
 */
export function siteOf(config: Config): Site {
  if (config.domains.length === 0) throw new UrlError('domains', 'at least one host name', 'none')
  return {
    domains: config.domains.map((domain) => domain.toLowerCase()),
    routes: config.routes.map((route) => siteRouteOf(route, config)),
  }
}

function siteRouteOf(route: Route, config: Config): SiteRoute {
  const path = route.path
  if (route.cache === 'never') return { path, version: null, cache: 'never' }
  const version = route.version === undefined ? 'v' : route.version
  const query = route.query?.length ? { query: route.query } : {}
  const origin = config.origins[route.origin]
  if (!origin || !('bucket' in origin)) return { path, version, ...query }
  return {
    path,
    version,
    ...query,
    ...placeInBucket(origin),
    ...(route.strip && { strip: route.strip }),
    ...(route.images && imagesOf(route.images)),
  }
}

const placeInBucket = ({ bucket, prefix }: S3Origin) => (prefix ? { bucket, prefix } : { bucket })

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b)

/** The rules for images, without what is left to a default, except for the widths. */
function imagesOf(images: NonNullable<Route['images']>) {
  const { formats, widths, ratios, rect, previews, qualities, quality, backgrounds, blurs } =
    images === true ? {} : images
  return {
    widths: widths ? ascending(widths) : DEFAULT_WIDTHS,
    ...(formats && { formats }),
    ...(ratios && { ratios }),
    ...(rect === false && { rect }),
    ...(previews && { previews }),
    ...(qualities && { qualities: ascending(qualities) }),
    ...(quality !== undefined && { quality }),
    ...(backgrounds && { backgrounds: backgrounds.map((colour) => colour.toLowerCase()) }),
    ...(blurs && { blurs: ascending(blurs) }),
  }
}
