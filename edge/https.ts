import { type Fields, firstValue, type ViewerRequest, valuesOf } from './event.ts'
import { locationOf } from './path.ts'

/** The host to redirect to: the viewer's where it is one of ours, else the canonical one; never an open redirect. */
const safeHost = (host: string, domains: readonly string[]): string =>
  domains.find((domain) => domain === host.toLowerCase()) || (domains[0] as string)

/** The query with its `?` from its parsed form; bytes may differ where a name came without `=`. */
function queryOf(fields: Fields): string {
  const pairs: string[] = []
  Object.keys(fields).forEach((name) => {
    valuesOf(fields[name]).forEach((value) => {
      pairs.push(`${name}=${value}`)
    })
  })
  return pairs.length > 0 ? `?${pairs.join('&')}` : ''
}

/** Where the same request goes over HTTPS. `headers` and `query` are the request's, read with care. */
export function httpsLocation(
  request: ViewerRequest,
  headers: Fields,
  query: Fields,
  domains: readonly string[],
): string {
  const raw = typeof request.rawQueryString === 'function' ? request.rawQueryString() : undefined
  const asReceived = typeof raw === 'string' ? `?${raw}` : queryOf(query)
  return `https://${safeHost(firstValue(headers.host), domains)}${locationOf(request.uri, asReceived)}`
}
