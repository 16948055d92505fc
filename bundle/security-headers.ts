/** What the security headers of a policy are on a response. CloudFront Developer Guide, "Security headers". */
import type { SecurityHeadersConfig } from './policies.ts'

/** Names in lower case. */
export function securityHeaders(security: SecurityHeadersConfig): [string, string][] {
  const { StrictTransportSecurity: transport, XSSProtection: scripts } = security
  const rows: [string, string | undefined][] = [
    ['strict-transport-security', transport && transportText(transport)],
    ['x-content-type-options', security.ContentTypeOptions && 'nosniff'],
    ['x-frame-options', security.FrameOptions?.FrameOption],
    ['referrer-policy', security.ReferrerPolicy?.ReferrerPolicy],
    ['content-security-policy', security.ContentSecurityPolicy?.ContentSecurityPolicy],
    ['x-xss-protection', scripts && scriptsText(scripts)],
  ]
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]]))
}

const transportText = (transport: NonNullable<SecurityHeadersConfig['StrictTransportSecurity']>): string =>
  [
    `max-age=${transport.AccessControlMaxAgeSec}`,
    ...(transport.IncludeSubdomains ? ['includeSubDomains'] : []),
    ...(transport.Preload ? ['preload'] : []),
  ].join('; ')

const scriptsText = (scripts: NonNullable<SecurityHeadersConfig['XSSProtection']>): string =>
  scripts.Protection
    ? [
        '1',
        ...(scripts.ModeBlock ? ['mode=block'] : []),
        ...(scripts.ReportUri ? [`report=${scripts.ReportUri}`] : []),
      ].join('; ')
    : '0'
