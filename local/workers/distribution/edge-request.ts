import type { HeaderLine, ViewerRequest } from '../../protocol/messages.ts'

/** A request on its way through the distribution. Cookies are a header line. */
export type EdgeRequest = {
  method: string
  path: string
  /** Without `?`. */
  query: string
  headers: HeaderLine[]
}

/** Not a byte of the target changes: a bare `?` is an empty query. */
export function edgeRequest({ method, target, headers }: ViewerRequest): EdgeRequest {
  const at = target.indexOf('?')
  return at < 0
    ? { method, path: target, query: '', headers }
    : { method, path: target.slice(0, at), query: target.slice(at + 1), headers }
}
