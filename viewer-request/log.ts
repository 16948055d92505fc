/** What the CloudFront Function writes into the log of a request: `viewer-request-log-data` of real-time and v2 logs. */
import { acceptList } from '../edge/accept.ts'
import type { Field } from '../edge/event.ts'
import { cf } from './platform.ts'

/** The field has 800 URL-encoded bytes (Developer Guide, "Helper methods"), a character three of them at most. */
const QUERY_CHARACTERS = 260

/**
 * `0 3 fm=webp&w=640`: the route by its place in the config; 1 for WebP plus 2 for AVIF, as far as `Accept` names them; the
 * query of the cache key, as much as there is room for.
 */
export function logRequest(route: number, accept: Field | undefined, query: string): void {
  const list = accept ? acceptList(accept) : ''
  const formats = (list.indexOf('image/webp') < 0 ? 0 : 1) + (list.indexOf('image/avif') < 0 ? 0 : 2)
  // biome-ignore lint/style/useTemplate: in the engine a template costs twice as much
  cf.logCustomData(route + ' ' + formats + ' ' + query.slice(0, QUERY_CHARACTERS))
}
