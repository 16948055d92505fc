/** Which rule of viewer-request an answer comes from: docs/requests.md, "What is refused". For people. */
import { MOST_SLASHES } from '../../../edge/bounds.ts'
import { S3_KEY_BYTES } from '../../../edge/limits.ts'
import { asciiPath, decoded, isMalformed, resolved } from '../../../edge/path.ts'
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
  if (status === 401 || status === 403) return reasonOfToken(headerValue(headers, 'www-authenticate'))
  if (status === 414) return 'The path, or what becomes of it once it is escaped, is too long.'
  if (status === 503) return 'The route takes tokens, and this function is not the one that verifies them.'
  if (location !== '') {
    const host = headerValue(viewer.headers, 'host').toLowerCase()
    return `${reasonOfRedirect(status, location, host)} The request is redirected to ${location}, and gets its key there.`
  }
  return 'viewer-request answered by itself.'
}

const allowed = (headers: readonly HeaderLine[]) => headerValue(headers, 'allow') || 'GET and HEAD'

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const CONTROL = /[\x00-\x1f\x7f]/

/** RFC 6750, 3.1. */
function reasonOfToken(challenge: string): string {
  if (challenge.includes('invalid_token'))
    return 'The route takes a token, and the request’s is not good: it is forged, expired, of another site, or one of two.'
  if (challenge.includes('insufficient_scope'))
    return 'The route takes a token, and the request’s opens something else.'
  return 'The route takes a token, and the request has none that opens it.'
}

function reasonOfRedirect(status: number, location: string, host: string): string {
  if (status === 302) return 'The route takes a token, and the request has none that opens it.'
  if (location.startsWith('./')) return 'The route’s `index` gives such a path a slash.'
  return URL.parse(location)?.host === host
    ? 'Viewers come over HTTPS.'
    : 'The config names another host as the canonical one.'
}

/** Why the function refused a path, in words. Of the readings that it compares, only those that mean something to people are named. */
function reasonOfPath({ path }: EdgeRequest, patternOf: (path: string) => string): string {
  if (!path.startsWith('/')) return 'The path does not begin with a slash.'
  if (isMalformed(path)) {
    return /%(?:[01][0-9a-f]|7f|(?![0-9a-f]{2}))/i.test(path) || CONTROL.test(path)
      ? 'The path holds a control character, or a % that begins no escape.'
      : 'The path holds escapes that are no UTF-8.'
  }
  const bytes = new TextEncoder().encode(decoded(asciiPath(path))).length - 1
  if (bytes > S3_KEY_BYTES) return `The path is a key of ${bytes} bytes, and S3 has none of more than ${S3_KEY_BYTES}.`
  const readings = [path, decoded(path), resolved(path, true), resolved(decoded(path), true)]
  const other = readings.find((reading) => patternOf(reading) !== patternOf(path))
  if (other === undefined) {
    return path.split('/').length > MOST_SLASHES + 1
      ? `The path has more than ${MOST_SLASHES} segments below the first.`
      : 'The path has more escapes than the function has time to read in every way.'
  }
  return `The path can be read in two ways that lead to two routes: as it is, to ${patternOf(path)}; as ${other}, to ${patternOf(other)}.`
}
