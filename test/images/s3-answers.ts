/** What S3 sends: an object, and its errors in XML (S3 API Reference, "GetObject" and "Error responses"). */
import { createHash, randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

export const BUCKET = 'example-photos'

export type S3Object = {
  body: Uint8Array
  /** Default: S3's own, which is none in particular. */
  type?: string
  /** In quotes. Default: the MD5 of the body, as of an object that was put in one piece. */
  etag?: string
  lastModified?: string
  /** Further ones. */
  headers?: Record<string, string>
}

export const LAST_MODIFIED = 'Wed, 18 Nov 2026 12:00:00 GMT'

export const etagOf = ({ body, etag }: S3Object): string => etag ?? `"${createHash('md5').update(body).digest('hex')}"`

export const objectHeaders = (object: S3Object): Record<string, string> => ({
  'x-amz-request-id': '4442587FB7D0A2F9',
  'last-modified': object.lastModified ?? LAST_MODIFIED,
  etag: etagOf(object),
  'accept-ranges': 'bytes',
  'content-type': object.type ?? 'binary/octet-stream',
  'content-length': String(object.body.length),
  server: 'AmazonS3',
  ...object.headers,
})

/** One request, and what there is to answer it with. */
export type Exchange = { request: IncomingMessage; response: ServerResponse; object: S3Object; key: string }

export type S3Error = {
  status: number
  code: string
  message: string
  headers?: Record<string, string>
  /** Further elements. */
  details?: Record<string, string>
}

export const ACCESS_DENIED: S3Error = { status: 403, code: 'AccessDenied', message: 'Access Denied' }

export const NO_SUCH_KEY: S3Error = {
  status: 404,
  code: 'NoSuchKey',
  message: 'The specified key does not exist.',
}

export const NO_SUCH_BUCKET: S3Error = {
  status: 404,
  code: 'NoSuchBucket',
  message: 'The specified bucket does not exist',
}

export const PRECONDITION_FAILED: S3Error = {
  status: 412,
  code: 'PreconditionFailed',
  message: 'At least one of the pre-conditions you specified did not hold',
  details: { Condition: 'If-Match' },
}

/** Of ranges, the kind that begins with the first byte. */
export function sendObject({ request, response, object }: Exchange): ServerResponse {
  const last = /^bytes=0-(\d+)$/.exec(request.headers.range ?? '')?.[1]
  const total = object.body.length
  const body = last === undefined ? object.body : object.body.subarray(0, Number(last) + 1)
  const partial = { 'content-length': String(body.length), 'content-range': `bytes 0-${body.length - 1}/${total}` }
  const [status, headers] = last === undefined || total === 0 ? [200, {}] : [206, partial]
  return response
    .writeHead(status, { ...objectHeaders(object), ...headers })
    .end(request.method === 'HEAD' ? undefined : body)
}

/** To HEAD an error has no body. */
export function sendError({ request, response }: Omit<Exchange, 'object'>, error: S3Error): ServerResponse {
  const elements = { Code: error.code, Message: error.message, ...error.details, RequestId: '4442587FB7D0A2F9' }
  const tags = Object.entries({ ...elements, HostId: randomUUID() }).map(([name, text]) => `<${name}>${text}</${name}>`)
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${tags.join('')}</Error>`
  return response
    .writeHead(error.status, { 'content-type': 'application/xml', server: 'AmazonS3', ...error.headers })
    .end(request.method === 'HEAD' ? undefined : body)
}
