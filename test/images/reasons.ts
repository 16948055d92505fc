/** Why a viewer may get the original: behaviour.md, origin-response, 4, stated here a second time on purpose. */

export const TRANSIENT = ['source-timeout', 'source-error', 'deadline', 'changed', 'disabled'] as const

export const PERMANENT = [
  'unsupported',
  'too-large',
  'too-many-pixels',
  'corrupt',
  'not-smaller',
  'over-limit',
] as const

export type Reason = (typeof TRANSIENT)[number] | (typeof PERMANENT)[number]

/** What may come of an invocation. */
export type Expected = 'rendition' | Reason

export const isTransient = (reason: string): boolean => TRANSIENT.some((known) => known === reason)

export const isReason = (text: string): text is Reason => isTransient(text) || PERMANENT.some((known) => known === text)
