/**
 * Conditional requests: RFC 9110, 13.1 and 13.2.2, which S3 follows: S3 API Reference, "GetObject". S3 takes an entity
 * tag without its quotes, too.
 */
import type { StoredObject } from './metadata.ts'

export type Verdict = { kind: 'met' } | { kind: 'not-modified' } | { kind: 'failed'; condition: string }

type Validators = Pick<StoredObject, 'etag' | 'modified'>

/** @param prefix of the headers' names: `x-amz-copy-source-` for what is copied */
export function verdictOn(headers: Headers, { etag, modified }: Validators, prefix = ''): Verdict {
  const value = (name: string) => headers.get(prefix + name)
  const date = (name: string) => Date.parse(value(name) ?? '')
  const seconds = Math.floor(modified / 1000) * 1000

  const ifMatch = value('if-match')
  if (ifMatch !== null) {
    if (!tagsOf(ifMatch).some((tag) => tag === '*' || tag === etag)) return { kind: 'failed', condition: 'If-Match' }
  } else if (seconds > date('if-unmodified-since')) return { kind: 'failed', condition: 'If-Unmodified-Since' }

  const ifNoneMatch = value('if-none-match')
  if (ifNoneMatch !== null) {
    const isKnown = tagsOf(ifNoneMatch.replaceAll('W/', '')).some((tag) => tag === '*' || tag === etag)
    return isKnown ? { kind: 'not-modified' } : { kind: 'met' }
  }
  return seconds <= date('if-modified-since') ? { kind: 'not-modified' } : { kind: 'met' }
}

/** RFC 9110, 13.1.5: whether a range is of what the client has. */
export function isStillRange(headers: Headers, { etag, modified }: Validators): boolean {
  const value = headers.get('if-range')
  if (value === null) return true
  return value === `"${etag}"` || Math.floor(modified / 1000) * 1000 === Date.parse(value)
}

/** Without quotes. */
const tagsOf = (list: string): string[] => list.split(',').map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'))
