/**
 * Paths and percent-escapes, RFC 3986. Every test here looks for what is *not* allowed: the engine's regular
 * expressions are Perl's, where `$` also matches before a final line feed.
 */

/** What a path may not hold as it is (RFC 3986, 3.3), or where a second reading of it begins: an escape, `//`, `/.`. */
const UNUSUAL = /[^A-Za-z0-9._~!$&'()*+,;=:@/-]|\/[/.]/

/** A control character, raw or escaped, or a `%` that begins no escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const MALFORMED = /[\x00-\x1f\x7f]|%(?:[01][0-9A-Fa-f]|7[Ff])|%(?![0-9A-Fa-f]{2})/

const ESCAPE = /%([0-9A-Fa-f]{2})/g

const HEX = '0123456789ABCDEF'

const NOT_UNRESERVED = /[^A-Za-z0-9._~-]/

/** RFC 3986, 3.3 and 3.4: what has to be escaped in a path; in a query value, where `&` would end it; of what goes back to the viewer. */
const NOT_IN_PATH = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$&'()*+,;=:@/%-]+/g
const NOT_IN_VALUE = /%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._~!$'()*+,;=:@/?%-]+/g
const NOT_IN_LOCATION = /[^A-Za-z0-9._~!$&'()*+,;=:@/?%-]+/g

/** One reading, nothing to escape: true of nearly every path. */
export const isPlain = (path: string): boolean => path.search(UNUSUAL) < 0

export const isMalformed = (path: string): boolean => path.search(MALFORMED) >= 0

/** Every byte of `text` in UTF-8 as an escape. */
const percentEncoded = (text: string): string =>
  new TextEncoder().encode(text).reduce((escapes, byte) => `${escapes}%${HEX[byte >> 4]}${HEX[byte & 15]}`, '')

const charOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16))

/** RFC 3986, 6.2.2.1 and 6.2.2.2: escapes in upper case, escaped unreserved characters decoded. */
export const normalizedEscapes = (text: string): string =>
  text.replace(ESCAPE, (escaped, hex) =>
    charOf(hex).search(NOT_UNRESERVED) === 0 ? escaped.toUpperCase() : charOf(hex),
  )

/** Every escape decoded to the character of its byte: enough to compare with patterns, which are ASCII. */
export const decoded = (path: string): string => path.replace(ESCAPE, (_escaped, hex) => charOf(hex))

/** RFC 3986, 5.2.4. Repeated slashes stay: they are part of an S3 key. */
function withoutDotSegments(path: string): string {
  const segments = path.split('/')
  const kept: string[] = []
  segments.forEach((segment, i) => {
    const isDots = segment === '.' || segment === '..'
    if (segment === '..') kept.pop()
    if (i > 0 && !isDots) kept.push(segment)
    if (isDots && i === segments.length - 1) kept.push('')
  })
  return `/${kept.join('/')}`
}

export const mergedAndResolved = (path: string): string => withoutDotSegments(path.replace(/\/{2,}/g, '/'))

/**
 * RFC 3986, 6.2.2, and every character that a path may not hold escaped, a `%` that begins no escape first: what is
 * decoded must not complete it. `%2F` and `%5C` stay as they are.
 */
export const canonicalPath = (path: string): string =>
  isPlain(path) ? path : withoutDotSegments(normalizedEscapes(path.replace(NOT_IN_PATH, percentEncoded)))

/** The same for a query value. */
export const canonicalValue = (value: string): string => normalizedEscapes(value.replace(NOT_IN_VALUE, percentEncoded))

/** Path and query with what a URL may not hold escaped, the rest as received; a `?` in the path is part of it. */
export const locationOf = (path: string, query: string): string =>
  path.replace(NOT_IN_LOCATION, percentEncoded).replace(/\?/g, '%3F') + query.replace(NOT_IN_LOCATION, percentEncoded)
