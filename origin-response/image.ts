/** The image step. This release has none yet: what could have been transformed stays as it is, for a minute. */
import { type Caching, transientCaching } from '../edge/cache-control.ts'
import { type Headers, headerText, mediaTypeOf, setHeader } from '../edge/headers.ts'
import { checkSource, isTransient, originalBecause, RESULT_HEADER, type Reason } from '../edge/image.ts'
import type { ImageLimit } from '../edge/rules.ts'

/** Says in the response why it is the original. @returns its caching, which a passing reason makes short */
export function withImage(headers: Headers, limit: ImageLimit | undefined, caching: Caching): Caching {
  if (!limit) return caching
  const length = headerText(headers, 'content-length')
  const source = checkSource(mediaTypeOf(headers), length === '' ? Number.NaN : Number(length), limit)
  const reason: Reason = source.kind === 'original' ? source.reason : 'disabled'
  setHeader(headers, RESULT_HEADER, originalBecause(reason))
  return isTransient(reason) ? transientCaching(caching) : caching
}
