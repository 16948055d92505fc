/** ListObjectsV2 and ListObjects: S3 API Reference. */

import { pageOf } from '../../protocol/listing.ts'
import { type Query, valueIn } from './address.ts'
import type { Bucket } from './environment.ts'
import { escapePath } from './escapes.ts'
import { md5Of } from './files.ts'
import { type Listed, listedKeys } from './listed.ts'
import { folderOf } from './object-store.ts'
import { type Reply, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'
import { element, timeText, type Xml } from './s3-xml.ts'

/** On a page: `max-keys`. */
const MAX_KEYS = 1000

/** How many the host may have open for their ETags. */
const FILES_AT_ONCE = 16

export async function listObjects({ query }: S3Request, bucket: Bucket): Promise<Reply> {
  const value = (name: string) => valueIn(query, name)
  const isV2 = value('list-type') === '2'
  const prefix = value('prefix') ?? ''
  const delimiter = value('delimiter') ?? ''
  const maxKeys = maxKeysOf(query)
  const encode = encoderOf(query)
  const token = value('continuation-token')
  const from = isV2 ? (value('start-after') ?? '') : (value('marker') ?? '')
  const after = isV2 && token !== undefined ? afterToken(token) : from

  const page = await pageOf(await listedKeys(bucket, prefix), { prefix, delimiter, after, maxKeys })
  const contents: Xml[][] = []
  for (let at = 0; at < page.contents.length; at += FILES_AT_ONCE) {
    const some = page.contents.slice(at, at + FILES_AT_ONCE)
    contents.push(...(await Promise.all(some.map((listed) => contentsOf(bucket, listed, encode)))))
  }
  const owned = !isV2 || value('fetch-owner') === 'true'
  return xmlReply('ListBucketResult', [
    element('Name', bucket.name),
    element('Prefix', encode(prefix)),
    ...(delimiter === '' ? [] : [element('Delimiter', encode(delimiter))]),
    element('MaxKeys', maxKeys),
    element('EncodingType', value('encoding-type')),
    element('IsTruncated', page.next !== null),
    ...(isV2
      ? [
          element('KeyCount', page.contents.length + page.groups.length),
          element('StartAfter', from === '' ? undefined : encode(from)),
          element('ContinuationToken', token),
          element('NextContinuationToken', page.next === null ? undefined : toToken(page.next)),
        ]
      : [
          element('Marker', encode(from)),
          // Without a delimiter, the last key is the marker.
          element('NextMarker', page.next === null || delimiter === '' ? undefined : encode(page.next)),
        ]),
    ...contents.map((elements) => element('Contents', owned ? [...elements, OWNER] : elements)),
    ...page.groups.map((group) => element('CommonPrefixes', [element('Prefix', encode(group))])),
  ])
}

const OWNER = element('Owner', [element('ID', '0'.repeat(64))])

async function contentsOf(bucket: Bucket, listed: Listed, encode: (text: string) => string): Promise<Xml[]> {
  return [
    element('Key', encode(listed.key)),
    element('LastModified', timeText(listed.modified)),
    element('ETag', `"${listed.etag ?? (await etagOfFile(bucket, listed.key))}"`),
    element('Size', listed.size),
    element('StorageClass', 'STANDARD'),
  ]
}

/** A file that nobody has asked for yet need not be imported to be listed. */
async function etagOfFile(bucket: Bucket, key: string): Promise<string> {
  const folder = folderOf(bucket)
  return (folder && (await md5Of(folder, key))) ?? ''
}

function maxKeysOf(query: Query): number {
  const text = valueIn(query, 'max-keys') ?? String(MAX_KEYS)
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), MAX_KEYS)
  throw new S3Error('InvalidArgument', 'max-keys is a number from 0.', {
    ArgumentName: 'max-keys',
    ArgumentValue: text,
  })
}

function encoderOf(query: Query): (text: string) => string {
  const type = valueIn(query, 'encoding-type')
  if (type === undefined) return (text) => text
  if (type === 'url') return escapePath
  throw new S3Error('InvalidArgument', 'encoding-type is url.', { ArgumentName: 'encoding-type', ArgumentValue: type })
}

const toToken = (after: string): string => Buffer.from(after).toString('base64url')

function afterToken(token: string): string {
  const after = Buffer.from(token, 'base64url').toString()
  if (after !== '' && toToken(after) === token) return after
  throw new S3Error('InvalidArgument', 'The continuation token is not one of this bucket.', {
    ArgumentName: 'continuation-token',
  })
}
