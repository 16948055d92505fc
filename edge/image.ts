/** Which responses are worth image work, and what it means where there is none. */
import type { ImageLimit } from './rules.ts'

/** Reasons that pass; this release has no image work, and so gives the last one alone. */
const TRANSIENT_REASONS = ['source-timeout', 'source-error', 'deadline', 'changed', 'disabled'] as const

/** Why a viewer got the original. What is not transient would be the same the next time. */
export type Reason = (typeof TRANSIENT_REASONS)[number] | 'no-route' | 'unsupported' | 'too-large'

export const isTransient = (reason: Reason): boolean => TRANSIENT_REASONS.some((transient) => transient === reason)

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
