/** CopyObject: S3 API Reference. */
import { verdictOn } from './conditions.ts'
import type { Bucket } from './environment.ts'
import { tryUnescape } from './escapes.ts'
import { metadataOf, type StoredObject } from './metadata.ts'
import { existingObject, preconditionFailed } from './object.ts'
import { putObject } from './object-store.ts'
import { type Reply, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import { element, timeText } from './s3-xml.ts'
import { assertConditions, ENCRYPTED } from './upload.ts'

/** @param bucketNamed rejects names that there are not */
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
  const verdict = verdictOn(headers, object, 'x-amz-copy-source-')
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
  if (!found?.body) throw new S3Error('ServiceUnavailable', 'The source was replaced while it was copied.')
  yield* found.body
}
