/** The name is in lower case. `value`: without its quotes; null where there is none. */
export type Directive = { name: string; value: string | null }

/** A comma in a quoted value does not end the directive; a quote that is never closed ends with the text. */
const DIRECTIVE = /(?:"(?:[^"\\]|\\.?)*(?:"|$)|[^",])+/g

/** The directives of a `Cache-Control` list, in order. RFC 9111, 5.2. */
export const directivesOf = (cacheControl: string): Directive[] =>
  (cacheControl.match(DIRECTIVE) ?? []).flatMap((text) => {
    const at = text.indexOf('=')
    const name = (at < 0 ? text : text.slice(0, at)).trim().toLowerCase()
    if (name === '') return []
    return [{ name, value: at < 0 ? null : unquoted(text.slice(at + 1).trim()) }]
  })

const unquoted = (value: string): string =>
  value.startsWith('"') ? value.replace(/^"|"$/g, '').replace(/\\(.)/g, '$1') : value
