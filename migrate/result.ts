/** What becomes of a URL of another service. */
import { placeOfUrl, takesImages } from '../urls/place.ts'
import { fromKey, type Site, UrlError, type Version } from '../urls/urls.ts'

/** Something in a URL that has no counterpart: `what` as it stands there, `e_sepia`. */
export type Lost = { what: string; reason: string }

export type Migrated =
  | {
      kind: 'url'
      /** On the site's first domain. */
      url: string
      /** What it does not do that the other one did; empty: nothing. */
      lost: readonly Lost[]
    }
  /** None that this function migrates; the URL is best left as it is. */
  | {
      kind: 'other'
      /** Whether it is one of the service's all the same, whose picture has no place on the site. */
      isTheirs: boolean
      /** What was expected, and what was found. */
      reason: string
    }

export const other = (reason: string, isTheirs = true): Migrated => ({ kind: 'other', isTheirs, reason })

export const lost = (what: string, reason: string): Lost => ({ what, reason })

/** Image parameters in the order in which they are written, each once. */
export type Parameters = Partial<Record<(typeof NAMES)[number], string>>

const NAMES = ['w', 'h', 'max-w', 'max-h', 'dpr', 'fit', 'ar', 'crop', 'fp-x', 'fp-y', 'rect', 'q', 'fm'] as const

export type KeyOptions = {
  /**
   * The S3 key of a picture, by its name in the other service. Default: the same.
   *
   * @example
   * ```ts
   * keyOf: (name) => `photos/${name}`
   * ```
   */
  keyOf?: ((name: string) => string) | undefined
  /** The bucket that they have been copied to. Default: that of the first route that serves the key. */
  bucket?: string | undefined
}

type Source = {
  key: string
  bucket: string | undefined
  version?: Version | undefined
  parameters: Parameters
  lost: readonly Lost[]
}

const NO_IMAGES = 'its route takes no image parameters'

/** The URL of a key, with the parameters that its route takes. */
export function migrated(site: Site, { key, bucket, version, parameters, lost: before }: Source): Migrated {
  const url = tryFromKey(site, key, { bucket, version })
  if (typeof url !== 'string') return url
  const place = placeOfUrl(site, url)
  const texts = NAMES.flatMap((name) => {
    const value = parameters[name]
    return value === undefined
      ? []
      : [`${name}=${encodeURIComponent(value).replace(/%(?:2C|3A)/g, decodeURIComponent)}`]
  })
  if (texts.length === 0) return { kind: 'url', url, lost: before }
  if (place.kind === 'nowhere' || !takesImages(place)) {
    return { kind: 'url', url, lost: [...before, ...texts.map((text) => lost(text, NO_IMAGES))] }
  }
  return { kind: 'url', url: `${url}${url.includes('?') ? '&' : '?'}${texts.join('&')}`, lost: before }
}

function tryFromKey(
  site: Site,
  key: string,
  options: { bucket?: string | undefined; version?: Version | undefined },
): string | Migrated {
  try {
    return fromKey(site, key, options)
  } catch (error) {
    if (!(error instanceof UrlError)) throw error
    return other(error.message)
  }
}

/** A path as its bytes say; `undefined` where they say nothing. */
export function tryDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** A number above 0, as it is written. */
export const isNumber = (text: string): boolean => /^\d+(?:\.\d+)?$/.test(text) && Number(text) > 0

/** The parameters of a query, decoded, in their order. */
export const decodedParameters = (query: string): [name: string, value: string][] =>
  query
    .split('&')
    .filter(Boolean)
    .map((text) => {
      const [, name = '', value = ''] = /^([^=]*)=?([\s\S]*)$/.exec(text) ?? []
      return [plain(name), plain(value)]
    })

const plain = (text: string): string => tryDecode(text.replaceAll('+', ' ')) ?? text

/** Host, path and query of an `http` or `https` URL, or of one without a scheme. */
export function urlParts(url: string): { host: string; path: string; query: string } | undefined {
  const [, host = '', path = '', query = ''] = /^(?:https?:)?\/\/([^/?#@\s]+)([^?#]*)\??([^#]*)/i.exec(url) ?? []
  return host === '' ? undefined : { host: host.toLowerCase().replace(/:(?:80|443)$/, ''), path, query }
}
