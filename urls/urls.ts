/**
 * For applications, in browsers and Node: S3 keys and old S3 URLs become CDN URLs; versions and `srcset` are added.
 * Strings in, strings out; no global but `TextEncoder`, and that only for a path that came unescaped. A path's route is
 * found by the code that finds it at the edge, so the two can't disagree.
 */
import { type Config, DEFAULT_WIDTHS, type Route, type S3Origin } from '../edge/config.ts'
import { normalizedEscapes } from '../edge/path.ts'
import { routeTableOf } from '../edge/patterns.ts'
import { routeOf } from '../edge/routes.ts'
import { extensionOf, OTHER_IMAGE_PARAMETERS, takesImageParameters, VARIANT_PARAMETERS } from '../edge/variant.ts'
import { parseVersion } from '../edge/version.ts'
import { parseS3Url, pathOfKey } from './s3-url.ts'

/** What of a config these helpers need: `siteOf(config)`, or a literal. Plain data, so it survives JSON. */
export type Site = {
  /** Host names of viewers; URLs are made with the first. */
  domains: readonly string[]
  /** In the config's order; the first whose path matches decides, as at the edge. */
  routes: readonly SiteRoute[]
}

export type SiteRoute = {
  /** A CloudFront path pattern: `/*`. */
  path: string
  /** The bucket behind a cached S3 route. Without one nothing is converted to a URL of this route. */
  bucket?: string
  /** As in the config: with `prefix: 'site'`, the key `site/a.jpg` is `/a.jpg`. */
  prefix?: string
  /** The version parameter; default `v`; `null`: none. */
  version?: string | null
  /** The ladder of a route with images, in pixels; without it the route takes no image parameters. */
  widths?: readonly number[]
}

/** 1 to 64 characters of `A-Z a-z 0-9 . _ ~ -`, a whole number, or a `Date`, which stands for its milliseconds. */
export type Version = string | number | Date

/**
 * The site of a config that `npm run build` accepts.
 * @throws TypeError if the config has no domain
 */
export function siteOf(config: Config): Site {
  if (config.domains.length === 0) throw new TypeError('domains: expected at least one host name, found none')
  return {
    domains: config.domains.map((domain) => domain.toLowerCase()),
    routes: config.routes.map((route) => siteRouteOf(route, config)),
  }
}

function siteRouteOf(route: Route, config: Config): SiteRoute {
  const path = route.path
  if (route.cache === 'never') return { path, version: null }
  const version = route.version === undefined ? 'v' : route.version
  const origin = config.origins[route.origin]
  if (!origin || !('bucket' in origin)) return { path, version }
  return { path, version, ...placeInBucket(origin), ...(route.images && { widths: widthsOf(route.images) }) }
}

const placeInBucket = ({ bucket, prefix }: S3Origin) => (prefix ? { bucket, prefix } : { bucket })

const widthsOf = (images: NonNullable<Route['images']>): readonly number[] =>
  (images !== true && images.widths) || DEFAULT_WIDTHS

/**
 * The CDN URL of an S3 key: `https://cdn.example.com/photos/a%20b.jpg?v=7`. The key is raw and exact: a leading slash
 * is part of it. On a route without a version parameter the version is left out.
 * @param options `bucket`: the key's own, for a site with several; default: that of the first route that serves the key
 * @throws TypeError if no URL leads to the key: it is empty, not well-formed Unicode, has a control character or a `.`
 *   or `..` segment (clients and the edge resolve these, escaped ones too), or no cached S3 route serves it; or if the
 *   version is not one
 */
export function fromKey(
  site: Site,
  key: string,
  options: { version?: Version | null | undefined; bucket?: string | undefined } = {},
): string {
  const version = options.version == null ? '' : versionText(options.version)
  const place = placeOfKey(site, key, options.bucket)
  if (place.kind === 'nowhere') {
    throw new TypeError(`key: expected one that a CDN URL can lead to, found ${JSON.stringify(key)}: ${place.reason}`)
  }
  return versioned(urlOf(site, place), place, version)
}

/**
 * The CDN URL of an object that any S3 URL names, `s3://` and protocol-relative ones included. Every other text comes
 * back as it is, and so does an S3 URL that no cached route serves (another bucket; a `never` route, where presigned
 * URLs stay as signed). The region is not compared: within a partition a bucket's name is unique.
 *
 * Of the query, what the route knows stays: image parameters and the version, which `version` replaces and `null`
 * removes. Signatures, `versionId` and `response-*` go; the fragment stays. Neither bucket nor region is in the
 * result, unless the key, the fragment or a parameter that stays has the same text. For URLs to read from: a presigned
 * upload belongs to S3.
 * @throws TypeError if the version is not one
 */
export function fromS3Url(site: Site, url: string, options: { version?: Version | null | undefined } = {}): string {
  const given = options.version == null ? '' : versionText(options.version)
  const address = parseS3Url(url)
  if (address.kind === 'other') return url
  const place = placeOfKey(site, address.key, address.bucket)
  if (place.kind === 'nowhere') return url
  const parameters = address.query.split('&')
  const images = takesImages(place) ? parameters.filter(isImageParameter).join('&') : ''
  const version = options.version === undefined ? versionAmong(parameters, place) : given
  return versioned(`${urlOf(site, place)}${images && '?'}${images}`, place, version) + address.fragment
}

/**
 * A URL of the CDN, or a path that begins with `/`, with this version in place of any that it has; `null` removes it.
 * Every other byte stays. What is not the site's, or on a route without a version parameter, comes back as it is.
 * @throws TypeError if the version is not one
 */
export function withVersion(site: Site, url: string, version: Version | null): string {
  const text = version === null ? null : versionText(version)
  const place = placeOfUrl(site, url)
  return place.kind === 'place' ? versioned(url, place, text) : url
}

/**
 * `url?w=320 320w, url?w=640 640w`: a URL of the CDN, or a path that begins with `/`, at each width. Replaces `w`;
 * scales an `h` that stands beside it, so that a crop keeps its shape; removes `dpr`, which would make a width untrue.
 * Empty for what takes no image parameters: the `src` beside it is all there is.
 * @param widths in pixels; default: the route's ladder. What is not on the ladder is served as the next rung up.
 * @throws TypeError if a width is not a whole number above 0
 */
export function srcset(site: Site, url: string, widths?: readonly number[]): string {
  const wrong = widths?.find((width) => !Number.isSafeInteger(width) || width < 1)
  if (wrong !== undefined) throw new TypeError(`widths: expected whole numbers above 0, found ${wrong}`)
  const place = placeOfUrl(site, url)
  if (place.kind === 'nowhere' || !takesImages(place)) return ''
  const ladder = widths ?? place.route.widths ?? []
  return ladder.map((width) => `${inSrcset(atWidth(url, width))} ${width}w`).join(', ')
}

/** `path` is canonical: the edge passes it on as it is. */
type Place = { kind: 'place'; path: string; route: SiteRoute }
type Nowhere = { kind: 'nowhere'; reason: string }

const nowhere = (reason: string): Nowhere => ({ kind: 'nowhere', reason })

function placeOfKey(site: Site, key: string, bucket: string | undefined): Place | Nowhere {
  const routes = site.routes.filter((route) => route.bucket && (bucket === undefined || route.bucket === bucket))
  const places = routes.map((route) => placeOnRoute(site, route, key))
  return places.find((place) => place.kind === 'place') ?? places.at(-1) ?? nowhere('no cached route has its bucket')
}

function placeOnRoute(site: Site, route: SiteRoute, key: string): Place | Nowhere {
  const prefix = route.prefix ? `${route.prefix.replace(/^\/|\/$/g, '')}/` : ''
  if (!key.startsWith(prefix)) return nowhere(`it does not begin with ${prefix}`)
  const rest = key.slice(prefix.length)
  if (rest === '') return nowhere('it is empty')
  if (LONE_SURROGATE.test(rest)) return nowhere('it is not well-formed Unicode')
  const path = pathOfKey(rest)
  const place = placeOfPath(site, path)
  if (place.kind === 'nowhere') return place
  if (place.path !== path) return nowhere('a . or .. segment does not survive in a URL')
  return place.route === route ? place : nowhere(`its path belongs to the route ${place.route.path}`)
}

const LONE_SURROGATE = /[\uD800-\uDFFF]/u

/** Host and path of a URL; without a host, the path has to begin with a slash. */
const HOST_AND_PATH = /^(?:(?:https?:)?\/\/([^/?#]+)|(?=\/))([^?#]*)/i

function placeOfUrl(site: Site, url: string): Place | Nowhere {
  const [, host, path] = HOST_AND_PATH.exec(url) ?? []
  if (path === undefined) return nowhere('it is neither a URL nor a path')
  const isOurs = (domain: string) => domain.toLowerCase() === host?.toLowerCase()
  if (host && !site.domains.some(isOurs)) return nowhere(`it is not on ${site.domains[0]}`)
  return placeOfPath(site, path || '/')
}

const REFUSALS = {
  malformed: 'it has a control character or a broken escape',
  ambiguous: 'its path leads to different routes, depending on how it is read',
}

function placeOfPath(site: Site, path: string): Place | Nowhere {
  // A literal site may have no route for every path: then the default is none of its own.
  const routing = routeOf(path, routeTableOf([...site.routes.map((route) => route.path), '/*']))
  if (routing.kind === 'refused') return nowhere(REFUSALS[routing.reason])
  const route = site.routes[routing.index]
  return route ? { kind: 'place', path: routing.canonical, route } : nowhere('no route matches its path')
}

const urlOf = (site: Site, { path }: Place): string => `https://${site.domains[0]}${path}`

const takesImages = ({ route, path }: Place): boolean =>
  route.widths !== undefined && takesImageParameters(extensionOf(path))

function versionText(version: Version): string {
  const value = typeof version === 'string' ? version : Number(version)
  if (typeof value === 'string' ? parseVersion(value) !== '' : Number.isSafeInteger(value) && value >= 0)
    return `${value}`
  const found = typeof version === 'string' ? JSON.stringify(version) : version
  throw new TypeError(
    `version: expected 1 to 64 characters of A-Z a-z 0-9 . _ ~ -, a whole number or a Date, found ${found}`,
  )
}

const versionParameter = ({ route }: Place): string | null => (route.version === undefined ? 'v' : route.version)

/** `null` removes; an empty version, or a route without a version parameter, changes nothing. */
function versioned(url: string, place: Place, version: string | null): string {
  const name = versionParameter(place)
  return name === null || version === '' ? url : withParameter(url, name, version)
}

const nameOf = (parameter: string): string => parameter.replace(/=[\s\S]*/, '')
const textOf = (parameter: string): string => parameter.slice(nameOf(parameter).length + 1)

/** The edge parses the values; what it never takes stays out of the URL. */
const isImageParameter = (parameter: string): boolean =>
  [...VARIANT_PARAMETERS, ...OTHER_IMAGE_PARAMETERS].includes(nameOf(parameter)) &&
  /^[a-z0-9.]+$/.test(textOf(parameter))

/** The first that the edge would take; empty: none. */
function versionAmong(parameters: readonly string[], place: Place): string {
  const candidates = parameters.filter((parameter) => nameOf(parameter) === versionParameter(place))
  return candidates.map((parameter) => normalizedEscapes(textOf(parameter))).find(parseVersion) ?? ''
}

/** All before the query, the query, the fragment with its `#`. */
const URL_PARTS = /^([^?#]*)\??([^#]*)([\s\S]*)$/

/** Sets the first parameter of this name in its place, or adds it, and removes any other; `null` removes all. */
function withParameter(url: string, name: string, value: string | null): string {
  const [, path = '', query = '', fragment = ''] = URL_PARTS.exec(url) ?? []
  const parameters = query.split('&')
  const first = parameters.findIndex((parameter) => nameOf(parameter) === name)
  if (first < 0) return value === null ? url : `${path}?${query}${query && '&'}${name}=${value}${fragment}`
  const kept = parameters
    .map((parameter, i) => (i === first && value !== null ? `${name}=${value}` : parameter))
    .filter((parameter, i) => nameOf(parameter) !== name || (i === first && value !== null))
    .join('&')
  return `${path}${kept && '?'}${kept}${fragment}`
}

/** The first whole number above 0 that a parameter has; 0: none. */
function sizeIn(url: string, name: string): number {
  const [, , query = ''] = URL_PARTS.exec(url) ?? []
  const values = query
    .split('&')
    .filter((parameter) => nameOf(parameter) === name)
    .map(textOf)
  return Number(values.find((value) => /^0*[1-9]\d*$/.test(value)) ?? 0)
}

function atWidth(url: string, width: number): string {
  const w = sizeIn(url, 'w')
  const h = sizeIn(url, 'h')
  const sized = withParameter(withParameter(url, 'dpr', null), 'w', `${width}`)
  return w && h ? withParameter(sized, 'h', `${Math.max(1, Math.round((h * width) / w))}`) : sized
}

/** HTML, "srcset attributes": white space ends a URL, and it neither begins nor ends with a comma. */
const inSrcset = (url: string): string => url.replace(/[\t\n\f\r ,]/g, encodeURIComponent)
