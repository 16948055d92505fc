/** Conditional requests, answered from the cache. The guide says that CloudFront answers them; the rules are RFC 9110's. */

import { httpDate } from '../../../edge/http-date.ts'
import { hasHeader, headerValue, listOf } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import type { CachedObject, FetchedObject } from './messages.ts'

export type Condition = 'proceed' | 'not-modified' | 'precondition-failed'

/** What a cached object says of itself; `''` where it does not. */
export type Validators = { etag: string; lastModified: string }

/**
 * RFC 9110, 13.2.2, in its order. A header that holds no entity tag or no date counts as absent, and so does one whose
 * validator the object lacks, but for `If-Match`.
 */
export function conditionOf(method: string, headers: readonly HeaderLine[], entity: Validators): Condition {
  const isRead = method === 'GET' || method === 'HEAD'
  const wanted = hasHeader(headers, 'if-match') ? entityTags(listOf(headers, 'if-match')) : null
  if (wanted) {
    if (!wanted.some((tag) => tag === '*' || (isStrong(tag) && tag === entity.etag))) return 'precondition-failed'
  } else if (isLater(entity.lastModified, headerValue(headers, 'if-unmodified-since')) === true) {
    return 'precondition-failed'
  }
  const known = hasHeader(headers, 'if-none-match') ? entityTags(listOf(headers, 'if-none-match')) : null
  if (known) {
    const isKnown = known.some((tag) => tag === '*' || (entity.etag !== '' && opaque(tag) === opaque(entity.etag)))
    if (!isKnown) return 'proceed'
    return isRead ? 'not-modified' : 'precondition-failed'
  }
  const isNewer = isRead ? isLater(entity.lastModified, headerValue(headers, 'if-modified-since')) : null
  return isNewer === false ? 'not-modified' : 'proceed'
}

/** Whether one date is later than another; null where one of them is none. */
function isLater(date: string, than: string): boolean | null {
  if (date === '' || than === '') return null
  const time = httpDate(date)
  const limit = httpDate(than)
  return time === null || limit === null ? null : time > limit
}

/** RFC 9110, 8.8.3: `"…"` or `W/"…"`; a comma may stand within the quotes. */
const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"/g

/** The entity tags of a list, or its `*`; null where it holds none. */
function entityTags(list: string): readonly string[] | null {
  return list.trim() === '*' ? ['*'] : list.match(ENTITY_TAG)
}

/** RFC 9110, 8.8.3.2. */
export const isStrong = (etag: string): boolean => etag.startsWith('"')

/** What two tags of the same object share. */
export const opaque = (etag: string): string => (etag.startsWith('W/') ? etag.slice(2) : etag)

/** Whether the response to a HEAD is about the very object that is cached, which it then renews: RFC 9111, 4.3.5. */
export function isConfirmedByHead(
  cached: CachedObject,
  fetched: FetchedObject,
): fetched is Extract<FetchedObject, { kind: 'object' }> {
  if (fetched.kind === 'failed' || fetched.status !== 200 || cached.status !== 200 || cached.body === null) return false
  return ['etag', 'last-modified', 'content-length'].every((name) => {
    const stated = headerValue(fetched.headers, name)
    return stated === '' || opaque(stated) === opaque(headerValue(cached.headers, name))
  })
}
