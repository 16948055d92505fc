/**
 * Requests and responses as Lambda@Edge functions are given them, and what they return.
 * Developer Guide, "Lambda@Edge event structure".
 */

import { isObject, type JsonObject } from '../../base/json-values.ts'
import type { Origin } from '../../bundle/policies.ts'
import type { HeaderLine } from '../protocol/messages.ts'
import type { FunctionRequest } from './function-event.ts'
import { asBytes } from './header-lines.ts'
import { titleCase } from './header-rules.ts'
import { DISTRIBUTION } from './identity.ts'

/** `origin`: as an event tells of it; a function may have changed it. */
export type OriginRequest = FunctionRequest & { clientIp: string; origin: unknown }

type LambdaHeaders = Record<string, { key: string; value: string }[]>

/** `CloudFront-*` headers come later: Developer Guide, "Add CloudFront request headers". */
export const viewerRequestEvent = (request: FunctionRequest, clientIp: string, requestId: string): JsonObject =>
  eventOf('viewer-request', requestId, { request: requestObject({ ...request, clientIp }) })

export const originRequestEvent = (request: OriginRequest, requestId: string): JsonObject =>
  eventOf('origin-request', requestId, { request: requestObject(request) })

export const originResponseEvent = (
  request: OriginRequest,
  response: { status: number; headers: readonly HeaderLine[] },
  requestId: string,
): JsonObject =>
  eventOf('origin-response', requestId, {
    request: requestObject(request),
    response: {
      status: String(response.status),
      statusDescription: '',
      headers: lambdaHeaders(response.headers),
    },
  })

const eventOf = (eventType: string, requestId: string, messages: JsonObject): JsonObject => ({
  Records: [{ cf: { config: { ...DISTRIBUTION, eventType, requestId }, ...messages } }],
})

/** `origin`: only where it is known yet. */
type RequestInEvent = Omit<OriginRequest, 'origin'> & { origin?: unknown }

const requestObject = ({ clientIp, method, path, query, headers, origin }: RequestInEvent) => ({
  clientIp,
  headers: lambdaHeaders(headers),
  method,
  ...(origin === undefined ? {} : { origin }),
  querystring: query,
  uri: path,
})

function lambdaHeaders(lines: readonly HeaderLine[]): LambdaHeaders {
  const headers: LambdaHeaders = Object.create(null)
  for (const [name, value] of lines) {
    const entries = headers[name] ?? []
    entries.push({ key: titleCase(name), value })
    headers[name] = entries
  }
  return headers
}

/**
 * An origin as an event tells of it. Buckets are reached by origin access control, which has no field here.
 * @param added values of the headers that CloudFront adds, by name
 */
export const originObject = ({ domainName, originPath, s3 }: Origin, added: Record<string, string> = {}): JsonObject =>
  s3
    ? { s3: { authMethod: 'none', customHeaders: {}, domainName, path: originPath, region: s3.region } }
    : {
        custom: {
          customHeaders: lambdaHeaders(Object.entries(added)),
          domainName,
          keepaliveTimeout: 5,
          path: originPath,
          port: 443,
          protocol: 'https',
          readTimeout: 30,
          sslProtocols: ['TLSv1.2'],
        },
      }

/** The request that a function returned, which has been found valid. */
export const lambdaRequest = (value: JsonObject, before: OriginRequest): OriginRequest => ({
  ...viewerLambdaRequest(value, before),
  clientIp: before.clientIp,
  origin: value.origin,
})

/** The request that a function returned at viewer-request, which has been found valid. */
export const viewerLambdaRequest = (value: JsonObject, { method }: FunctionRequest): FunctionRequest => ({
  method,
  path: asBytes(String(value.uri)),
  query: asBytes(String(value.querystring ?? '')),
  headers: headerLinesOf(value.headers),
})

/** The response that a function returned. `body`: `undefined` leaves the origin's as it is. */
export function lambdaResponse({ status, headers, body, bodyEncoding }: JsonObject) {
  return {
    status: Number(status),
    headers: headerLinesOf(headers),
    body: typeof body === 'string' ? Buffer.from(body, bodyEncoding === 'base64' ? 'base64' : 'utf8') : undefined,
  }
}

export const headerLinesOf = (headers: unknown): HeaderLine[] =>
  Object.entries(isObject(headers) ? headers : {}).flatMap(([name, entries]) =>
    (Array.isArray(entries) ? entries : []).map(
      (entry): HeaderLine => [name.toLowerCase(), asBytes(String(entry.value))],
    ),
  )
