/**
 * Paths and percent-escapes, RFC 3986. Every test here looks for what is *not* allowed: the engine's regular
 * expressions are Perl's, where `$` also matches before a final line feed, and letters in any case are also two beyond
 * ASCII (K and ſ). A text is taken in one go wherever the engine has a function for it: a turn of a loop, or a match that
 * is replaced, costs as much as that does for a hundred characters, and no memory is freed before a call ends.
 */
import { MOST_ESCAPES, MOST_SPELLINGS, MOST_UNESCAPED } from './bounds.ts'

/** What a path may not hold unescaped (RFC 3986, 3.3), or what can be read in more than one way: an escape, `//`, `/.`. */
export const UNUSUAL = /[^\w.~!$&'()*+,;=:@/-]|\/[/.]/

/** What a path may not hold as it is. */
export const NOT_IN_PATH = /[^\w.~!$&'()*+,;=:@/-]/

/** What a URL may not hold, RFC 3986, 3.3 and 3.4; a `?` in a path is told apart by `asciiPath`. */
const NOT_IN_URL = /[^\w.~!$&'()*+,;=:@/?%-]/

/** What `resolved` has something to do for. */
const DOTS_OR_SLASHES = /\/[/.]/

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\x00-\x1f\x7f]/

/** RFC 3986, 2.3. */
export const NOT_UNRESERVED = /[^\w.~-]/

/** Whether a path can be read in one way only, and has nothing to escape: true of nearly every path. */
export const isPlain = (path: string): boolean => path.search(UNUSUAL) < 0

export const replaced = (text: string, found: string, by: string): string => text.split(found).join(by)

/**
 * The text with everything that a URL may not hold escaped, as UTF-8; escapes, broken or not, stay as they are. Empty for a
 * text that needs it and is long, and for one with half a surrogate pair, which no request holds.
 */
export function asciiOf(text: string): string {
  if (text.search(NOT_IN_URL) < 0) return text
  try {
    // Escaped, it is as long in every engine: njs counts characters, and V8 half of them twice.
    text = encodeURI(replaced(text.slice(0, MOST_UNESCAPED + 1), '#', '%23'))
    return text.length > MOST_UNESCAPED ? '' : replaced(text, '%25', '%')
  } catch (_) {
    return ''
  }
}

/** A `?` in a path is part of it. */
export const asciiPath = (path: string): string => asciiOf(replaced(path, '?', '%3F'))

/**
 * A text with its escapes decoded, to compare with patterns; empty where one is broken, or of a control character, or they
 * are no UTF-8, which no key of S3 is.
 * @param text as `asciiOf` gives it
 */
export function decoded(text: string): string {
  try {
    const plain = decodeURIComponent(text)
    return plain.search(CONTROL) < 0 ? plain : ''
  } catch (_) {
    return ''
  }
}

/** Whether a path, not an empty one, has a control character, raw or escaped, a broken escape, or escapes that are no UTF-8. */
export const isMalformed = (path: string): boolean => !decoded(asciiPath(path))

/**
 * RFC 3986, 6.2.2.1 and 6.2.2.2: escapes in upper case, escaped unreserved characters decoded; a `%` that begins none is
 * one itself. Empty where there are too many to tell: any key of S3 may be escaped from end to end, but for delimiters.
 * @param text as `asciiOf` gives it @param plain the same, `decoded`; empty: of so many escapes none is looked at
 */
export function normalizedEscapes(text: string, plain: string): string {
  const pieces = text.split('%', MOST_ESCAPES + 1)
  const count = pieces.length
  if (count > MOST_ESCAPES) {
    // With no delimiter among what is escaped, the same escapes in upper case.
    const upper = encodeURI(plain)
    return upper.toLowerCase() === text.toLowerCase() ? upper : ''
  }
  const known = Object.create(null)
  let spellings = MOST_SPELLINGS
  for (let i = 1; i < count; i += 1) {
    const piece = pieces[i] as string
    if (!known[piece]) {
      if (!spellings) return ''
      spellings -= 1
      known[piece] = normalizedPiece(piece)
    }
    pieces[i] = known[piece]
  }
  return pieces.join('')
}

/** What follows a `%`, with it or without. */
function normalizedPiece(piece: string): string {
  const hex = piece.slice(0, 2)
  const code = +`0x${piece[1] && hex}`
  if (!(code >= 0)) return `%25${piece}`
  const char = String.fromCharCode(code)
  return (char.search(NOT_UNRESERVED) < 0 ? char : `%${hex.toUpperCase()}`) + piece.slice(2)
}

/** RFC 3986, 5.2.4. Repeated slashes stay, unless they are merged: they are part of an S3 key. */
export function resolved(path: string, merges: boolean): string {
  if (path.search(DOTS_OR_SLASHES) < 0) return path
  const segments = path.split('/')
  const count = segments.length
  let kept = 1
  let isDots = false
  for (let i = 1; i < count; i += 1) {
    const segment = segments[i] as string
    isDots = segment === '.' || segment === '..'
    if (isDots) {
      if (segment[1] && kept > 1) kept -= 1
    } else if (segment || !merges || i === count - 1) {
      segments[kept] = segment
      kept += 1
    }
  }
  return segments.slice(0, kept).join('/') + (isDots ? '/' : '')
}

/** RFC 3986, 6.2.2, and every character that a path may not hold escaped. `%2F` and `%5C` stay as they are. */
export const canonicalPath = (path: string): string => (isPlain(path) ? path : resolved(spelt(asciiPath(path)), false))

const spelt = (text: string): string => normalizedEscapes(text, decoded(text))
