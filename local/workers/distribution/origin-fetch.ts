import { at, isObject } from '../../../base/json-values.ts'
import type { Policies } from '../../../bundle/policies.ts'
import { HOP_BY_HOP, headerValue, withHeader } from '../../platform/header-lines.ts'
import { headerLinesOf, type OriginRequest } from '../../platform/lambda-event.ts'
import { fromHead, HEAD_HEADER, toHead } from '../../protocol/head.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import {
  DEFAULT_TIMEOUTS,
  type OriginCall,
  type OriginFailure,
  type OriginHead,
  type OriginResponse,
} from '../../protocol/origin.ts'
import type { Host } from '../../protocol/secret.ts'
import { BUCKET_HEADERS, type OriginAccess, type OriginTarget } from '../../protocol/settings.ts'
import { signedHeaders } from './origin-access-control.ts'
import type { Trace } from './trace.ts'

type Received = OriginResponse<ReadableStream<Uint8Array> | null> | OriginFailure

export type Origins = {
  policies: Policies
  targets: Record<string, OriginTarget>
  /** Values by the origin's name and the header's. */
  originHeaders: Record<string, Record<string, string>>
  /** The host, which speaks HTTP to origins. */
  host: Host
  /** The embedded buckets. */
  buckets: Fetcher
}

/** Sends a request to the origin that it names. @param signed by origin access control */
export async function fetchFromOrigin(
  origins: Origins,
  request: OriginRequest,
  body: ReadableStream<Uint8Array> | null,
  signed: boolean,
  trace: Trace,
): Promise<Received> {
  const address = originAddressOf(request.origin)
  const target = targetOf(origins, address)
  const path = `${request.path}${request.query === '' ? '' : `?${request.query}`}`
  const started = Date.now()
  const received =
    target.kind === 'bucket'
      ? await askBucket(origins.buckets, request.method, `${address.path}${path}`, request.headers, body, signed)
      : await askHost(origins.host, callOf(target, request.method, path, sentHeaders(request), signed), body)
  trace.add({
    step: 'origin',
    milliseconds: Date.now() - started,
    method: request.method,
    url: target.kind === 'bucket' ? `s3://${target.bucket}${address.path}${path}` : `${target.url}${path}`,
    status: received.kind === 'response' ? received.status : 0,
    bytes: received.kind === 'response' ? Number(headerValue(received.headers, 'content-length')) || 0 : 0,
    reason: received.kind === 'failed' ? received.reason : '',
  })
  return received
}

/** "Add custom headers to origin requests": over what the request has of the same names. */
function sentHeaders({ headers, origin }: OriginRequest): HeaderLine[] {
  const added = at(at(origin, 'custom') ?? at(origin, 's3'), 'customHeaders')
  return headerLinesOf(added).reduce((lines, [name, value]) => withHeader(lines, name, value), headers)
}

type OriginAddress = { domainName: string; path: string; protocol: string; port: number }

/** Where an origin of a Lambda@Edge event is; a function may have changed it. */
function originAddressOf(origin: unknown): OriginAddress {
  const settings = at(origin, 'custom') ?? at(origin, 's3')
  const { domainName = '', path = '', protocol = 'https', port = 443 } = isObject(settings) ? settings : {}
  return { domainName: String(domainName), path: String(path), protocol: String(protocol), port: Number(port) }
}

function targetOf({ policies, targets }: Origins, { domainName, path, protocol, port }: OriginAddress): OriginTarget {
  const named = Object.entries(policies.origins).filter(([, origin]) => origin.domainName === domainName)
  const known = named.find(([, { originPath }]) => originPath === path) ?? named[0]
  const target = known ? targets[known[0]] : undefined
  // A server that stands in for an API has the origin path in its URL; one for buckets has only the bucket's name there.
  if (target?.kind === 'http' && known?.[1].s3) return { ...target, url: `${target.url}${path}` }
  if (target) return target
  const isUsual = port === (protocol === 'https' ? 443 : 80)
  const url = `${protocol}://${domainName}${isUsual ? '' : `:${port}`}${path}`
  return { kind: 'http', url, timeouts: DEFAULT_TIMEOUTS }
}

/** A server that stands in for an origin is called by its own name in `host`. */
function callOf(
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

async function askHost(host: Host, call: OriginCall, body: ReadableStream<Uint8Array> | null): Promise<Received> {
  const response = await host.fetch('http://host/origin', {
    method: body ? 'POST' : 'GET',
    headers: { [HEAD_HEADER]: toHead(call) },
    body,
    encodeResponseBody: 'manual',
  })
  return receivedFrom(response)
}

async function askBucket(
  buckets: Fetcher,
  method: string,
  target: string,
  headers: HeaderLine[],
  body: ReadableStream<Uint8Array> | null,
  signed: boolean,
): Promise<Received> {
  const access: OriginAccess = signed ? 'oac' : 'unsigned'
  const passed = headers.filter(([name]) => name !== 'host' && !HOP_BY_HOP.includes(name))
  const response = await buckets.fetch('http://bucket/', {
    method,
    headers: [
      ...passed.map(([name, value]): [string, string] => [name, value]),
      [BUCKET_HEADERS.way, access],
      [BUCKET_HEADERS.host, headerValue(headers, 'host')],
      [BUCKET_HEADERS.target, target],
    ],
    body,
    redirect: 'manual',
    encodeResponseBody: 'manual',
  })
  return receivedFrom(response)
}

function receivedFrom(response: Response): Received {
  const text = response.headers.get(HEAD_HEADER)
  const { body } = response
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
