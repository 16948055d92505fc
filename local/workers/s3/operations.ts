/** Which operation a request asks for: S3 API Reference, "Actions". */
import { type S3Request, valueIn } from './address.ts'
import type { Signer } from './authorization.ts'
import type { Bucket } from './environment.ts'
import { listObjects } from './list.ts'
import { abortUpload, completeUpload, createUpload, uploadPart } from './multipart.ts'
import { getObject } from './read-object.ts'
import { type Reply, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import { copyObject, removeObject, removeObjects, storeObject } from './write-object.ts'

export type Context = {
  bucket: Bucket
  signer: Signer | null
  /** @throws S3Error if there is no bucket of this name */
  bucketNamed(name: string): Bucket
}

type Operation = {
  method: string
  /** The parameter of `RESOURCES` in the query; `null`: it has none of them. */
  resource: string | null
  run(request: S3Request, context: Context): Reply | Promise<Reply>
}

const OF_OBJECTS: readonly Operation[] = [
  { method: 'GET', resource: null, run: (request, { bucket }) => getObject(request, bucket) },
  { method: 'HEAD', resource: null, run: (request, { bucket }) => getObject(request, bucket) },
  {
    method: 'PUT',
    resource: null,
    run: (request, { bucket, signer, bucketNamed }) =>
      request.headers.has('x-amz-copy-source')
        ? copyObject(request, bucket, bucketNamed)
        : storeObject(request, bucket, signer),
  },
  { method: 'DELETE', resource: null, run: (request, { bucket }) => removeObject(request, bucket) },
  { method: 'POST', resource: 'uploads', run: (request, { bucket }) => createUpload(request, bucket) },
  { method: 'PUT', resource: 'uploadId', run: (request, { bucket, signer }) => uploadPart(request, bucket, signer) },
  { method: 'POST', resource: 'uploadId', run: (request, { bucket }) => completeUpload(request, bucket) },
  { method: 'DELETE', resource: 'uploadId', run: (request, { bucket }) => abortUpload(request, bucket) },
]

const OF_BUCKETS: readonly Operation[] = [
  { method: 'GET', resource: null, run: (request, { bucket }) => listObjects(request, bucket) },
  {
    method: 'HEAD',
    resource: null,
    run: (_, { bucket: { region } }) => ({ status: 200, headers: { 'x-amz-bucket-region': region } }),
  },
  { method: 'GET', resource: 'location', run: (_, { bucket }) => location(bucket) },
  { method: 'POST', resource: 'delete', run: (request, { bucket }) => removeObjects(request, bucket) },
  {
    method: 'PUT',
    resource: null,
    run() {
      throw new S3Error('BucketAlreadyOwnedByYou', 'The bucket is there already.')
    },
  },
]

/** The names in a query that ask for something else than the object or the list. */
const RESOURCES = new Set(
  `accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory legal-hold
    lifecycle location logging metadataConfiguration metadataTable metrics notification object-lock
    ownershipControls policy policyStatus publicAccessBlock renameObject replication requestPayment
    restore retention select session tagging torrent uploadId uploads versioning versions website`.split(/\s+/),
)

/** S3 User Guide, "Naming Amazon S3 objects": UTF-8. */
const MAX_KEY_BYTES = 1024

/** @throws S3Error for what S3 or the local bucket does not do */
export async function operate(request: S3Request, context: Context): Promise<Reply> {
  const { method, address, query } = request
  if (Buffer.byteLength(address.key) > MAX_KEY_BYTES) {
    throw new S3Error('KeyTooLongError', 'The key is longer than a key may be.', {
      MaxSizeAllowed: String(MAX_KEY_BYTES),
    })
  }
  const version = valueIn(query, 'versionId') ?? 'null'
  if (version !== 'null')
    throw new S3Error('InvalidArgument', 'The bucket keeps no versions.', { ArgumentName: 'versionId' })
  const resource = query.find(([name]) => RESOURCES.has(name))?.[0] ?? null
  const operations = address.key === '' ? OF_BUCKETS : OF_OBJECTS
  const operation = operations.find((row) => row.method === method && row.resource === resource)
  if (operation) return operation.run(request, context)
  if (resource === null && !operations.some((row) => row.method === method && method !== 'POST')) {
    throw new S3Error('MethodNotAllowed', 'The method is not one for this.', { Method: method })
  }
  throw new S3Error(
    'NotImplemented',
    `The local bucket does not do ${method}${resource === null ? '' : ` of ${resource}`}.`,
  )
}

/** Of us-east-1 the location is empty: S3 API Reference, "GetBucketLocation". */
const location = ({ region }: Bucket): Reply => xmlReply('LocationConstraint', region === 'us-east-1' ? '' : region)
