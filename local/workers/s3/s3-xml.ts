/** The XML that S3 speaks: elements and text, no attributes but the namespace. */
import type { S3Request } from './address.ts'
import { payloadOf } from './payload.ts'
import { S3Error } from './s3-error.ts'

/** Text that is XML already. */
export type Xml = { xml: string }

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Control characters as references, as S3 writes them, although XML 1.0 forbids most of them. */
const escapeText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  text.replace(/[&<>"\x00-\x1f\x7f]/g, (character) => REFERENCES[character] ?? `&#${character.charCodeAt(0)};`)

/** `undefined` leaves the element out. */
export function element(name: string, content: string | number | boolean | readonly Xml[] | undefined): Xml {
  if (content === undefined) return { xml: '' }
  const inside = Array.isArray(content) ? content.map(({ xml }) => xml).join('') : escapeText(String(content))
  return { xml: `<${name}>${inside}</${name}>` }
}

export function document(name: string, content: string | readonly Xml[], namespace = true): string {
  const { xml } = element(name, content)
  const start = namespace ? `<${name} xmlns="${NAMESPACE}">` : `<${name}>`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${start}${xml.slice(name.length + 2)}`
}

/** Whole seconds, as S3 writes them in XML. @param milliseconds since 1970 */
export const timeText = (milliseconds: number): string => new Date(Math.floor(milliseconds / 1000) * 1000).toISOString()

/** The content of each element of that name. No element of S3's is inside another of its own name. */
export function* insideOf(xml: string, name: string): Generator<string> {
  for (const [, content = ''] of xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}\\s*>`, 'g'))) {
    yield content
  }
}

/** The text of the first element of that name. */
export function textIn(xml: string, name: string): string | undefined {
  const [content] = insideOf(xml, name)
  return content === undefined ? undefined : unescapeText(content)
}

const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function unescapeText(text: string): string {
  return text.replace(
    /<!\[CDATA\[([\s\S]*?)\]\]>|&(?:#(\d+)|#x([0-9a-f]+)|(\w+));|[<&]/gi,
    (match, data, decimal, hex, name) => {
      if (data !== undefined) return data
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16)
      const character = name ? CHARACTERS[name] : code <= 0x10ffff ? String.fromCodePoint(code) : undefined
      if (character === undefined) throw malformed(`${match} has no place in text`)
      return character
    },
  )
}

/** @throws S3Error if the text has not that root element */
export function assertRoot(xml: string, name: string): void {
  const body = xml.replace(/^\uFEFF?\s*(?:<\?xml[\s\S]*?\?>)?\s*/, '')
  if (!new RegExp(`^<${name}[\\s>/]`).test(body) || !new RegExp(`</${name}\\s*>\\s*$`).test(body)) {
    throw malformed(`expected one element ${name}`)
  }
}

export const malformed = (why: string): S3Error =>
  new S3Error('MalformedXML', `The body is not the XML it should be: ${why}.`)

/** Room for 1,000 keys of 1,024 bytes with escapes of six characters, each with its elements. */
const MAX_BYTES = 8 * 1024 ** 2

/** The body of a request, as text. @throws S3Error if it is not what its length and digests say */
export async function xmlOf(request: S3Request): Promise<string> {
  const { length, bytes } = payloadOf(request, null)
  if (length > MAX_BYTES) throw new S3Error('EntityTooLarge', 'The XML is longer than anything it could say.')
  const pieces: Uint8Array[] = []
  for await (const piece of bytes) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
