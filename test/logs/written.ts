/** The workload as CloudFront would have logged it, with a cache that is keyed on path and query as they are sent. */
import { type Shape, type WorkloadRequest, workload } from './workload.ts'

/** What CloudFront did, in the log's terms; numbers where the log has numbers. */
export type Logged = WorkloadRequest & {
  status: number
  bytes: number
  result: string
  detailed: string
  /** Seconds. */
  taken: number
  firstByte: number
  type: string
}

/** The fields of standard logs (legacy), in their order. */
export const V1_FIELDS =
  'date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end'.split(
    ' ',
  )

/** @param ttl seconds that an object stays in the cache of an edge location */
export function* logged(requests: Iterable<WorkloadRequest>, ttl = 86_400): Generator<Logged> {
  const freshUntil = new Map<string, number>()
  let count = 0
  for (const request of requests) {
    count += 1
    const key = `${request.pop} ${request.path}?${request.query}`
    const until = freshUntil.get(key)
    const isMissing = request.size < 0
    const isHit = until !== undefined && until > request.time
    const isBroken = count % 5003 === 0
    if (!isHit) freshUntil.set(key, request.time + ttl * 1000)
    const result = isBroken || isMissing ? 'Error' : isHit ? 'Hit' : until === undefined ? 'Miss' : 'RefreshHit'
    const status = isBroken ? 502 : isMissing ? 404 : 200
    const wait = (isHit ? 4 : 90) + (count % 37)
    yield {
      ...request,
      status,
      bytes: 400 + (status === 200 && request.method === 'GET' ? request.size : 120),
      result,
      detailed: isBroken ? 'OriginDNSError' : result,
      firstByte: wait / 1000,
      taken: (wait + (count % 11)) / 1000,
      type: status !== 200 ? 'text/plain' : request.path.endsWith('.png') ? 'image/png' : 'image/jpeg',
    }
  }
}

/** Each byte as it is escaped. */
const ESCAPES = Array.from({ length: 256 }, (_, byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)

/** Every byte that is not a letter, a digit or safe is escaped, `%` too. */
export const escapedField = (text: string): string =>
  text.replace(/[^!$&()*+,\-./0-9:;=?@A-Z_a-z]/g, (character) => {
    const code = character.charCodeAt(0)
    return code < 128 ? `${ESCAPES[code]}` : Array.from(Buffer.from(character), (byte) => ESCAPES[byte]).join('')
  }) || '-'

export function v1Line(one: Logged): string {
  const at = new Date(one.time).toISOString()
  return [
    at.slice(0, 10),
    at.slice(11, 19),
    one.pop,
    one.bytes,
    one.ip,
    one.method,
    'd111111abcdef8.cloudfront.net',
    escapedField(one.path),
    one.status,
    escapedField(one.referer),
    escapedField(one.userAgent),
    escapedField(one.query),
    '-',
    one.result,
    one.id,
    one.host,
    'https',
    300 + one.query.length,
    one.taken.toFixed(3),
    '-',
    'TLSv1.3',
    'TLS_AES_128_GCM_SHA256',
    one.result,
    'HTTP/2.0',
    '-',
    '-',
    one.port,
    one.firstByte.toFixed(3),
    one.detailed,
    one.type,
    one.status === 200 ? one.size : 120,
    '-',
    '-',
  ].join('\t')
}

/** A file of so many lines, some thousand of them at a time. */
export function* v1Text(lines: number, shape: Shape): Generator<string> {
  yield `#Version: 1.0\n#Fields: ${V1_FIELDS.join(' ')}\n`
  let some: string[] = []
  for (const one of logged(workload(lines, shape))) {
    some.push(`${v1Line(one)}\n`)
    if (some.length < 4000) continue
    yield some.join('')
    some = []
  }
  yield some.join('')
}

export const v1File = (lines: Iterable<Logged>): string =>
  `#Version: 1.0\n#Fields: ${V1_FIELDS.join(' ')}\n${Array.from(lines, (one) => `${v1Line(one)}\n`).join('')}`
