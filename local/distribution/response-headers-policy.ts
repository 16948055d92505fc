/** Response headers policies. Developer Guide, "Understand response headers policies". */
import { applyCors } from './cors.ts'
import { hasHeader, headerValue, listOf, withHeader, withoutHeaders } from './header-lines.ts'
import type { HeaderLine } from './messages.ts'
import { itemsOf, type ResponseHeadersPolicy, type SecurityHeadersConfig } from './policies.ts'

/** What a policy may need to know besides the headers. */
export type ResponseContext = {
  /** Of the request. Without it, `Access-Control-Request-Method` alone tells a preflight. */
  method?: string
  /** Without it, no `Server-Timing` is added. */
  timing?: Timing
}

/** What `Server-Timing` says. Times in milliseconds. */
export type Timing = {
  /** 0 to 100, at random: below the sampling rate, the header is added. */
  sample: number
  cache: 'hit' | 'refresh' | 'miss'
  pop: string
  id: string
  firstByte: number
  /** Null: the origin was not asked for the object. */
  origin: { connect: number; firstByte: number } | null
}

/**
 * Removes, then adds. A removed `server` comes back as CloudFront's own; so does a removed `date`, which is the caller's to
 * add.
 */
export function applyResponseHeadersPolicy(
  policy: ResponseHeadersPolicy,
  requestHeaders: readonly HeaderLine[],
  responseHeaders: HeaderLine[],
  { method, timing }: ResponseContext = {},
): HeaderLine[] {
  const timings =
    timing && isTimed(policy, requestHeaders, timing.sample) ? serverTiming(responseHeaders, timing) : null
  let headers = withoutRemoved(policy, responseHeaders)
  if (policy.CorsConfig) {
    headers = applyCors(policy.CorsConfig, requestHeaders, headers, method === undefined || method === 'OPTIONS')
  }
  for (const { name, value, override } of additions(policy)) {
    if (override || !hasHeader(headers, name)) headers = withHeader(headers, name, value)
  }
  return timings === null ? headers : withHeader(headers, 'server-timing', timings)
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

function isTimed(
  { ServerTimingHeadersConfig: config }: ResponseHeadersPolicy,
  requestHeaders: readonly HeaderLine[],
  sample: number,
): boolean {
  if (!config?.Enabled) return false
  return sample < (config.SamplingRate ?? 0) || headerValue(requestHeaders, 'pragma').toLowerCase() === 'server-timing'
}

/** "Server-Timing header": on a hit, what the origin once said is left out. */
function serverTiming(headers: readonly HeaderLine[], { cache, pop, id, firstByte, origin }: Timing): string {
  const ofOrigin = cache === 'hit' ? '' : listOf(headers, 'server-timing')
  const upstream = origin
    ? [
        'cdn-upstream-layer;desc="EDGE"',
        'cdn-upstream-dns;dur=0',
        `cdn-upstream-connect;dur=${Math.round(origin.connect)}`,
        `cdn-upstream-fbl;dur=${Math.round(origin.firstByte)}`,
      ]
    : []
  const metrics = [
    ...upstream,
    `cdn-cache-${cache}`,
    `cdn-pop;desc="${pop}"`,
    `cdn-rid;desc="${id}"`,
    ...(cache === 'hit' ? ['cdn-hit-layer;desc="EDGE"'] : []),
    `cdn-downstream-fbl;dur=${Math.round(firstByte)}`,
  ]
  return [...(ofOrigin === '' ? [] : [ofOrigin]), ...metrics].join(',')
}
