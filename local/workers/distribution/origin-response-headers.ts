/**
 * Which headers of an origin's response go on to viewers. Developer Guide, "Request and response behavior for custom origins" and
 * "… for Amazon S3 origins", headers that CloudFront removes or replaces; "Cache content based on cookies".
 */

import type { CachePolicy, OriginRequestPolicy } from '../../../bundle/policies.ts'
import { forwardsCookies, headersForwarded } from '../../platform/cache-key.ts'
import { HOP_BY_HOP, listOf } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'

/** Between CloudFront and the origin; and `via`, which CloudFront sets. */
const NEVER_KEPT = new Set([...HOP_BY_HOP, 'proxy-authenticate', 'via'])

const REMOVED_FOR_S3 = new Set(['x-amz-id-2', 'x-amz-request-id'])

/** `vary` is one line, in the place of its first. */
export function originResponseHeaders(
  headers: readonly HeaderLine[],
  cachePolicy: CachePolicy,
  originRequestPolicy: OriginRequestPolicy | undefined,
  isS3: boolean,
): HeaderLine[] {
  const kept: HeaderLine[] = []
  let isVaryDone = false
  for (const line of headers) {
    const [name] = line
    if (NEVER_KEPT.has(name) || (isS3 && REMOVED_FOR_S3.has(name))) continue
    if (name === 'set-cookie' && !forwardsCookies(cachePolicy, originRequestPolicy)) continue
    if (name !== 'vary') kept.push(line)
    else if (!isVaryDone) {
      const vary = keptVary(listOf(headers, 'vary'), cachePolicy, originRequestPolicy)
      if (vary !== '') kept.push(['vary', vary])
      isVaryDone = true
    }
  }
  return kept
}

const ALWAYS_VARIED = ['accept-encoding', 'cookie']

const DEVICE_HEADERS = [
  'cloudfront-is-desktop-viewer',
  'cloudfront-is-mobile-viewer',
  'cloudfront-is-smarttv-viewer',
  'cloudfront-is-tablet-viewer',
]

/** Names of headers that are forwarded; `user-agent` where one that says the device is. `*`: "Content negotiation". */
function keptVary(vary: string, cachePolicy: CachePolicy, more: OriginRequestPolicy | undefined): string {
  const isForwarded = headersForwarded(cachePolicy, more)
  const isKept = (name: string) => {
    if (name === '*') return cachePolicy.MinTTL === 0
    if (ALWAYS_VARIED.includes(name) || isForwarded(name)) return true
    return name === 'user-agent' && DEVICE_HEADERS.some(isForwarded)
  }
  return vary
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && isKept(name.toLowerCase()))
    .join(', ')
}
