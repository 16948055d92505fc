/**
 * A viewer's request as CloudFront Functions are given it, and what they return as a request or a response.
 * Developer Guide, "CloudFront Functions event structure".
 */
import { isObject, isUnchanged, type JsonObject, objectAt } from '../../base/json-values.ts'
import type { HeaderLine } from '../protocol/messages.ts'
import { asBytes } from './header-lines.ts'

/** Cookies are a header line. */
export type FunctionRequest = {
  method: string
  path: string
  /** Without `?`. */
  query: string
  headers: HeaderLine[]
}

/** `value` is the first of `multiValue`, which is there where a name repeats. */
type EventField = { value: string; multiValue?: { value: string }[] }
type EventFields = Record<string, EventField>

export type FunctionContext = { distributionDomainName: string; distributionId: string; requestId: string }

export type FunctionEvent = {
  version: '1.0'
  context: FunctionContext & { eventType: 'viewer-request' }
  viewer: { ip: string }
  request: { method: string; uri: string; querystring: EventFields; headers: EventFields; cookies: EventFields }
}

export function functionEvent(request: FunctionRequest, ip: string, context: FunctionContext): FunctionEvent {
  const headers: EventFields = {}
  const cookies: EventFields = {}
  for (const [name, value] of request.headers) {
    if (name === 'cookie') addCookies(cookies, value)
    else addField(headers, name, value)
  }
  return {
    version: '1.0',
    context: { ...context, eventType: 'viewer-request' },
    viewer: { ip },
    request: { method: request.method, uri: request.path, querystring: queryFields(request.query), headers, cookies },
  }
}

function addField(fields: EventFields, name: string, value: string): void {
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined
  if (field === undefined) {
    // By assignment, a header named `__proto__` would set the prototype.
    if (name !== '__proto__') fields[name] = { value }
    else Object.defineProperty(fields, name, { value: { value }, enumerable: true, configurable: true, writable: true })
  } else if (field.multiValue) field.multiValue.push({ value })
  else field.multiValue = [{ value: field.value }, { value }]
}

/** Names and values as sent: `?a` and `?a=` are the same. */
function queryFields(query: string): EventFields {
  const fields: EventFields = {}
  if (query === '') return fields
  for (const pair of query.split('&')) {
    if (pair === '') continue
    const at = pair.indexOf('=')
    addField(fields, at < 0 ? pair : pair.slice(0, at), at < 0 ? '' : pair.slice(at + 1))
  }
  return fields
}

function addCookies(cookies: EventFields, header: string): void {
  for (const part of header.split(';')) {
    const pair = part.trim()
    const at = pair.indexOf('=')
    if (pair !== '') addField(cookies, at < 0 ? pair : pair.slice(0, at), at < 0 ? '' : pair.slice(at + 1))
  }
}

/** The request that a function returned for an event, which has been found valid. A query that it did not change stays as it was sent. */
export function functionRequest(value: JsonObject, event: FunctionEvent, before: FunctionRequest): FunctionRequest {
  const headers = linesOf(value.headers)
  const cookie = pairsOf(value.cookies).join('; ')
  if (cookie !== '') headers.push(['cookie', asBytes(cookie)])
  const query = () => (isUnchanged(event.request, value, 'querystring') ? before.query : queryReturned(value))
  return { method: before.method, path: asBytes(String(value.uri)), query: asBytes(query()), headers }
}

const queryReturned = ({ querystring }: JsonObject) =>
  typeof querystring === 'string' ? querystring : pairsOf(querystring).join('&')

export type GeneratedResponse = { status: number; headers: HeaderLine[]; body: Uint8Array | null }

/** The response that a function returned, which has been found valid. */
export function functionResponse(value: JsonObject): GeneratedResponse {
  const cookies = Object.entries(objectAt(value, 'cookies')).flatMap(([name, cookie]): HeaderLine[] =>
    cookieTexts(name, cookie).map((text) => ['set-cookie', asBytes(text)] as const),
  )
  return {
    status: Number(value.statusCode),
    headers: [...linesOf(value.headers), ...cookies],
    body: bodyOf(value.body),
  }
}

function bodyOf(body: unknown): Uint8Array | null {
  if (typeof body === 'string') return Buffer.from(body)
  if (!isObject(body)) return null
  return Buffer.from(String(body.data), body.encoding === 'base64' ? 'base64' : 'utf8')
}

const linesOf = (headers: unknown): HeaderLine[] =>
  Object.entries(isObject(headers) ? headers : {}).flatMap(([name, field]) =>
    valuesOf(field).map((value): HeaderLine => [name.toLowerCase(), asBytes(value)]),
  )

const pairsOf = (fields: unknown): string[] =>
  Object.entries(isObject(fields) ? fields : {}).flatMap(([name, field]) =>
    valuesOf(field).map((value) => `${name}=${value}`),
  )

/** `multiValue` wins over `value`. */
function valuesOf(field: unknown): string[] {
  if (!isObject(field)) return []
  if (!Array.isArray(field.multiValue)) return [String(field.value)]
  return field.multiValue.map((line) => String(isObject(line) ? line.value : ''))
}

function cookieTexts(name: string, cookie: unknown): string[] {
  const lines = isObject(cookie) && Array.isArray(cookie.multiValue) ? cookie.multiValue : [cookie]
  return lines.map((line) => {
    const { value = '', attributes } = isObject(line) ? line : {}
    return `${name}=${value}${typeof attributes === 'string' ? `; ${attributes}` : ''}`
  })
}
