import { at, isObject } from '../../../base/json-values.ts'
import type { Policies } from '../../../bundle/policies.ts'
import { fromHead, toHead } from '../../protocol/head.ts'
import { HOP_BY_HOP, headerValue, withHeader } from '../../protocol/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import {
  BUCKET_HEADERS,
  DEFAULT_TIMEOUTS,
  HEAD_HEADER,
  type OriginCall,
  type OriginHead,
  type OriginTarget,
} from '../../protocol/settings.ts'
import type { OriginRequest } from './lambda-event.ts'
import { signedHeaders } from './origin-access-control.ts'
import type { Trace } from './trace.ts'

export type OriginAnswer =
  | { kind: 'response'; status: number; headers: HeaderLine[]; body: ReadableStream<Uint8Array> | null }
  /** `reason`: as the access log names it. */
  | { kind: 'failed'; status: 502 | 504; reason: string; says: string }

export type Origins = {
  policies: Policies
  targets: Record<string, OriginTarget>
  /** The host, which speaks HTTP to origins. */
  host: Fetcher
  /** The embedded buckets. */
  buckets: Fetcher
}

/** The part of a service binding that is used. `manual`: bodies stay as they are encoded. */
export type Fetcher = { fetch(url: string, init?: RequestInit & { encodeResponseBody?: 'manual' }): Promise<Response> }

/** Sends a request to the origin that it names, signed where `signed` says so. */
export async function fetchFromOrigin(
  origins: Origins,
  request: OriginRequest,
  body: ReadableStream<Uint8Array> | null,
  signed: boolean,
  trace: Trace,
): Promise<OriginAnswer> {
  const place = placeOf(request.origin)
  const target = targetOf(origins, place)
  const path = `${request.path}${request.query === '' ? '' : `?${request.query}`}`
  const started = Date.now()
  const answer =
    target.kind === 'bucket'
      ? await askBucket(origins.buckets, request.method, `${place.path}${path}`, request.headers, body, signed)
      : await askHost(origins.host, serverCall(target, request.method, path, request.headers, signed), body)
  trace.add({
    step: 'origin',
    milliseconds: Date.now() - started,
    method: request.method,
    url: target.kind === 'bucket' ? `s3://${target.bucket}${place.path}${path}` : `${target.url}${path}`,
    status: answer.kind === 'response' ? answer.status : 0,
    bytes: answer.kind === 'response' ? Number(headerValue(answer.headers, 'content-length')) || 0 : 0,
    says: answer.kind === 'failed' ? answer.says : '',
  })
  return answer
}

type Place = { domainName: string; path: string; protocol: string; port: number }

/** Where an origin of a Lambda@Edge event is; a function may have changed it. */
function placeOf(origin: unknown): Place {
  const settings = at(origin, 'custom') ?? at(origin, 's3')
  const { domainName = '', path = '', protocol = 'https', port = 443 } = isObject(settings) ? settings : {}
  return { domainName: String(domainName), path: String(path), protocol: String(protocol), port: Number(port) }
}

function targetOf({ policies, targets }: Origins, { domainName, path, protocol, port }: Place): OriginTarget {
  const known = Object.entries(policies.origins).find(([, origin]) => origin.domainName === domainName)
  const target = known ? targets[known[0]] : undefined
  if (target) return target
  const isUsual = port === (protocol === 'https' ? 443 : 80)
  const url = `${protocol}://${domainName}${isUsual ? '' : `:${port}`}${path}`
  return { kind: 'http', url, timeouts: DEFAULT_TIMEOUTS }
}

/** What stands in for an origin goes by its own name. */
function serverCall(
  { url, timeouts, signing }: Extract<OriginTarget, { kind: 'http' }>,
  method: string,
  path: string,
  received: HeaderLine[],
  signed: boolean,
): OriginCall {
  const { host, pathname } = new URL(url)
  const headers = withHeader(received, 'host', host)
  const target = `${pathname === '/' ? '' : pathname}${path}`
  return {
    url: `${url}${path}`,
    method,
    headers: signed && signing ? signedHeaders(method, target, headers, signing, Date.now()) : headers,
    timeouts,
  }
}

async function askHost(
  host: Fetcher,
  call: OriginCall,
  body: ReadableStream<Uint8Array> | null,
): Promise<OriginAnswer> {
  const response = await host.fetch('http://host/origin', {
    method: body ? 'POST' : 'GET',
    headers: { [HEAD_HEADER]: toHead(call) },
    body,
    encodeResponseBody: 'manual',
  })
  return answerOf(response)
}

async function askBucket(
  buckets: Fetcher,
  method: string,
  target: string,
  headers: HeaderLine[],
  body: ReadableStream<Uint8Array> | null,
  signed: boolean,
): Promise<OriginAnswer> {
  const own = headers.filter(([name]) => name !== 'host' && !HOP_BY_HOP.includes(name))
  const response = await buckets.fetch('http://bucket/', {
    method,
    headers: [
      ...own.map(([name, value]): [string, string] => [name, value]),
      [BUCKET_HEADERS.way, signed ? 'oac' : 'unsigned'],
      [BUCKET_HEADERS.host, headerValue(headers, 'host')],
      [BUCKET_HEADERS.target, target],
    ],
    body,
    redirect: 'manual',
    encodeResponseBody: 'manual',
  })
  return answerOf(response)
}

function answerOf(response: Response): OriginAnswer {
  const text = response.headers.get(HEAD_HEADER)
  const body = response.body as ReadableStream<Uint8Array> | null
  if (text === null) {
    return { kind: 'response', status: response.status, headers: [...response.headers], body }
  }
  const head: OriginHead = fromHead(text)
  if (head.kind === 'failed') {
    void body?.cancel()
    return head
  }
  return { kind: 'response', status: head.status, headers: [...head.headers], body }
}
