/** `value`: null without one; quotes are taken off. Names are in lower case. */
export type Directive = { name: string; value: string | null }

/** A comma inside a quoted value ends nothing; a quote that is never closed goes to the end. */
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
