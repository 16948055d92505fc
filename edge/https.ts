import { MOST_NAMES } from './bounds.ts'
import { type Fields, firstValue, type ViewerRequest } from './event.ts'
import { locationOf } from './path.ts'
import { pairsOf } from './query.ts'

/** The host to redirect to: the viewer's where it is one of ours, else the canonical one; never an open redirect. */
const safeHost = (host: string, domains: readonly string[]): string =>
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

/** Where the same request goes over HTTPS. `headers` and `query` are the request's, read with care. */
export function httpsLocation(
  request: ViewerRequest,
  headers: Fields,
  query: Fields,
  domains: readonly string[],
): string {
  const raw = typeof request.rawQueryString === 'function' && request.rawQueryString()
  const asReceived = raw || raw === '' ? `?${raw}` : queryOf(query)
  return `https://${safeHost(firstValue(headers.host).toLowerCase(), domains)}${locationOf(request.uri, asReceived)}`
}
