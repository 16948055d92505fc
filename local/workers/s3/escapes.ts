/** Escapes in paths and queries, as S3 reads and writes them. */

/** S3 takes a raw `+` for a space (github.com/imgix/js-core/issues/88); a key is UTF-8. */
export function tryUnescape(text: string): { kind: 'text'; text: string } | { kind: 'malformed' } {
  try {
    return { kind: 'text', text: decodeURIComponent(text.replaceAll('+', ' ')) }
  } catch {
    return { kind: 'malformed' }
  }
}

/** All but the unreserved characters of RFC 3986, 2.3: S3 API Reference, "Signature Calculations", `UriEncode`. */
export const escapeAll = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)

export const escapePath = (text: string): string => escapeAll(text).replaceAll('%2F', '/')
