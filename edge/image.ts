/** Which responses are worth image work, and what it means where there is none. */
import type { ImageLimit } from './rules.ts'

/** Why a viewer got the original. The first five pass; the rest would be the same the next time. */
export type Reason = TransientReason | 'no-route' | 'unsupported' | 'too-large'
export type TransientReason = 'source-timeout' | 'source-error' | 'deadline' | 'changed' | 'disabled'

const TRANSIENT: readonly string[] = ['source-timeout', 'source-error', 'deadline', 'changed', 'disabled']

export const isTransient = (reason: Reason): reason is TransientReason => TRANSIENT.includes(reason)

/** What `x-rimlight` says of an original. */
export const originalBecause = (reason: Reason): string => `original; reason=${reason}`

export const RESULT_HEADER = 'x-rimlight'
export const VERDICT_HEADER = 'x-rimlight-verdict'

const SOURCE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/tiff', 'image/avif']

export type SourceCheck = { kind: 'eligible' } | { kind: 'original'; reason: 'unsupported' | 'too-large' }

/**
 * Whether a source is worth reading. Without a type or a length it is: the bytes will tell.
 * @param type the media type, without parameters; empty: not told
 * @param length `Content-Length` in bytes; `NaN`: not told
 */
export function checkSource(type: string, length: number, { maxInputBytes }: ImageLimit): SourceCheck {
  if (type !== '' && !SOURCE_TYPES.includes(type)) return { kind: 'original', reason: 'unsupported' }
  return length > maxInputBytes ? { kind: 'original', reason: 'too-large' } : { kind: 'eligible' }
}
