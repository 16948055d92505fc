/** PutObject. */
import type { Signer } from './authorization.ts'
import { verdictOn } from './conditions.ts'
import type { Bucket } from './environment.ts'
import { metadataOf, type StoredObject } from './metadata.ts'
import { checksumHeaders, existingObject, preconditionFailed } from './object.ts'
import { objectOf, putObject } from './object-store.ts'
import { payloadOf } from './payload.ts'
import type { Reply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

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

export const ENCRYPTED = { 'x-amz-server-side-encryption': 'AES256' }

/** What an object would have to be read with is not forgotten in silence. */
function assertKept(headers: Headers): void {
  const [asked] = [...headers.keys()].filter((name) => name.startsWith('x-amz-server-side-encryption-customer-'))
  if (asked)
    throw new S3Error('NotImplemented', 'The local bucket does not encrypt with keys of a customer.', { Header: asked })
}

/**
 * S3 User Guide, "How to prevent object overwrites with conditional writes".
 * @returns what has to be there still, `null` for nothing, `undefined` for anything
 */
export async function assertConditions(
  headers: Headers,
  bucket: Bucket,
  key: string,
): Promise<StoredObject | null | undefined> {
  if (headers.has('if-match')) {
    const object = await existingObject(bucket, key)
    const verdict = verdictOn(headers, object)
    if (verdict.kind === 'failed') throw preconditionFailed(verdict.condition)
    return object
  }
  const ifNoneMatch = headers.get('if-none-match')
  if (ifNoneMatch === null) return undefined
  if (ifNoneMatch !== '*') throw new S3Error('NotImplemented', 'If-None-Match of a write is * or is not there.')
  if (await objectOf(bucket, key)) throw preconditionFailed('If-None-Match')
  return null
}
