/** DeleteObject and DeleteObjects: S3 API Reference. */
import type { Bucket } from './environment.ts'
import { deleteObject } from './object-store.ts'
import { type Reply, xmlReply } from './reply.ts'
import type { S3Request } from './s3-request.ts'
import { assertRoot, element, insideOf, malformed, textIn } from './s3-xml.ts'
import { assertConditions } from './upload.ts'
import { textOf } from './xml-body.ts'

/** In one request. */
const MAX_KEYS = 1000

/** No word about whether there was one. */
export async function removeObject({ headers, address }: S3Request, bucket: Bucket): Promise<Reply> {
  if (headers.has('if-match')) await assertConditions(headers, bucket, address.key)
  await deleteObject(bucket, address.key)
  return { status: 204 }
}

export async function removeObjects(request: S3Request, bucket: Bucket): Promise<Reply> {
  const xml = await textOf(request)
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
