/** GetObject and HeadObject. */
import { type Query, valueIn } from './address.ts'
import { isStillRange, verdictOn } from './conditions.ts'
import type { Bucket } from './environment.ts'
import type { StoredObject } from './metadata.ts'
import { objectOf } from './object-store.ts'
import { parseRange, type Range } from './range.ts'
import type { Reply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

/** How often an object may be replaced between the look at it and the read of it. */
const ATTEMPTS = 5

export async function getObject(request: S3Request, bucket: Bucket): Promise<Reply> {
  const { method, headers, query, address } = request
  if (valueIn(query, 'partNumber') !== undefined) {
    throw new S3Error('NotImplemented', 'The local bucket does not give out the parts of an object.')
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const object = await existingObject(bucket, address.key)
    const verdict = verdictOn(headers, object)
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

const WHOLE: Range = { kind: 'whole' }

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

/** `undefined`: there is another object by now. */
async function read({ r2 }: Bucket, { key, etag }: StoredObject, range: Range) {
  const part = range.kind === 'part' ? { range: { offset: range.first, length: range.last - range.first + 1 } } : {}
  const found = await r2.get(key, { onlyIf: { etagMatches: etag }, ...part })
  return found?.body
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

function extent(range: Range, { size, checksum }: StoredObject, headers: Headers): Record<string, string | undefined> {
  if (range.kind === 'part') {
    const { first, last } = range
    return { 'content-range': `bytes ${first}-${last}/${size}`, 'content-length': String(last - first + 1) }
  }
  const isAsked = headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
  return { ...(isAsked && checksumHeaders(checksum)), 'content-length': String(size) }
}

/** A checksum over a whole object: S3 User Guide, "Checking object integrity", "Full object and composite checksums". */
export const checksumHeaders = (checksum: StoredObject['checksum']): Record<string, string> =>
  checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' } : {}
