import { type Fields, type ViewerRequest, valuesOf } from './event.ts'
import { locationOf } from './path.ts'

/** The host to redirect to: the viewer's where it is one of ours, else the canonical one; never an open redirect. */
export const safeHost = (host: string, domains: readonly string[]): string =>
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

/** The request's path, and its query as it was received. `query` is the request's, read with care. */
export function locationAsReceived(request: ViewerRequest, query: Fields): string {
  const raw = typeof request.rawQueryString === 'function' ? request.rawQueryString() : undefined
  const asReceived = typeof raw === 'string' ? `?${raw}` : queryOf(query)
  return locationOf(request.uri, asReceived)
}
