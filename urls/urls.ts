/**
 * `rimlight/urls`, for applications, in browsers and Node: turns S3 keys and old S3 URLs into CDN URLs, and adds
 * versions and `srcset`. Strings in, strings out; the only global that is used is `TextEncoder`, for a path that is not
 * escaped. A path's route is found by the code that finds it at the edge, so the two cannot disagree.
 *
 * @example
 * ```ts
 * import { fromKey, siteOf, srcset } from 'rimlight/urls'
 * import config from './edge.config.ts'
 *
 * const site = siteOf(config)
 * const src = fromKey(site, 'photos/dusk.jpg', { version: 1706400000 })
 * const img = `<img src="${src}" srcset="${srcset(site, src)}">`
 * ```
 */
import { parseNumber } from '../edge/ladder.ts'
import { decoded } from '../edge/path.ts'
import { OTHER_IMAGE_PARAMETERS, VARIANT_PARAMETERS } from '../edge/variant.ts'
import { parseVersion } from '../edge/version.ts'
import { type Nowhere, nowhere, type Place, placeOfPath, placeOfUrl, takesImages } from './place.ts'
import { parseS3Url, pathOfKey } from './s3-url.ts'
import { type Site, type SiteRoute, UrlError } from './site.ts'

export { previewDataUrl, previewUrl } from './preview.ts'
export { type Site, type SiteRoute, siteOf, UrlError } from './site.ts'

/**
 * What tells one state of an object from the next: 1 to 64 characters of `A-Z a-z 0-9 . _ ~ -`, a whole number from 0
 * on, or a `Date`, which stands for its milliseconds since 1970. Where it is a time, the edge takes seconds and
 * milliseconds alike.
 */
export type Version = string | number | Date

/**
 * The CDN URL of an S3 key.
 *
 * @example
 * ```ts
 * fromKey(site, 'photos/a b.jpg', { version: 7 }) // 'https://cdn.example.com/photos/a%20b.jpg?v=7'
 * ```
 * @param key as S3 has it, not escaped; a leading slash is part of it
 * @param options `version`: default none; it is left out on a route without a version parameter. `bucket`: the one that
 *   the key is in, for a site with several; default: the bucket of the first route that serves the key
 * @returns a URL of the site's first domain, escaped
 * @throws UrlError (a TypeError) `wrong-key` if no URL leads to the key: it is empty, it is not well-formed Unicode, it
 *   has a control character or a `.` or `..` segment (clients and the edge resolve these, escaped ones too), or no
 *   cached S3 route serves it; `wrong-version` if the version is not one
 */
export function fromKey(
  site: Site,
  key: string,
  options: { version?: Version | null | undefined; bucket?: string | undefined } = {},
): string {
  const version = options.version == null ? '' : versionText(options.version)
  const place = placeOfKey(site, key, options.bucket)
  if (place.kind === 'nowhere') {
    throw new UrlError('key', 'one that a CDN URL can lead to', JSON.stringify(key), `: ${place.reason}`)
  }
  return versioned(urlOf(site, place), place, version)
}

/**
 * The CDN URL of the object that an S3 URL names, in whatever form: virtual-hosted, path-style, dual-stack, `s3://`,
 * without a scheme. Every other text comes back as it is, and so does an S3 URL that no cached route serves: one of
 * another bucket, or on a `cache: 'never'` route, where presigned URLs stay as signed. The region is not compared: a
 * bucket's name is unique within a partition.
 *
 * Of the query, the image parameters and the version stay, where the route has them; signatures, `versionId` and
 * `response-*` go. The fragment stays. Neither bucket nor region is in the result, unless the key, the fragment or a
 * parameter that stays has the same text. It is for URLs to read from: a presigned upload belongs to S3.
 *
 * @example
 * ```ts
 * fromS3Url(site, 'https://example-photos.s3.us-east-1.amazonaws.com/a.jpg?X-Amz-Signature=0123', { version: 7 })
 * // 'https://cdn.example.com/a.jpg?v=7'
 * ```
 * @param options `version`: takes the place of the URL's own; `null` removes that; default: the URL's own stays
 * @throws UrlError (a TypeError) `wrong-version` if the version is not one
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
 * A URL with another version. Every other byte stays. What is not the site's, or is on a route without a version
 * parameter, comes back as it is.
 *
 * @example
 * ```ts
 * withVersion(site, '/a.jpg?v=7&w=640', 8) // '/a.jpg?v=8&w=640'
 * ```
 * @param url of the CDN, or a path that begins with `/`
 * @param version takes the place of the one that the URL has, or is added; `null` removes it
 * @throws UrlError (a TypeError) `wrong-version` if the version is not one
 */
export function withVersion(site: Site, url: string, version: Version | null): string {
  const text = version === null ? null : versionText(version)
  const place = placeOfUrl(site, url)
  return place.kind === 'place' ? versioned(url, place, text) : url
}

/**
 * The value of `srcset`: the URL at each width. `w` is replaced; an `h` beside it is scaled, so that a crop keeps its
 * shape; `dpr` is removed, which would make a width untrue.
 *
 * @example
 * ```ts
 * srcset(site, '/a.jpg?v=7', [320, 640]) // '/a.jpg?v=7&w=320 320w, /a.jpg?v=7&w=640 640w'
 * ```
 * @param url of the CDN, or a path that begins with `/`
 * @param widths in pixels; default: all widths of the route. One that the route does not have is served as the next
 *   larger one that it has.
 * @returns empty for what takes no image parameters: then the `src` beside it is all there is
 * @throws UrlError (a TypeError) `wrong-widths` if a width is not a whole number above 0
 */
export function srcset(site: Site, url: string, widths?: readonly number[]): string {
  const wrong = widths?.find((width) => !Number.isSafeInteger(width) || width < 1)
  if (wrong !== undefined) throw new UrlError('widths', 'whole numbers above 0', `${wrong}`)
  const place = placeOfUrl(site, url)
  if (place.kind === 'nowhere' || !takesImages(place)) return ''
  const ladder = widths ?? place.route.widths ?? []
  return ladder.map((width) => `${inSrcset(atWidth(url, width))} ${width}w`).join(', ')
}

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
  const path = `${route.strip ?? ''}${pathOfKey(rest)}`
  const place = placeOfPath(site, path)
  if (place.kind === 'nowhere') return place
  if (place.path !== path) return nowhere('a . or .. segment does not survive in a URL')
  return place.route === route ? place : nowhere(`its path belongs to the route ${place.route.path}`)
}

const LONE_SURROGATE = /[\uD800-\uDFFF]/u

const urlOf = (site: Site, { path }: Place): string => `https://${site.domains[0]}${path}`

function versionText(version: Version): string {
  const value = typeof version === 'string' ? version : Number(version)
  if (typeof value === 'string' ? parseVersion(value) !== '' : Number.isSafeInteger(value) && value >= 0)
    return `${value}`
  const found = typeof version === 'string' ? JSON.stringify(version) : `${version}`
  throw new UrlError('version', '1 to 64 characters of A-Z a-z 0-9 . _ ~ -, a whole number or a Date', found)
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
  /^(?:[a-z0-9.,:]|%2c|%3a)+$/i.test(textOf(parameter))

/** The first that the edge would take; empty: none. */
function versionAmong(parameters: readonly string[], place: Place): string {
  const candidates = parameters.filter((parameter) => nameOf(parameter) === versionParameter(place))
  return candidates.map((parameter) => decoded(textOf(parameter))).find(parseVersion) ?? ''
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

/** The first number above 0 that a parameter has; 0: none. */
function sizeIn(url: string, name: string): number {
  const [, , query = ''] = URL_PARTS.exec(url) ?? []
  const values = query
    .split('&')
    .filter((parameter) => nameOf(parameter) === name)
    .map(textOf)
  return values.map(parseNumber).find(Boolean) ?? 0
}

function atWidth(url: string, width: number): string {
  const w = sizeIn(url, 'w')
  const h = sizeIn(url, 'h')
  const sized = withParameter(withParameter(url, 'dpr', null), 'w', `${width}`)
  return w && h ? withParameter(sized, 'h', `${Math.max(1, Math.round((h * width) / w))}`) : sized
}

/** HTML, "srcset attributes": white space ends a URL, and it neither begins nor ends with a comma. */
const inSrcset = (url: string): string => url.replace(/[\t\n\f\r ,]/g, encodeURIComponent)
