import { MOST_NAMES } from './bounds.ts'
import type { Fields, ViewerRequest } from './event.ts'
import { asciiOf, asciiPath } from './path.ts'
import { pairsOf } from './query.ts'

/** The host to redirect to, of one in lower case: the viewer's where it is one of ours, else the canonical one; never an open redirect. */
export const safeHost = (host: string, domains: readonly string[]): string =>
  domains.includes(host) ? host : (domains[0] as string)

/**
 * The query with its `?` from its parsed form, which has neither the order of all names nor what came without `=`. Of more
 * than 99 names, and more than ten values of one, it is the first that stay.
 */
const queryOf = (fields: Fields): string =>
  Object.keys(fields)
    .slice(0, MOST_NAMES)
    .map((name) => pairsOf(name, fields[name]))
    .join('')
    .replace('&', '?')

/**
 * The request's path, and its query as it was received, with what a URL may not hold escaped; a `?` in the path is part
 * of it. `query` is the request's, read with care.
 */
export function locationAsReceived(request: ViewerRequest, query: Fields): string {
  const raw = typeof request.rawQueryString === 'function' && request.rawQueryString()
  const asReceived = raw || raw === '' ? `?${raw}` : queryOf(query)
  return asciiPath(request.uri) + asciiOf(asReceived)
}
