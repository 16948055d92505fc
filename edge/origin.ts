/** Which of its route's origins a Lambda@Edge function is called for. */
import type { OriginRule } from './rules.ts'

/** The part of an event's `request.origin` that counts here. */
type EventOrigin = { s3?: { domainName?: unknown } | undefined; custom?: { domainName?: unknown } | undefined }

/**
 * By whichever of its names, as an S3 or a custom origin.
 * @returns the index of the rule; -1: none of them, as on a behaviour that is not the config's
 */
export function originIndex(origin: EventOrigin | undefined, rules: readonly OriginRule[]): number {
  const name = (origin?.s3 ?? origin?.custom)?.domainName
  return typeof name === 'string' ? rules.findIndex(({ domains }) => domains.includes(name.toLowerCase())) : -1
}
