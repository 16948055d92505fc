/** Uploads in parts: S3 User Guide, "Uploading and copying objects using multipart upload". R2 keeps the parts. */
import { type S3Request, valueIn } from './address.ts'
import type { Signer } from './authorization.ts'
import type { Bucket } from './environment.ts'
import { metadataOf } from './metadata.ts'
import { pour, uploadOptions } from './object-store.ts'
import { payloadOf } from './payload.ts'
import { type Reply, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import { assertRoot, element, insideOf, malformed, textIn, xmlOf } from './s3-xml.ts'
import { assertConditions, ENCRYPTED } from './write-object.ts'

/** S3 User Guide, "Amazon S3 multipart upload limits". */
const MAX_PARTS = 10_000

export async function createUpload({ headers, address }: S3Request, bucket: Bucket): Promise<Reply> {
  const { key } = address
  const options = await uploadOptions(bucket, { key, metadata: metadataOf(headers), checksum: null })
  const { uploadId } = await bucket.r2.createMultipartUpload(key, options)
  const reply = xmlReply('InitiateMultipartUploadResult', [
    element('Bucket', bucket.name),
    element('Key', key),
    element('UploadId', uploadId),
  ])
  return { ...reply, headers: { ...ENCRYPTED, ...reply.headers } }
}

export async function uploadPart(request: S3Request, bucket: Bucket, signer: Signer | null): Promise<Reply> {
  if (request.headers.has('x-amz-copy-source')) {
    throw new S3Error('NotImplemented', 'The local bucket copies whole objects alone.')
  }
  const part = partNumber(valueIn(request.query, 'partNumber') ?? '')
  const payload = payloadOf(request, signer)
  const upload = uploadOf(request, bucket)
  const { etag } = await pour(payload, (value) => upload.uploadPart(part, value))
  return { status: 200, headers: { ...ENCRYPTED, etag: `"${etag}"`, 'content-length': '0' } }
}

export async function completeUpload(request: S3Request, bucket: Bucket): Promise<Reply> {
  const { headers, address } = request
  const xml = await xmlOf(request)
  assertRoot(xml, 'CompleteMultipartUpload')
  const parts = [...insideOf(xml, 'Part')].map(partOf)
  if (parts.length === 0) throw malformed('a Part is missing')
  if (parts.some(({ partNumber }, index) => partNumber <= (parts[index - 1]?.partNumber ?? 0))) {
    throw new S3Error('InvalidPartOrder', 'The parts are not in ascending order.')
  }
  await assertConditions(headers, bucket, address.key)
  const { etag } = await uploadOf(request, bucket).complete(parts).catch(unknownUpload)
  return xmlReply('CompleteMultipartUploadResult', [
    element('Location', `http://${request.host}${request.rawPath}`),
    element('Bucket', bucket.name),
    element('Key', address.key),
    element('ETag', `"${etag}"`),
  ])
}

export async function abortUpload(request: S3Request, bucket: Bucket): Promise<Reply> {
  await uploadOf(request, bucket).abort().catch(unknownUpload)
  return { status: 204 }
}

const uploadOf = ({ address, query }: S3Request, { r2 }: Bucket) =>
  r2.resumeMultipartUpload(address.key, valueIn(query, 'uploadId') ?? '')

/** Miniflare's R2 answers with an internal error (10001) where it does not know the upload. */
function unknownUpload(error: unknown): never {
  if (/\(10001\)$/.test(String(error))) throw new S3Error('NoSuchUpload', 'There is no such upload.')
  throw error
}

function partOf(xml: string): R2UploadedPart {
  const etag = textIn(xml, 'ETag')
  if (etag === undefined) throw malformed('a Part has no ETag')
  return { partNumber: partNumber(textIn(xml, 'PartNumber') ?? ''), etag: etag.replace(/^"(.*)"$/, '$1') }
}

function partNumber(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PARTS) return Number(text)
  throw new S3Error('InvalidArgument', `A part has a number from 1 to ${MAX_PARTS}.`, { ArgumentValue: text })
}
