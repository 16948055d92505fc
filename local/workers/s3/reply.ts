/** Responses as S3 gives them: S3 API Reference, "Common Response Headers". */
import type { S3Request } from './address.ts'
import type { S3Error } from './s3-error.ts'
import { document, element, type Xml } from './s3-xml.ts'

export type Reply = {
  status: number
  /** `undefined` leaves a header out. */
  headers?: Record<string, string | undefined>
  body?: string | ReadableStream<Uint8Array> | null
}

export const xmlReply = (name: string, content: string | readonly Xml[]): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: document(name, content),
})

/**
 * The answer to HEAD is that to GET, without its body.
 * @param now by the buckets' clock, in milliseconds since 1970
 */
export function toResponse(
  { method }: Pick<S3Request, 'method'>,
  { status, headers = {}, body = null }: Reply,
  now: number,
): Response {
  const lines = Object.entries({ ...commonHeaders(requestIds(), now), ...headers })
  return respond(method, status, lines, body)
}

export function toErrorResponse(
  request: Pick<S3Request, 'method'>,
  error: S3Error,
  resource: Record<string, string>,
  now: number,
): Response {
  const ids = requestIds()
  const elements = { ...error.details, ...resource, RequestId: ids.request, HostId: ids.host }
  const body = document(
    'Error',
    [
      element('Code', error.code),
      element('Message', error.message),
      ...Object.entries(elements).map(([name, text]) => element(name, text)),
    ],
    false,
  )
  const headers = { ...commonHeaders(ids, now), 'content-type': 'application/xml', ...error.headers }
  return respond(request.method, error.status, Object.entries(headers), body)
}

function respond(
  method: string,
  status: number,
  headers: readonly (readonly [string, string | undefined])[],
  body: Reply['body'],
): Response {
  const lines = headers.filter((line): line is [string, string] => line[1] !== undefined)
  const isEmpty = method === 'HEAD' || status === 204 || status === 304
  // Bytes stored with a content-encoding leave as they are: Cloudflare Workers docs, "Response", `encodeBody`.
  const init: ResponseInit = { status, headers: lines, encodeBody: 'manual' }
  return new Response(isEmpty ? null : (body ?? null), init)
}

type RequestIds = { request: string; host: string }

const requestIds = (): RequestIds => ({
  request: randomBytes(8).toString('hex').toUpperCase(),
  host: randomBytes(56).toString('base64'),
})

const randomBytes = (length: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(length)))

const commonHeaders = ({ request, host }: RequestIds, now: number) => ({
  'x-amz-id-2': host,
  'x-amz-request-id': request,
  date: new Date(now).toUTCString(),
  server: 'AmazonS3',
})
