/** Which responses are worth image work, and what `x-rimlight` says of the outcome. */
import type { ImageLimit } from './rules.ts'

/** Reasons that pass: the next request may get the rendition. */
const TRANSIENT_REASONS = ['source-timeout', 'source-error', 'deadline', 'changed', 'disabled'] as const

/** Reasons that would be the same the next time, so that the response may be cached as usual. */
const PERMANENT_REASONS = [
  'no-route',
  'extension',
  'unsupported',
  'too-large',
  'too-many-pixels',
  'corrupt',
  'not-smaller',
  'over-limit',
] as const

/**
 * Why a viewer got the original.
 *
 * - `source-timeout`, `source-error`: S3 was too slow to give the source once more, or did not give it
 * - `deadline`: the rendition would not have been ready in time
 * - `changed`: the object is no longer the one whose response is in hand
 * - `disabled`: the image step could not be loaded, or found no memory or disk
 * - `no-route`: origin-request is not attached, or belongs to another build
 * - `extension`: an image under a name whose extension takes no image parameters: none can have been asked for
 * - `unsupported`: no kind of image that is transformed, the target format can't hold it, or it says `no-transform`
 * - `too-large`, `too-many-pixels`: more bytes, or more pixels, memory or time than there are for one image
 * - `corrupt`: it can't be decoded, or most of it is missing
 * - `not-smaller`: the source is what is asked for, or has fewer bytes than what was made of it
 * - `over-limit`: no rendition that was tried fits into a generated response
 */
export type Reason = (typeof TRANSIENT_REASONS)[number] | (typeof PERMANENT_REASONS)[number]

export const isTransient = (reason: Reason): boolean => TRANSIENT_REASONS.some((transient) => transient === reason)

/** The type of an original that is named in `x-rimlight`: most browsers don't show it, so its reader will wonder. */
const SELDOM_SHOWN = 'image/heic'

/** What `x-rimlight` says of an original. @param type of its bytes, where they were read */
export const originalBecause = (reason: Reason, type?: string): string =>
  `original; reason=${reason}${type === SELDOM_SHOWN ? `; type=${type}` : ''}`

/**
 * What `x-rimlight` says of a missing object. To a caller that may not list the bucket, S3 answers 403 both for a key that does
 * not exist and for an object that may not be read (by a bucket policy, a KMS key, or as another account's object). Only the error
 * code in the body tells those apart, and origin-response does not see the body. 404: the key, or the bucket, does not exist.
 */
export const missingAs = (status: number, shown = 'missing'): string => `${shown}; s3=${status}`

/** What a rendition lacks. `frames`: of those that the source has; `isIncomplete`: some of the source's data is missing. */
export type Losses = { frames: number; framesOfSource: number; isIncomplete: boolean }

/** What `x-rimlight` says of a rendition; sizes in pixels. */
export const renditionAs = (format: string, width: number, height: number, quality: number, losses: Losses): string =>
  [
    `${format}; ${width}x${height}; q=${quality}`,
    ...(losses.frames < losses.framesOfSource ? [`frames=${losses.frames}/${losses.framesOfSource}`] : []),
    ...(losses.isIncomplete ? ['incomplete'] : []),
  ].join('; ')

export const RESULT_HEADER = 'x-rimlight'
export const VERDICT_HEADER = 'x-rimlight-verdict'

/**
 * Types of text, documents, sound, films and archives, which nobody gives a picture by mistake. All other types are a hint at
 * most: pictures often have S3's default type, one of a form or of an uploading program, or none.
 */
const OTHER_KINDS =
  /^(?:audio|font|message|model|text|video)\/|[/+](?:json|xml|yaml|zip)$|^application\/(?:vnd\.|(?:x-)?(?:javascript|ecmascript|gzip|tar|7z-compressed)$|(?:pdf|rtf|msword|postscript|wasm)$)/

/** Whether bytes of this type may be a picture. SVG is text, and never drawn here. @param type empty: not told */
export const mayBeImage = (type: string): boolean => !OTHER_KINDS.test(type)

/** Whether the type says which kind of picture it is, in a way that everybody knows. */
export const isTelling = (type: string): boolean => type.startsWith('image/') && !VAGUE_TYPES.test(type)

/**
 * Registered nowhere, and unknown to browsers: wildcards and placeholders of programs that upload, and what old browsers
 * called pictures in uploads (`image/pjpeg`, `image/x-png`, `image/x-citrix-jpeg`).
 */
const VAGUE_TYPES =
  /^image\/(?:\*|unknown|binary|octet-stream|file|image|(?:p|x-|x-citrix-)(?:jpe?g|jfif|png|gif|webp|avif|tiff?|hei[cf]))?$/

export type SourceCheck = { kind: 'eligible' } | { kind: 'original'; reason: 'unsupported' | 'too-large' | 'corrupt' }

/**
 * Whether a source is worth reading. Without a useful type or a length it is: the bytes will tell.
 * @param type the media type, without parameters; empty: not told
 * @param length `Content-Length` in bytes; `NaN`: not told
 */
export function checkSource(
  type: string,
  length: number,
  { maxInputBytes }: Pick<ImageLimit, 'maxInputBytes'>,
): SourceCheck {
  if (!mayBeImage(type)) return { kind: 'original', reason: 'unsupported' }
  if (length === 0) return { kind: 'original', reason: 'corrupt' }
  return length > maxInputBytes ? { kind: 'original', reason: 'too-large' } : { kind: 'eligible' }
}
