/**
 * URLs as viewer-request spells them: what is signed is a URL's exact text, so it has to be the one that the edge, and
 * every browser, leaves as it is. The rules are those of the edge itself.
 */
import { DEFAULT_FORMATS, DEFAULT_QUALITIES, DEFAULT_QUALITY } from '../edge/config.ts'
import { imageRuleOf, keyParameters, type Ladders } from '../edge/image-rule.ts'
import { asciiOf, asciiPath } from '../edge/path.ts'
import { canonicalQuery, parseQuery } from '../edge/query.ts'
import { SIGNING_PARAMETERS } from '../edge/signed.ts'
import { extensionOf, type Variant, variantOf } from '../edge/variant.ts'
import { type Nowhere, type Place, placeOfUrl, takesImages } from './place.ts'
import type { Site, SiteRoute } from './site.ts'

export type CanonicalUrl = {
  kind: 'url'
  host: string
  path: string
  /** Without its `?`; empty: none. */
  query: string
  /** With its `#`, as received; empty: none. No server gets to see it. */
  fragment: string
}

/** What of a URL, or of a path that begins with `/`, its route keeps, as it goes into the cache key. */
export function canonicalUrl(site: Site, url: string): CanonicalUrl | Nowhere {
  const place = placeOfUrl(site, url)
  if (place.kind === 'nowhere') return place
  const [, path = '', query = '', fragment = ''] = /^([^?#]*)\??([^#]*)([\s\S]*)$/.exec(url) ?? []
  const [, host = site.domains[0] ?? '', received = ''] = /^(?:(?:https?:)?\/\/([^/]+))?(.*)$/is.exec(path) ?? []
  return {
    kind: 'url',
    host: host.toLowerCase(),
    // Of an API's paths the edge leaves every byte; a URL can't hold all that a path can.
    path: place.route.bucket ? place.path : asciiPath(received || '/'),
    query: inBrowsers(place.route.cache === 'never' ? unsigned(asciiOf(query)) : keptQuery(query, place)),
    fragment,
  }
}

/** URL Standard, "special-query percent-encode set": what RFC 3986 allows there, and browsers escape all the same. */
const inBrowsers = (query: string): string => query.replace(/'/g, '%27')

/** A query without an earlier signature, as there may be only one of each of its parameters. */
const unsigned = (query: string): string =>
  query
    .split('&')
    .filter((parameter) => !SIGNING_PARAMETERS.includes(parameter.replace(/=.*/s, '')))
    .join('&')

function keptQuery(text: string, place: Place): string {
  const query = parseQuery(text)
  const ladders = takesImages(place) ? laddersOf(place.route) : null
  // What is negotiated is none of the URL's business.
  const variant: Variant = ladders ? variantOf(query, undefined, extensionOf(place.path), imageRuleOf(ladders)) : {}
  return canonicalQuery(query, routeRule(place.route), variant)
}

function routeRule(route: SiteRoute) {
  const version = route.version === undefined ? 'v' : route.version
  const query = route.query ?? []
  const parameters = keyParameters(version, query, route.widths ? laddersOf(route) : null)
  return { parameters, version, query, cached: true, s3: route.bucket !== undefined, images: -1 }
}

const laddersOf = (route: SiteRoute): Ladders => ({
  formats: route.formats ?? DEFAULT_FORMATS,
  widths: route.widths ?? [],
  ratios: route.ratios ?? null,
  rect: route.rect ?? true,
  previews: route.previews ?? false,
  qualities: route.qualities ?? DEFAULT_QUALITIES,
  quality: route.quality ?? DEFAULT_QUALITY,
  backgrounds: route.backgrounds,
  blurs: route.blurs,
})
