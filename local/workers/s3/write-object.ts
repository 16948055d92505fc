/** PutObject, CopyObject, DeleteObject and DeleteObjects: S3 API Reference. */
import { type S3Request, tryUnescape } from './address.ts'
import type { Signer } from './authorization.ts'
import type { Bucket } from './environment.ts'
import { metadataOf, type StoredObject } from './metadata.ts'
import { deleteObject, objectOf, putObject } from './object-store.ts'
import { payloadOf } from './payload.ts'
import { checksumHeaders, conditionOutcome, existingObject, preconditionFailed } from './read-object.ts'
import { type Reply, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import { assertRoot, element, insideOf, malformed, textIn, timeText, xmlOf } from './s3-xml.ts'

export async function storeObject(request: S3Request, bucket: Bucket, signer: Signer | null): Promise<Reply> {
  const { headers, address } = request
  assertKept(headers)
  const payload = payloadOf(request, signer)
  const over = await assertConditions(headers, bucket, address.key)
  const stored = await putObject(bucket, { key: address.key, metadata: metadataOf(headers), ...payload }, over)
  if (!stored) throw preconditionFailed(headers.has('if-match') ? 'If-Match' : 'If-None-Match')
  return {
    status: 200,
    headers: { ...ENCRYPTED, etag: `"${stored.etag}"`, ...checksumHeaders(stored.checksum), 'content-length': '0' },
  }
}

/** What S3 says of every object that it stores: it encrypts them unasked. */
export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' }

/** An upload with a key of the customer's own is refused: it would be stored without, and read without. */
function assertKept(headers: Headers): void {
  const [asked] = [...headers.keys()].filter((name) => name.startsWith('x-amz-server-side-encryption-customer-'))
  if (asked)
    throw new S3Error('NotImplemented', 'The local bucket does not encrypt with keys of a customer.', { Header: asked })
}

/**
 * S3 User Guide, "How to prevent object overwrites with conditional writes".
 * @returns the object that the write replaces and that must still be there; `null`: none may be there; `undefined`: no
 *   condition
 */
export async function assertConditions(
  headers: Headers,
  bucket: Bucket,
  key: string,
): Promise<StoredObject | null | undefined> {
  if (headers.has('if-match')) {
    const object = await existingObject(bucket, key)
    const verdict = conditionOutcome(headers, object)
    if (verdict.kind === 'failed') throw preconditionFailed(verdict.condition)
    return object
  }
  const ifNoneMatch = headers.get('if-none-match')
  if (ifNoneMatch === null) return undefined
  if (ifNoneMatch !== '*') throw new S3Error('NotImplemented', 'If-None-Match of a write is * or is not there.')
  if (await objectOf(bucket, key)) throw preconditionFailed('If-None-Match')
  return null
}

/** @param bucketNamed throws S3Error where there is no bucket of a name */
export async function copyObject(
  { headers, address }: S3Request,
  bucket: Bucket,
  bucketNamed: (name: string) => Bucket,
): Promise<Reply> {
  const source = sourceOf(headers.get('x-amz-copy-source') ?? '')
  const from = bucketNamed(source.bucket)
  const replaces = directiveOf(headers) === 'REPLACE'
  if (!replaces && from.name === bucket.name && source.key === address.key) {
    throw new S3Error('InvalidRequest', 'An object is copied onto itself only to replace its metadata.')
  }
  const object = await existingObject(from, source.key)
  const verdict = conditionOutcome(headers, object, 'x-amz-copy-source-')
  if (verdict.kind !== 'met') {
    throw preconditionFailed(`x-amz-copy-source-${verdict.kind === 'failed' ? verdict.condition : 'If-None-Match'}`)
  }
  const over = await assertConditions(headers, bucket, address.key)
  const stored = await putObject(
    bucket,
    {
      key: address.key,
      metadata: replaces ? metadataOf(headers) : object.metadata,
      length: object.size,
      bytes: bytesOf(from, object),
      checksum: object.checksum,
    },
    over,
  )
  if (!stored) throw preconditionFailed('If-None-Match')
  const reply = xmlReply('CopyObjectResult', [
    element('LastModified', timeText(stored.modified)),
    element('ETag', `"${stored.etag}"`),
  ])
  return { ...reply, headers: { ...ENCRYPTED, ...reply.headers } }
}

/** `/bucket/key` or `bucket/key`, escaped. */
function sourceOf(header: string): { bucket: string; key: string } {
  const [rawPath = '', version = 'versionId=null'] = header.split(/\?(?=versionId=)/)
  const path = tryUnescape(rawPath)
  const [, bucket, key] = (path.kind === 'text' && /^\/?([^/]+)\/([\s\S]+)$/.exec(path.text)) || []
  if (bucket && key && version === 'versionId=null') return { bucket, key }
  throw new S3Error('InvalidArgument', 'x-amz-copy-source is expected to be a bucket, a slash, and an escaped key.', {
    ArgumentName: 'x-amz-copy-source',
    ArgumentValue: header,
  })
}

function directiveOf(headers: Headers): 'COPY' | 'REPLACE' {
  const directive = headers.get('x-amz-metadata-directive') ?? 'COPY'
  if (directive === 'COPY' || directive === 'REPLACE') return directive
  throw new S3Error('InvalidArgument', 'x-amz-metadata-directive is COPY or REPLACE.', { ArgumentValue: directive })
}

async function* bytesOf({ r2 }: Bucket, { key, etag }: StoredObject): AsyncGenerator<Uint8Array> {
  const found = await r2.get(key, { onlyIf: { etagMatches: etag } })
  if (!found || !('body' in found))
    throw new S3Error('ServiceUnavailable', 'The source was replaced while it was copied.')
  yield* found.body
}

/** How many keys one DeleteObjects request may name. */
const MAX_KEYS = 1000

/** The answer is the same whether there was an object or not, as S3's is. */
export async function removeObject({ headers, address }: S3Request, bucket: Bucket): Promise<Reply> {
  if (headers.has('if-match')) await assertConditions(headers, bucket, address.key)
  await deleteObject(bucket, address.key)
  return { status: 204 }
}

export async function removeObjects(request: S3Request, bucket: Bucket): Promise<Reply> {
  const xml = await xmlOf(request)
  assertRoot(xml, 'Delete')
  const keys = [...insideOf(xml, 'Object')].map((object) => textIn(object, 'Key') ?? '')
  if (keys.length === 0 || keys.includes('')) throw malformed('a Key is missing')
  if (keys.length > MAX_KEYS) throw malformed(`there are more than ${MAX_KEYS} keys`)
  for (const key of keys) await deleteObject(bucket, key)
  const told = textIn(xml, 'Quiet') === 'true' ? [] : keys
  return xmlReply(
    'DeleteResult',
    told.map((key) => element('Deleted', [element('Key', key)])),
  )
}
