/** What CloudFront refuses, or redirects to HTTPS, before any function runs. */
import type { Behaviour } from '../../../bundle/policies.ts'
import { REQUEST_BYTES, URL_CHARACTERS } from '../../../edge/limits.ts'
import { headerValue } from '../../platform/header-lines.ts'
import { isOwnHost } from '../../platform/host-names.ts'
import type { ViewerRequest } from '../../protocol/messages.ts'
import type { DistributionSettings, HostedTenant } from '../../protocol/settings.ts'
import { errorResponse, redirectResponse } from './generated-responses.ts'
import type { EdgeResponse } from './messages.ts'

export type RefusalSubject = {
  viewer: ViewerRequest
  behaviour: Behaviour
  body: ReadableStream<Uint8Array> | null
  /** Null where the distribution has no tenants, or none with this host name. */
  tenant: HostedTenant | null
  requestId: string
}

const HTTPS_ONLY = 'This is for HTTPS alone.'

/** @returns the refusal; `undefined`: the request goes on */
export function requestRefusal(
  { viewer, behaviour, body, tenant, requestId }: RefusalSubject,
  settings: DistributionSettings,
): EdgeResponse | undefined {
  const { target, headBytes, scheme, method, httpVersion, headers } = viewer
  const { viewerProtocolPolicy, allowedMethods } = behaviour
  const error = (status: number, reason: string) => errorResponse(status, 'Error', reason, requestId)
  const host = headerValue(headers, 'host')
  // "HTTP 403 status code (Forbidden)", alternate domain names: CloudFront has no distribution, or no tenant, of this name.
  if (tenant === null && settings.tenants.length > 0) return error(403, `No tenant here is called ${host}.`)
  if (target.length > URL_CHARACTERS) {
    return { ...error(414, `The URL is longer than ${URL_CHARACTERS} characters.`), close: true }
  }
  if (headBytes > REQUEST_BYTES) {
    return { ...error(494, `The request is longer than ${REQUEST_BYTES} bytes.`), close: true }
  }
  if (scheme === 'http' && viewerProtocolPolicy === 'https-only') return error(403, HTTPS_ONLY)
  if (scheme === 'http' && viewerProtocolPolicy === 'redirect-to-https') {
    // CloudFront has no requests for other host names. Here such a redirect would lead to any host that the request names.
    if (tenant === null && !isOwnHost(host, settings.policies.domains))
      return error(403, `No domain here is called ${host}.`)
    const location = httpsUrl(host, settings.httpsPort, target)
    if (method === 'GET' || method === 'HEAD') return redirectResponse(301, location)
    return httpVersion === '1.0' ? error(403, HTTPS_ONLY) : redirectResponse(307, location)
  }
  if (!allowedMethods.includes(method)) {
    return error(403, `The behaviour ${behaviour.path} allows ${allowedMethods.join(', ')}.`)
  }
  return body !== null && method === 'GET' ? error(403, 'A GET request must not have a body.') : undefined
}

/** Where HTTPS is served on this machine. @param host with the port of the request, if any */
function httpsUrl(host: string, port: number, target: string): string {
  return `https://${host.replace(/:\d+$/, '')}${port === 443 ? '' : `:${port}`}${target}`
}
