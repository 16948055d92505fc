/** Which rule of viewer-request an answer comes from: docs/requests.md, "What is refused". For people. */
import { decoded, isMalformed, resolved } from '../../../edge/path.ts'
import { headerValue } from '../../platform/header-lines.ts'
import type { HeaderLine, ViewerRequest } from '../../protocol/messages.ts'
import { type EdgeRequest, type EdgeResponse, edgeRequest } from './messages.ts'

/** @param patternOf the pattern of the behaviour that takes a path */
export function reasonOfAnswer(
  viewer: ViewerRequest,
  { status, headers }: Pick<EdgeResponse, 'status' | 'headers'>,
  patternOf: (path: string) => string,
): string {
  const request = edgeRequest(viewer)
  const location = headerValue(headers, 'location')
  if (status === 400) return reasonOfPath(request, patternOf)
  if (status === 405)
    return `${viewer.method} is no method for a bucket whose objects are cached; ${allowed(headers)} are.`
  if (status === 204 && viewer.method === 'OPTIONS')
    return 'The function answers preflights itself, by the route’s `cors`.'
  if (status === 401 || status === 403) return 'The route takes a token, and the request has none that opens it.'
  if (status === 414) return 'The path, or what becomes of it once it is escaped, is too long.'
  if (status === 503) return 'The route takes tokens, and this function is not the one that verifies them.'
  if (location !== '') return `The request is redirected to ${location}, and gets its key there.`
  return 'viewer-request answered by itself.'
}

const allowed = (headers: readonly HeaderLine[]) => headerValue(headers, 'allow') || 'GET and HEAD'

/** Of the readings that the function compares, those that tell people something. */
function reasonOfPath({ path }: EdgeRequest, patternOf: (path: string) => string): string {
  if (!path.startsWith('/')) return 'The path does not begin with a slash.'
  if (isMalformed(path)) return 'The path holds a control character, or a % that begins no escape.'
  const readings = [path, decoded(path), resolved(path, true), resolved(decoded(path), true)]
  const other = readings.find((reading) => patternOf(reading) !== patternOf(path))
  if (other === undefined) return 'The path is one that the function refuses.'
  return `The path can be read in two ways that lead to two routes: as it is, to ${patternOf(path)}; as ${other}, to ${patternOf(other)}.`
}
