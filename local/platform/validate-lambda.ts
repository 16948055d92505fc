import { at, isObject, isUnchanged, type JsonObject, objectAt } from '../../base/json-values.ts'
import {
  GENERATED_RESPONSE_BYTES,
  READ_ONLY_HEADERS,
  READ_ONLY_IN_GENERATED,
  REPLACED_REQUEST_BODY_BYTES,
  type Trigger,
  VIEWER_LAMBDA,
} from '../../edge/limits.ts'
import type { Violation } from '../protocol/invocation.ts'
import { disallowedFaults, type HeaderLines, headerBytes, readHeaders, readOnlyFaults } from './header-rules.ts'
import {
  isBase64,
  queryFaults,
  readOnlyFieldFaults,
  requestSizeFaults,
  statusFaults,
  uriFaults,
} from './message-rules.ts'
import { originFaults } from './origin-rules.ts'

/**
 * Holds what a Lambda@Edge function returned for an event to the platform's rules; none broken: `[]`.
 * Developer Guide, "Lambda@Edge event structure", "Restrictions on Lambda@Edge" and "Restrictions on all edge functions".
 */
export function validateLambda(trigger: Trigger, event: unknown, value: unknown): Violation[] {
  const cf = objectAt(at(event, 'Records', 0), 'cf')
  return lambdaFaults(trigger, cf, value).map((fault) => ({
    error: 'LambdaValidationError',
    reason: `The Lambda function result failed validation: ${fault}`,
  }))
}

function lambdaFaults(trigger: Trigger, cf: JsonObject, value: unknown): string[] {
  if (!isObject(value)) return ['the function must return an object: a request or a response']
  if (trigger === 'origin-response') {
    return 'status' in value
      ? responseFaults(objectAt(cf, 'response'), value)
      : ['the function must return a response, with a status']
  }
  if ('status' in value) return generatedFaults(trigger, value)
  if ('uri' in value || 'method' in value) return requestFaults(trigger, objectAt(cf, 'request'), value)
  return ['the function must return a request or a response, the result has neither uri nor status']
}

function requestFaults(trigger: Trigger, before: JsonObject, after: JsonObject): string[] {
  const headersBefore = lambdaHeaders({}, before.headers).lines
  const headers = lambdaHeaders(objectAt(before, 'headers'), after.headers)
  return [
    ...readOnlyFieldFaults(before, after, ['clientIp', 'method']),
    ...uriFaults(before, after),
    ...querystringFaults(before, after),
    ...headers.faults,
    ...disallowedFaults(headersBefore, headers.lines),
    ...readOnlyFaults(headersBefore, headers.lines, READ_ONLY_HEADERS[trigger]),
    ...(isUnchanged(before, after, 'body') ? [] : requestBodyFaults(objectAt(before, 'body'), after.body)),
    ...(isUnchanged(before, after, 'origin')
      ? []
      : originFaults(before.origin, after.origin, [...headers.lines.keys()])),
    ...requestSizeFaults(sized(before, headersBefore), sized(after, headers.lines)),
  ]
}

function querystringFaults(before: JsonObject, after: JsonObject): string[] {
  if (isUnchanged(before, after, 'querystring')) return []
  return typeof after.querystring === 'string'
    ? queryFaults(after.querystring)
    : ['request.querystring must be a string']
}

function requestBodyFaults(before: JsonObject, body: unknown): string[] {
  if (body === undefined) return []
  if (!isObject(body) || typeof body.data !== 'string') return ['request.body must be an object with a string of data']
  const faults = readOnlyFieldFaults(
    { 'body.inputTruncated': before.inputTruncated },
    { 'body.inputTruncated': body.inputTruncated },
    ['body.inputTruncated'],
  )
  if (body.action !== 'read-only' && body.action !== 'replace')
    faults.push('request.body.action must be read-only or replace')
  if (body.encoding !== 'text' && body.encoding !== 'base64')
    faults.push('request.body.encoding must be text or base64')
  if (body.action !== 'replace') return faults
  if (body.encoding === 'base64' && !isBase64(body.data)) faults.push('request.body.data is not valid base64')
  const bytes = Buffer.byteLength(body.data, body.encoding === 'base64' ? 'base64' : 'utf8')
  if (bytes > REPLACED_REQUEST_BODY_BYTES) {
    faults.push(
      `the length of request.body was ${bytes} bytes which exceeded the CloudFront limit of ${REPLACED_REQUEST_BODY_BYTES} bytes`,
    )
  }
  return faults
}

/** The response that origin-response returns in place of the origin's. */
function responseFaults(before: JsonObject, after: JsonObject): string[] {
  const headersBefore = lambdaHeaders({}, before.headers).lines
  const headers = lambdaHeaders(objectAt(before, 'headers'), after.headers)
  return [
    ...(isUnchanged(before, after, 'status') ? [] : lambdaStatusFaults(after.status)),
    ...headers.faults,
    ...disallowedFaults(headersBefore, headers.lines),
    ...readOnlyFaults(headersBefore, headers.lines, READ_ONLY_HEADERS['origin-response']),
    ...bodyFaults(after),
    // Without a body, the origin's own goes on, which has no limit.
    ...(after.body === undefined ? [] : sizeFaults(after, headers.lines)),
  ]
}

/** A response that a request trigger generates in the place of the cache's or of the origin's. */
function generatedFaults(trigger: Trigger, response: JsonObject): string[] {
  const headers = lambdaHeaders({}, response.headers)
  return [
    ...lambdaStatusFaults(response.status),
    ...headers.faults,
    ...disallowedFaults(new Map(), headers.lines),
    ...readOnlyFaults(new Map(), headers.lines, READ_ONLY_IN_GENERATED),
    ...bodyFaults(response),
    ...sizeFaults(response, headers.lines, trigger),
  ]
}

const lambdaStatusFaults = (status: unknown) =>
  typeof status === 'string' && /^\d+$/.test(status)
    ? statusFaults(Number(status))
    : ['the status must be a string of digits']

function bodyFaults({ status, statusDescription, body, bodyEncoding = 'text' }: JsonObject): string[] {
  const faults: string[] = []
  if (statusDescription !== undefined && typeof statusDescription !== 'string')
    faults.push('statusDescription must be a string')
  if (bodyEncoding !== 'text' && bodyEncoding !== 'base64') faults.push('bodyEncoding must be text or base64')
  if (body === undefined) return faults
  if (typeof body !== 'string') {
    return [...faults, 'The body is not a string, is not an object, or exceeds the maximum size.']
  }
  if (status === '204' && body !== '') faults.push('a response with status 204 must not have a body')
  if (bodyEncoding === 'base64' && !isBase64(body)) faults.push('the body is not valid base64')
  return faults
}

/** The body counts as it is returned: in base64, a third more than the bytes it stands for. */
function sizeFaults({ body }: JsonObject, lines: HeaderLines, trigger?: Trigger): string[] {
  const limit = trigger === 'viewer-request' ? VIEWER_LAMBDA.responseBytes : GENERATED_RESPONSE_BYTES
  const bytes = headerBytes(lines) + (typeof body === 'string' ? Buffer.byteLength(body) : 0)
  return bytes > limit
    ? [
        `the length of the body size and header was ${bytes} bytes ` +
          `which exceeded the CloudFront limit of ${limit} bytes`,
      ]
    : []
}

const lambdaHeaders = (before: JsonObject, headers: unknown) =>
  readHeaders(before, headers, {
    where: 'headers',
    shape: 'a list of objects with a string value, and a key that is the name of the header in any case, or none',
    valuesOf: lambdaValues,
  })

/** The values of `[{ key?, value }]`; `undefined` for any other shape. */
function lambdaValues(entry: unknown, name: string): string[] | undefined {
  if (!Array.isArray(entry)) return undefined
  const lines = entry.filter(
    (line) => isObject(line) && typeof line.value === 'string' && (line.key === undefined || isKeyOf(line.key, name)),
  )
  return lines.length === entry.length ? lines.map((line) => line.value) : undefined
}

const isKeyOf = (key: unknown, name: string) => typeof key === 'string' && key.toLowerCase() === name.toLowerCase()

const sized = ({ uri, querystring }: JsonObject, lines: HeaderLines) => ({
  uri: typeof uri === 'string' ? uri : '',
  query: typeof querystring === 'string' ? querystring : '',
  lines,
})
