import { isObject, isUnchanged, type JsonObject, objectAt } from '../../base/json-values.ts'
import { READ_ONLY_HEADERS, READ_ONLY_IN_GENERATED } from '../../edge/limits.ts'
import type { Violation } from '../protocol/invocation.ts'
import { disallowedFaults, type HeaderReading, readHeaders, readOnlyFaults } from './header-rules.ts'
import {
  isBase64,
  queryFaults,
  readOnlyFieldFaults,
  requestSizeFaults,
  statusFaults,
  uriFaults,
} from './message-rules.ts'

/**
 * Holds what a CloudFront Function returned for a viewer-request event to the platform's rules; none broken: `[]`.
 * Developer Guide, "CloudFront Functions event structure" and "Restrictions on all edge functions". CloudFront's own
 * TestFunction checks none of the header rules; in production they are a 502.
 */
export function validateFunction(event: unknown, value: unknown): Violation[] {
  return functionFaults(objectAt(event, 'request'), value).map((fault) => ({
    error: 'FunctionValidationError',
    reason: `The CloudFront function returned an invalid value: ${fault}`,
  }))
}

function functionFaults(request: JsonObject, value: unknown): string[] {
  if (!isObject(value)) return ['a request or a response is expected']
  if ('statusCode' in value) return responseFaults(value)
  if ('request' in value) return ['a request or a response is expected, the function returned the whole event']
  if (!('method' in value || 'uri' in value))
    return ['a request or a response is expected, it has neither uri nor statusCode']
  return requestFaults(request, value)
}

function requestFaults(before: JsonObject, after: JsonObject): string[] {
  const headersBefore = functionHeaders({}, before.headers, 'request.headers').lines
  const headers = functionHeaders(objectAt(before, 'headers'), after.headers, 'request.headers')
  const query = isUnchanged(before, after, 'querystring')
    ? []
    : querystringFaults(before.querystring, after.querystring)
  return [
    ...readOnlyFieldFaults(before, after, ['method']),
    ...uriFaults(before, after),
    ...query,
    ...headers.faults,
    ...disallowedFaults(headersBefore, headers.lines),
    ...readOnlyFaults(headersBefore, headers.lines, READ_ONLY_HEADERS['viewer-request']),
    ...fieldFaults(objectAt(before, 'cookies'), after.cookies, 'request.cookies'),
    ...requestSizeFaults(sized(before), sized(after)),
  ]
}

/** A function may set the query as a string, to fix its order. */
function querystringFaults(before: unknown, after: unknown): string[] {
  if (typeof after !== 'string') {
    const faults = fieldFaults(isObject(before) ? before : {}, after, 'request.querystring')
    if (faults.length > 0) return faults
  }
  return queryFaults(queryText(after))
}

function responseFaults(response: JsonObject): string[] {
  const headers = functionHeaders({}, response.headers, 'response.headers')
  return [
    ...(typeof response.statusCode === 'number'
      ? statusFaults(response.statusCode)
      : ['response.statusCode must be a number']),
    ...textFaults(response, 'statusDescription'),
    ...headers.faults,
    ...disallowedFaults(new Map(), headers.lines),
    ...readOnlyFaults(new Map(), headers.lines, READ_ONLY_IN_GENERATED),
    ...fieldFaults({}, response.cookies, 'response.cookies'),
    ...bodyFaults(response),
  ]
}

const textFaults = (response: JsonObject, field: string) =>
  response[field] === undefined || typeof response[field] === 'string' ? [] : [`response.${field} must be a string`]

function bodyFaults({ statusCode, body }: JsonObject): string[] {
  if (body === undefined) return []
  const data = isObject(body) ? body.data : body
  const encoding = isObject(body) ? body.encoding : 'text'
  if (typeof data !== 'string' || (encoding !== 'text' && encoding !== 'base64')) {
    return ['response.body must be a string, or an object with data and an encoding of text or base64']
  }
  if (statusCode === 204 && data !== '') return ['a response with status 204 must not have a body']
  return encoding === 'base64' && !isBase64(data) ? ['response.body is not valid base64'] : []
}

/** Cookies have an object of their own, and CloudFront refuses them among the headers. */
function functionHeaders(before: JsonObject, headers: unknown, where: string): HeaderReading {
  const reading = readHeaders(before, headers, {
    where,
    shape: 'an object with a string value, and where a header repeats with multiValue, a list of such objects',
    valuesOf: fieldValues,
  })
  for (const name of ['cookie', 'set-cookie']) {
    if (!reading.lines.has(name) || isUnchanged(before, headers as JsonObject, name)) continue
    reading.faults.push(`${where} must not contain ${name}; use ${where.replace('headers', 'cookies')}`)
  }
  return reading
}

/** Query parameters and cookies: `{ name: { value, multiValue?, attributes? } }`. */
function fieldFaults(before: JsonObject, fields: unknown, where: string): string[] {
  if (fields === undefined) return []
  if (!isObject(fields)) return [`${where} must be an object`]
  return Object.keys(fields)
    .filter((name) => !isUnchanged(before, fields, name) && fieldValues(fields[name]) === undefined)
    .map((name) => `${where}.${name} must be an object with a string value`)
}

/** `multiValue` wins over `value`; `undefined` for any other shape. */
function fieldValues(field: unknown): unknown[] | undefined {
  if (!isObject(field)) return undefined
  if (field.attributes !== undefined && typeof field.attributes !== 'string') return undefined
  if (field.multiValue === undefined) return typeof field.value === 'string' ? [field.value] : undefined
  if (!Array.isArray(field.multiValue)) return undefined
  const values = field.multiValue.map((line) => (isObject(line) ? line.value : undefined))
  return values.every((value) => typeof value === 'string') ? values : undefined
}

const fieldPairs = (fields: unknown) =>
  Object.entries(isObject(fields) ? fields : {}).flatMap(([name, field]) =>
    (fieldValues(field) ?? []).map((value) => `${name}=${value}`),
  )

/** The query of a request as text, whichever way it is given. */
export const queryText = (query: unknown): string => (typeof query === 'string' ? query : fieldPairs(query).join('&'))

/** Cookies travel in one header, pairs parted by two characters. */
function sized(request: JsonObject) {
  const lines = functionHeaders({}, request.headers, 'request.headers').lines
  const cookie = fieldPairs(request.cookies).join('; ')
  return {
    uri: typeof request.uri === 'string' ? request.uri : '',
    query: queryText(request.querystring),
    lines: cookie === '' ? lines : new Map([...lines, ['cookie', [cookie]]]),
  }
}
