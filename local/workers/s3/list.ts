/** ListObjectsV2 and ListObjects: S3 API Reference. */
import { compareKeys } from '../../../base/compare-keys.ts'
import type { FileEntry } from '../../protocol/folder-messages.ts'
import { escapePath, type Query, type S3Request, valueIn } from './address.ts'
import type { Bucket } from './environment.ts'
import { filesOf, md5Of } from './files.ts'
import { fromR2, type StoredObject } from './metadata.ts'
import { folderOf, isCurrent } from './object-store.ts'
import { pageOf } from './page.ts'
import { type Reply, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import { element, timeText, type Xml } from './s3-xml.ts'

/** The most that a page has, whatever `max-keys` says. */
const MAX_KEYS = 1000

/** How many files the host reads at a time for their ETags. */
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

/** A file need not be imported before it is asked for, to be listed. */
async function etagOfFile(bucket: Bucket, key: string): Promise<string> {
  const folder = folderOf(bucket)
  return (folder && (await md5Of(folder, key))) ?? ''
}

type Listed = {
  key: string
  /** Bytes. */
  size: number
  /** Milliseconds since 1970. */
  modified: number
  /** `null`: of a file that has not been imported as it is now. */
  etag: string | null
}

/**
 * The keys of a bucket in order: those of R2 and, where there is one, those of its folder.
 * @returns what reads on after a key, in pieces; nothing at the end
 */
async function listedKeys(bucket: Bucket, prefix: string): Promise<(after: string) => Promise<Listed[]>> {
  const folder = folderOf(bucket)
  const files = folder ? (await filesOf(folder)).filter(({ key }) => key.startsWith(prefix)) : []
  return async (after) => {
    for (let from = after; ; ) {
      const { objects, truncated } = await bucket.r2.list({
        prefix,
        startAfter: from,
        include: ['httpMetadata', 'customMetadata'],
      })
      const until = truncated ? (objects.at(-1)?.key ?? null) : null
      const listed = merged(objects.map(fromR2), filesBetween(files, from, until))
      if (listed.length > 0 || until === null) return listed
      // Nothing of this piece is in the bucket now: deletions, and imports whose file has gone.
      from = until
    }
  }
}

const filesBetween = (files: readonly FileEntry[], after: string, until: string | null): FileEntry[] =>
  files.filter(({ key }) => compareKeys(key, after) > 0 && (until === null || compareKeys(key, until) <= 0))

/** What `objectOf` finds under each key, without importing files. */
function merged(stored: readonly StoredObject[], files: readonly FileEntry[]): Listed[] {
  const byKey = new Map<string, Listed>()
  const fileOf = new Map(files.map((file) => [file.key, file]))
  for (const object of stored) {
    const file = fileOf.get(object.key) ?? null
    if (!isCurrent(object, file)) continue
    fileOf.delete(object.key)
    if (object.source !== 'deleted') byKey.set(object.key, object)
  }
  for (const { key, size, modified } of fileOf.values()) byKey.set(key, { key, size, modified, etag: null })
  return [...byKey.values()].toSorted((one, other) => compareKeys(one.key, other.key))
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
