/**
 * behaviour.md, "viewer-request", 2, written again from the text and from RFC 3986, 5.2.4, and from nothing in
 * `edge/`: which routes the readings of a path select.
 */

const byteOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16))

const unreservedDecoded = (path: string): string =>
  path.replace(/%([0-9a-f]{2})/gi, (found, hex) => (/[\w.~-]/.test(byteOf(hex)) ? byteOf(hex) : found.toUpperCase()))

const allDecoded = (path: string): string => path.replace(/%([0-9a-f]{2})/gi, (_, hex) => byteOf(hex))

/** The algorithm of the RFC, buffer by buffer. */
export function removeDotSegments(path: string): string {
  let input = path
  let output = ''
  while (input !== '') {
    if (input.startsWith('/./')) input = input.slice(2)
    else if (input === '/.') input = '/'
    else if (input.startsWith('/../') || input === '/..') {
      input = input === '/..' ? '/' : input.slice(3)
      output = output.slice(0, Math.max(0, output.lastIndexOf('/')))
    } else {
      const end = input.indexOf('/', 1)
      const segment = end < 0 ? input : input.slice(0, end)
      output += segment
      input = input.slice(segment.length)
    }
  }
  return output
}

const merged = (path: string): string => {
  let text = path
  while (text.includes('//')) text = text.replace('//', '/')
  return text
}

/** The six readings, and those of the path that goes on, whose escapes and dot segments are gone. */
export function readingsOf(path: string): string[] {
  const canonical = removeDotSegments(unreservedDecoded(path))
  return [path, canonical].flatMap((text) => {
    const spellings = [text, unreservedDecoded(text), allDecoded(text)]
    return [...spellings, ...spellings.map((spelling) => removeDotSegments(merged(spelling)))]
  })
}

/** A CloudFront path pattern: `*` any run of characters, `?` one. */
export function matches(pattern: string, path: string): boolean {
  if (pattern === '') return path === ''
  if (pattern[0] === '*') {
    const rest = pattern.slice(1)
    for (let at = 0; at <= path.length; at += 1) if (matches(rest, path.slice(at))) return true
    return false
  }
  return path !== '' && (pattern[0] === '?' || pattern[0] === path[0]) && matches(pattern.slice(1), path.slice(1))
}

/** A character is a code point, however many units a string has of it. */
const oneUnitEach = (text: string): string => text.replace(/[\u{10000}-\u{10ffff}]/gu, '\uffff')

export const routesOf = (path: string, patterns: readonly string[]): Set<number> =>
  new Set(readingsOf(path).map((reading) => patterns.findIndex((pattern) => matches(pattern, oneUnitEach(reading)))))

export const isMalformed = (path: string): boolean => {
  for (let at = 0; at < path.length; at += 1) {
    const code = path.charCodeAt(at)
    if (code < 32 || code === 127) return true
    if (path[at] !== '%') continue
    const byte = /^%[0-9a-f]{2}/i.test(path.slice(at)) ? Number.parseInt(path.slice(at + 1, at + 3), 16) : 0
    if (byte < 32 || byte === 127) return true
  }
  return false
}
