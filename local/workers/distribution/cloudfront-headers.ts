/** `CloudFront-*` headers of viewer requests. Developer Guide, "Add CloudFront request headers". */

import type { CachePolicy, OriginRequestPolicy } from '../../../bundle/policies.ts'
import type { HeaderLine, ViewerRequest } from '../../protocol/messages.ts'

/** CloudFront's headers whose values this machine can know: it can't tell a viewer's country. */
const KNOWN: Record<string, (viewer: ViewerRequest) => string> = {
  'cloudfront-forwarded-proto': ({ scheme }) => scheme,
  'cloudfront-viewer-address': ({ ip, port }) => `${ip}:${port}`,
  'cloudfront-viewer-http-version': ({ httpVersion }) => httpVersion,
  'cloudfront-viewer-tls': ({ tls }) => (tls ? `${tls.protocol}:${tls.cipher}:fullHandshake` : ''),
}

/** CloudFront's headers that a behaviour's policies name. */
export function namedCloudFrontHeaders(cache: CachePolicy, originRequest: OriginRequestPolicy | undefined): string[] {
  const configs = [cache.ParametersInCacheKeyAndForwardedToOrigin.HeadersConfig, originRequest?.HeadersConfig]
  return configs.flatMap((config) => {
    const names = config && 'Headers' in config ? (config.Headers?.Items ?? []) : []
    return names
      .map((name) => name.toLowerCase())
      .filter((name) => name in KNOWN && config?.HeaderBehavior !== 'allExcept')
  })
}

/** A viewer's own copies never count. */
export const withCloudFrontHeaders = (viewer: ViewerRequest, names: readonly string[]): HeaderLine[] => [
  ...viewer.headers.filter(([name]) => !name.startsWith('cloudfront-')),
  ...names.map((name): HeaderLine => [name, KNOWN[name]?.(viewer) ?? '']).filter(([, value]) => value !== ''),
]
