/** GetObject and HeadObject, with their conditions and ranges. */
import { type Query, type S3Request, valueIn } from './address.ts'
import type { Bucket } from './environment.ts'
import type { StoredObject } from './metadata.ts'
import { objectOf } from './object-store.ts'
import type { Reply } from './reply.ts'
import { S3Error } from './s3-error.ts'

/** How often an object may be replaced between its lookup and its read before the request fails. */
const ATTEMPTS = 5

export async function getObject(request: S3Request, bucket: Bucket): Promise<Reply> {
  const { method, headers, query, address } = request
  if (valueIn(query, 'partNumber') !== undefined) {
    throw new S3Error('NotImplemented', 'The local bucket does not give out the parts of an object.')
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const object = await existingObject(bucket, address.key)
    const verdict = conditionOutcome(headers, object)
    if (verdict.kind === 'failed') throw preconditionFailed(verdict.condition)
    const stored = storedHeaders(object, query)
    if (verdict.kind === 'not-modified') {
      return { status: 304, headers: { ...validators(object), 'cache-control': stored['cache-control'] } }
    }
    const range = isStillRange(headers, object) ? parseRange(headers.get('range'), object.size) : WHOLE
    if (range.kind === 'unsatisfiable') throw invalidRange(headers.get('range') ?? '', object.size)
    const reply = {
      status: range.kind === 'part' ? 206 : 200,
      headers: { ...validators(object), ...stored, ...extent(range, object, headers) },
    }
    if (method === 'HEAD' || object.size === 0) return reply
    const body = await read(bucket, object, range)
    if (body) return { ...reply, body }
  }
  throw new S3Error('ServiceUnavailable', 'The object changes faster than it can be read.')
}

const WHOLE: ObjectRange = { kind: 'whole' }

/** @throws S3Error if there is none */
export async function existingObject(bucket: Bucket, key: string): Promise<StoredObject> {
  const object = await objectOf(bucket, key)
  if (object) return object
  throw new S3Error('NoSuchKey', 'There is no object with this key.', { Key: key })
}

export const preconditionFailed = (condition: string): S3Error =>
  new S3Error('PreconditionFailed', 'A condition of the request does not hold.', { Condition: condition })

const invalidRange = (asked: string, size: number) =>
  new S3Error(
    'InvalidRange',
    'The range lies beyond the object.',
    { RangeRequested: asked, ActualObjectSize: String(size) },
    { 'content-range': `bytes */${size}` },
  )

/** `undefined`: the object was replaced since it was looked up. */
async function read({ r2 }: Bucket, { key, etag }: StoredObject, range: ObjectRange) {
  const part = range.kind === 'part' ? { range: { offset: range.first, length: range.last - range.first + 1 } } : {}
  const found = await r2.get(key, { onlyIf: { etagMatches: etag }, ...part })
  return found && 'body' in found ? found.body : undefined
}

const validators = ({ etag, modified }: StoredObject) => ({
  'last-modified': new Date(modified).toUTCString(),
  etag: `"${etag}"`,
})

/** S3 API Reference, "GetObject", "Overriding response header values through the request". */
function storedHeaders({ metadata }: StoredObject, query: Query): Record<string, string | undefined> {
  const header = (name: string, stored: string | undefined) => valueIn(query, `response-${name}`) ?? stored
  return {
    'x-amz-server-side-encryption': 'AES256',
    ...metadata.user,
    'accept-ranges': 'bytes',
    'cache-control': header('cache-control', metadata.cacheControl),
    'content-disposition': header('content-disposition', metadata.contentDisposition),
    'content-encoding': header('content-encoding', metadata.contentEncoding),
    'content-language': header('content-language', metadata.contentLanguage),
    'content-type': header('content-type', metadata.contentType),
    expires: header('expires', metadata.expires),
  }
}

function extent(
  range: ObjectRange,
  { size, checksum }: StoredObject,
  headers: Headers,
): Record<string, string | undefined> {
  if (range.kind === 'part') {
    const { first, last } = range
    return { 'content-range': `bytes ${first}-${last}/${size}`, 'content-length': String(last - first + 1) }
  }
  const isAsked = headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
  return { ...(isAsked && checksumHeaders(checksum)), 'content-length': String(size) }
}

/** Over a whole object: S3 User Guide, "Checking object integrity", "Full object and composite checksums". */
export const checksumHeaders = (checksum: StoredObject['checksum']): Record<string, string> =>
  checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' } : {}

export type ConditionOutcome = { kind: 'met' } | { kind: 'not-modified' } | { kind: 'failed'; condition: string }

type Validators = Pick<StoredObject, 'etag' | 'modified'>

/**
 * Conditional requests: RFC 9110, 13.1 and 13.2.2, which S3 follows: S3 API Reference, "GetObject". S3 takes an entity
 * tag without its quotes, too.
 * @param prefix of the headers' names: `x-amz-copy-source-` for what is copied
 */
export function conditionOutcome(headers: Headers, { etag, modified }: Validators, prefix = ''): ConditionOutcome {
  const value = (name: string) => headers.get(prefix + name)
  const date = (name: string) => Date.parse(value(name) ?? '')
  const seconds = Math.floor(modified / 1000) * 1000

  const ifMatch = value('if-match')
  if (ifMatch !== null) {
    if (!tagsOf(ifMatch).some((tag) => tag === '*' || tag === etag)) return { kind: 'failed', condition: 'If-Match' }
  } else if (seconds > date('if-unmodified-since')) return { kind: 'failed', condition: 'If-Unmodified-Since' }

  const ifNoneMatch = value('if-none-match')
  if (ifNoneMatch !== null) {
    const isKnown = tagsOf(ifNoneMatch.replaceAll('W/', '')).some((tag) => tag === '*' || tag === etag)
    return isKnown ? { kind: 'not-modified' } : { kind: 'met' }
  }
  return seconds <= date('if-modified-since') ? { kind: 'not-modified' } : { kind: 'met' }
}

/** RFC 9110, 13.1.5: whether a range is of what the client has. */
export function isStillRange(headers: Headers, { etag, modified }: Validators): boolean {
  const value = headers.get('if-range')
  if (value === null) return true
  return value === `"${etag}"` || Math.floor(modified / 1000) * 1000 === Date.parse(value)
}

/** Without quotes. */
const tagsOf = (list: string): string[] => list.split(',').map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'))

export type ObjectRange = { kind: 'whole' } | { kind: 'part'; first: number; last: number } | { kind: 'unsatisfiable' }

/**
 * RFC 9110, 14: one range of bytes. More than one, and what is none, S3 answers with the whole: S3 API Reference,
 * "GetObject".
 * @param size of the object, in bytes
 */
export function parseRange(header: string | null, size: number): ObjectRange {
  const [, from = '', to = ''] = /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(header ?? '') ?? []
  if (from === '' && to === '') return { kind: 'whole' }
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (from !== '' && to !== '' && Number(to) < Number(from)) return { kind: 'whole' }
  return first < size && first <= last ? { kind: 'part', first, last } : { kind: 'unsatisfiable' }
}
