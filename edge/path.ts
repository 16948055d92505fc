/**
 * Paths and percent-escapes, RFC 3986. Every test here looks for what is *not* allowed: the engine's regular
 * expressions are Perl's, where `$` also matches before a final line feed, and letters in any case are also two beyond
 * ASCII (K and ſ): `i` stands on what is ASCII by then, or has no such letter.
 */

/** What a path may not hold as it is (RFC 3986, 3.3), or where a second reading of it begins: an escape, `//`, `/.`. */
const UNUSUAL = /[^A-Za-z0-9._~!$&'()*+,;=:@/-]|\/[/.]/

/** A control character, raw or escaped, or a `%` that begins no escape. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const MALFORMED = /[\x00-\x1f\x7f]|%(?:[01][0-9a-f]|7f)|%(?![0-9a-f]{2})/i

const ESCAPE = /%([0-9a-f]{2})/gi
const ASCII_ESCAPE = /%([0-7][0-9a-f])/gi

/** One character in UTF-8: its first byte and what follows. */
const BEYOND_ASCII = /%[89a-f][0-9a-f](?:%[89ab][0-9a-f])*/gi

/** RFC 3986, 2.3. */
export const NOT_UNRESERVED = /[^A-Za-z0-9._~-]/

/** What a path and a query may hold as it is (RFC 3986, 3.3 and 3.4), but for `&` and `?`. */
const COMMON = "a-z0-9._~!$'()*+,;=:@/%-"

const BROKEN_OR = '%(?![0-9a-f]{2})|'

const allBut = (more: string, or: string): RegExp => new RegExp(`${or}[^${more}${COMMON}]+`, 'gi')

/** What has to be escaped in a path; in a query value, which `&` would end. */
const NOT_IN_PATH = /* @__PURE__ */ allBut('&', BROKEN_OR)
const NOT_IN_VALUE = /* @__PURE__ */ allBut('?', BROKEN_OR)

/** The same of what goes back to the viewer, where escapes are left as they are, broken or not. */
const NOT_IN_LOCATION = /* @__PURE__ */ allBut('&?', '')

/** One reading, nothing to escape: true of nearly every path. */
export const isPlain = (path: string): boolean => path.search(UNUSUAL) < 0

export const isMalformed = (path: string): boolean => path.search(MALFORMED) >= 0

const HEX = '0123456789ABCDEF'

/** The bytes from `first` up as escapes. Joined once: the engine frees no string before a call ends, and has 2 MB. */
function escapedFrom(first: number, text: string): string {
  const pieces: string[] = []
  new TextEncoder().encode(text).forEach((byte) => {
    pieces.push(byte < first ? String.fromCharCode(byte) : `%${HEX[byte >> 4]}${HEX[byte & 15]}`)
  })
  return pieces.join('')
}

const escapedAll = (text: string): string => escapedFrom(0, text)

const NOT_PRINTABLE = /[^ -~]/

/**
 * The text with everything beyond ASCII escaped, as UTF-8. Comes before every global replacement: in njs 0.7.9 that
 * fails, or never ends, on some texts of 32 characters that are not all ASCII.
 */
export const asciiOf = (text: string): string => (text.search(NOT_PRINTABLE) < 0 ? text : escapedFrom(128, text))

const charOf = (hex: string): string => String.fromCharCode(Number(`0x${hex}`))

/** RFC 3986, 6.2.2.1 and 6.2.2.2: escapes in upper case, escaped unreserved characters decoded. All ASCII. */
export const normalizedEscapes = (text: string): string =>
  asciiOf(text).replace(ESCAPE, (escaped, hex) =>
    charOf(hex).search(NOT_UNRESERVED) === 0 ? escaped.toUpperCase() : charOf(hex),
  )

/**
 * Every escape decoded, to compare with patterns. A character beyond ASCII is a `|`, which, like it, no pattern has.
 */
export const decoded = (path: string): string =>
  asciiOf(path)
    .replace(ASCII_ESCAPE, (_escaped, hex) => charOf(hex))
    .replace(BEYOND_ASCII, '|')

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

export const mergedAndResolved = (path: string): string => withoutDotSegments(asciiOf(path).replace(/\/{2,}/g, '/'))

/**
 * RFC 3986, 6.2.2, and every character that a path may not hold escaped, a `%` that begins no escape first: what is
 * decoded must not complete it. `%2F` and `%5C` stay as they are.
 */
export const canonicalPath = (path: string): string =>
  isPlain(path) ? path : withoutDotSegments(normalizedEscapes(asciiOf(path).replace(NOT_IN_PATH, escapedAll)))

/** The same for a query value. */
export const canonicalValue = (value: string): string =>
  normalizedEscapes(asciiOf(value).replace(NOT_IN_VALUE, escapedAll))

/** Path and query with what a URL may not hold escaped, the rest as received; a `?` in the path is part of it. */
export const locationOf = (path: string, query: string): string =>
  asciiOf(path).replace(NOT_IN_LOCATION, escapedAll).replace(/\?/g, '%3F') +
  asciiOf(query).replace(NOT_IN_LOCATION, escapedAll)
