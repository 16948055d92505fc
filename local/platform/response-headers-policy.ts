/** Response headers policies. Developer Guide, "Understand response headers policies". */

import { itemsOf, type ResponseHeadersPolicy, type SecurityHeadersConfig } from '../../bundle/policies.ts'
import type { HeaderLine } from '../protocol/messages.ts'
import { applyCors } from './cors.ts'
import { hasHeader, withHeader, withoutHeaders } from './header-lines.ts'

/**
 * Removes, then adds. A removed `server` comes back as CloudFront's own; so does a removed `date`, which is the caller's to
 * add.
 * @param method of the request
 */
export function applyResponseHeadersPolicy(
  policy: ResponseHeadersPolicy,
  requestHeaders: readonly HeaderLine[],
  responseHeaders: HeaderLine[],
  method: string,
): HeaderLine[] {
  let headers = withoutRemoved(policy, responseHeaders)
  if (policy.CorsConfig) {
    headers = applyCors(policy.CorsConfig, requestHeaders, headers, method === 'OPTIONS')
  }
  for (const { name, value, override } of additions(policy)) {
    if (override || !hasHeader(headers, name)) headers = withHeader(headers, name, value)
  }
  return headers
}

function withoutRemoved({ RemoveHeadersConfig }: ResponseHeadersPolicy, headers: HeaderLine[]): HeaderLine[] {
  const names = itemsOf(RemoveHeadersConfig).map(({ Header }) => Header.toLowerCase())
  if (names.length === 0) return headers
  const kept = withoutHeaders(headers, names)
  return names.includes('server') ? [...kept, ['server', 'CloudFront']] : kept
}

type Addition = { name: string; value: string; override: boolean }

function additions({ SecurityHeadersConfig, CustomHeadersConfig }: ResponseHeadersPolicy): Addition[] {
  const custom = itemsOf(CustomHeadersConfig).map(
    ({ Header, Value, Override }): Addition => ({ name: Header.toLowerCase(), value: Value, override: Override }),
  )
  return SecurityHeadersConfig ? [...securityHeaders(SecurityHeadersConfig), ...custom] : custom
}

function securityHeaders(config: SecurityHeadersConfig): Addition[] {
  const rows: [string, { Override: boolean } | undefined, string | undefined][] = [
    ['content-security-policy', config.ContentSecurityPolicy, config.ContentSecurityPolicy?.ContentSecurityPolicy],
    ['referrer-policy', config.ReferrerPolicy, config.ReferrerPolicy?.ReferrerPolicy],
    ['strict-transport-security', config.StrictTransportSecurity, transportSecurity(config)],
    ['x-content-type-options', config.ContentTypeOptions, 'nosniff'],
    ['x-frame-options', config.FrameOptions, config.FrameOptions?.FrameOption],
    ['x-xss-protection', config.XSSProtection, xssProtection(config)],
  ]
  return rows.flatMap(([name, setting, value]) =>
    setting ? [{ name, value: value ?? '', override: setting.Override }] : [],
  )
}

function transportSecurity({ StrictTransportSecurity: setting }: SecurityHeadersConfig): string {
  const subdomains = setting?.IncludeSubdomains ? '; includeSubDomains' : ''
  return `max-age=${setting?.AccessControlMaxAgeSec}${subdomains}${setting?.Preload ? '; preload' : ''}`
}

function xssProtection({ XSSProtection: setting }: SecurityHeadersConfig): string {
  if (!setting?.Protection) return '0'
  if (setting.ModeBlock) return '1; mode=block'
  return setting.ReportUri ? `1; report=${setting.ReportUri}` : '1'
}
