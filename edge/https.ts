import { MOST_NAMES } from './bounds.ts'
import type { Fields, ViewerRequest } from './event.ts'
import { asciiOf, asciiPath } from './path.ts'
import { pairsOf } from './query.ts'

/**
 * The host to redirect to: the viewer's where it is one of the site's, else the first of these, so that it is never an open
 * redirect.
 * @param host in lower case
 */
export const safeHost = (host: string, domains: readonly string[]): string =>
  domains.includes(host) ? host : (domains[0] as string)

/**
 * The request's path, and its query as it was received, with what a URL may not hold escaped; a `?` in the path is part
 * of it. For runtimes without `rawQueryString` it is made of its parsed form: the order of names that repeat, and whether a name
 * came without `=`, are lost; of more than 99 names, or more than ten values of one, the first stay.
 * Empty where the path or the query is too long to be escaped: a redirect without one of them would lead somewhere else.
 * @param query the request's, read with care
 */
export function locationAsReceived(request: ViewerRequest, query: Fields): string {
  const raw = typeof request.rawQueryString === 'function' && request.rawQueryString()
  const asReceived =
    raw || raw === ''
      ? `?${raw}`
      : Object.keys(query)
          .slice(0, MOST_NAMES)
          .map((name) => pairsOf(name, query[name]))
          .join('')
          .replace('&', '?')
  const path = asciiPath(request.uri)
  const escaped = asciiOf(asReceived)
  return path && (escaped || !asReceived) ? path + escaped : ''
}
