import { isUnchanged, type JsonObject } from '../../base/json-values.ts'
import { REQUEST_BYTES, RESPONSE_STATUS, URL_CHARACTERS } from '../../edge/limits.ts'
import { escaped, type HeaderLines, headerBytes } from './header-rules.ts'

/** CloudFront's rules for requests and responses that hold for both kinds of function. Faults are texts. */

const ILLEGAL_IN_QUERY = /[\0-\x20#\x7f]/

/** Read-only fields must be returned unchanged; a field that is missing is changed, too. */
export const readOnlyFieldFaults = (before: JsonObject, after: JsonObject, fields: readonly string[]): string[] =>
  fields
    .filter((field) => !isUnchanged(before, after, field))
    .map((field) => `the function tried to change the read-only field request.${field}`)

export function uriFaults(before: JsonObject, after: JsonObject): string[] {
  if (isUnchanged(before, after, 'uri')) return []
  if (typeof after.uri !== 'string') return ['request.uri must be a string']
  return after.uri.startsWith('/') ? [] : [`request.uri must begin with a slash, not with '${after.uri.slice(0, 20)}'`]
}

/** `query` as text, without its question mark. */
export function queryFaults(query: string): string[] {
  const illegal = query.match(ILLEGAL_IN_QUERY)?.[0]
  return illegal === undefined ? [] : [`request.querystring must not contain the character '${escaped(illegal)}'`]
}

/** The parts of a request that count for its size. */
export type SizedRequest = { uri: string; query: string; lines: HeaderLines }

/** Faults of a request's size. Only growth beyond a limit is the function's: CloudFront refuses requests that come in too large. */
export function requestSizeFaults(before: SizedRequest, after: SizedRequest): string[] {
  const faults: string[] = []
  const characters = urlCharacters(after)
  if (characters >= URL_CHARACTERS && characters > urlCharacters(before)) {
    faults.push(
      `the length of request.uri and request.querystring was ${characters} characters; ` +
        `CloudFront allows fewer than ${URL_CHARACTERS}`,
    )
  }
  const bytes = requestBytes(after)
  if (bytes > REQUEST_BYTES && bytes > requestBytes(before)) {
    faults.push(
      `the length of the path, query string and headers was ${bytes} bytes ` +
        `which exceeded the CloudFront limit of ${REQUEST_BYTES} bytes`,
    )
  }
  return faults
}

const urlCharacters = ({ uri, query }: SizedRequest) => uri.length + query.length

const requestBytes = ({ uri, query, lines }: SizedRequest) =>
  Buffer.byteLength(uri) + Buffer.byteLength(query) + headerBytes(lines)

/** `status` as a number, NaN where it is none. */
export const statusFaults = (status: number): string[] =>
  Number.isInteger(status) && status >= RESPONSE_STATUS.min && status <= RESPONSE_STATUS.max
    ? []
    : [`the status must be from ${RESPONSE_STATUS.min} to ${RESPONSE_STATUS.max}`]

/** Whether a text is base64 without line breaks, padded. */
export const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
