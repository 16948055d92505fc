/** Compares what is in the bucket with what should be there. */
import type { Fingerprint } from './fingerprint.ts'

/** What an object should be. */
export type WantedObject = Fingerprint & {
  contentType: string
  /** `undefined`: none. */
  cacheControl: string | undefined
  /** Of the HEIC that its bytes were made of, the sha256 in hex. */
  heicSha256?: string
}

/** What the bucket says of an object. */
export type FoundObject =
  | { kind: 'none' }
  /** All that a listing tells. */
  | { kind: 'listed'; bytes: number }
  | {
      kind: 'object'
      bytes: number
      /** From its metadata, in hex: what the uploader said, which S3 has not checked. */
      sha256: string | undefined
      /** S3's own, over all its bytes, in hex; `undefined` where it was uploaded without. */
      checksum: string | undefined
      contentType: string | undefined
      cacheControl: string | undefined
      contentEncoding: string | undefined
      /** From its metadata. */
      heicSha256?: string | undefined
    }

export type ObjectChange =
  | { kind: 'same' }
  | { kind: 'new' }
  /** Other bytes, or bytes of which nothing is known. */
  | { kind: 'changed' }
  /** The same bytes under another header: `content-type: text/plain → image/svg+xml`. */
  | { kind: 'headers'; differences: string[] }
  /** Only the headers of the object itself tell. */
  | { kind: 'unknown' }

/**
 * The bytes are the same where the metadata says so and S3's own checksum, if there is one, does not say otherwise. An
 * object of the same bytes without that metadata is uploaded again: without it, no version could be verified.
 */
export function changeOf(wanted: WantedObject, found: FoundObject): ObjectChange {
  if (found.kind === 'none') return { kind: 'new' }
  if (found.bytes !== wanted.bytes) return { kind: 'changed' }
  if (found.kind === 'listed') return { kind: 'unknown' }
  const isSame = found.sha256 === wanted.sha256 && (found.checksum ?? wanted.sha256) === wanted.sha256
  if (!isSame) return { kind: 'changed' }
  const differences = [
    ...difference('content-type', found.contentType, wanted.contentType),
    ...difference('cache-control', found.cacheControl, wanted.cacheControl),
    ...difference('content-encoding', found.contentEncoding, undefined),
  ]
  return differences.length > 0 ? { kind: 'headers', differences } : { kind: 'same' }
}

/**
 * What was made of a HEIC, told without making it again: by the HEIC's own sha256, which is in the metadata of what was made.
 * @param wanted the HEIC itself
 */
export function changeOfHeic(wanted: WantedObject, found: FoundObject): { wanted: WantedObject; change: ObjectChange } {
  if (found.kind !== 'object' || found.heicSha256 !== wanted.sha256 || found.sha256 === undefined) {
    return { wanted, change: found.kind === 'none' ? { kind: 'new' } : { kind: 'changed' } }
  }
  const { sha256, bytes, contentType = wanted.contentType } = found
  const made = { ...wanted, sha256, bytes, contentType, heicSha256: wanted.sha256 }
  return { wanted: made, change: changeOf(made, found) }
}

const difference = (header: string, found: string | undefined, wanted: string | undefined): string[] =>
  (found || undefined) === wanted ? [] : [`${header}: ${found || 'none'} → ${wanted ?? 'none'}`]
