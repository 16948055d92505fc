import type { Reason } from '../edge/image.ts'

/** No rendition: the response stays as the origin gave it. */
export type Original = {
  kind: 'original'
  reason: Reason
  /** For the log. */
  detail: string
}

export const original = (reason: Reason, detail: string): Original => ({ kind: 'original', reason, detail })
