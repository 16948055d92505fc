/** The response headers table, from which origin-response and the response headers policy both follow. */
import type { Settings } from '../bundle/settings.ts'

type HeaderSettings = Settings['headers']

export type ResponseHeaderSetting = { name: string; value: string; type: string; isSecurity: boolean }

const DEFAULTS = [
  { name: 'strict-transport-security', value: 'max-age=63072000', type: '' },
  { name: 'x-content-type-options', value: 'nosniff', type: '' },
  { name: 'referrer-policy', value: 'strict-origin-when-cross-origin', type: '' },
  { name: 'cross-origin-resource-policy', value: 'cross-origin', type: '' },
  {
    name: 'content-security-policy',
    value: "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    type: 'image/svg+xml',
  },
]

/** What `null` can switch off. */
export const DEFAULT_NAMES: readonly string[] = DEFAULTS.map(({ name }) => name)

/** What is set on responses: the defaults, but for those switched off or given a value, then the rest. */
export function responseHeaders({ setResponse }: HeaderSettings): ResponseHeaderSetting[] {
  const defaults = DEFAULTS.filter(({ name }) => !(name in setResponse))
  const own = Object.entries(setResponse).flatMap(([name, value]) =>
    value === null ? [] : [{ name, value, type: '' }],
  )
  return [...defaults, ...own].map((header) => ({
    ...header,
    isSecurity: Object.hasOwn(SECURITY_HEADERS, header.name),
  }))
}

/** The names that a policy removes, which takes whole ones only: for an entry that ends in `*`, what S3 is known to send. */
export const removedNames = (dropResponse: readonly string[]): string[] =>
  dropResponse.flatMap((name) =>
    name.endsWith('*') ? KNOWN_NAMES.filter((known) => known.startsWith(name.slice(0, -1))) : [name],
  )

const KNOWN_NAMES = ['x-amz-server-side-encryption']

const REFERRER_POLICIES = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'origin',
  'origin-when-cross-origin',
  'same-origin',
  'strict-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
]

const STS = /^max-age=(\d{1,10})(; ?includeSubDomains)?(; ?preload)?$/i

type SecurityHeader = {
  pattern: RegExp
  expected: string
  field: string
  shape: (value: string) => Record<string, unknown>
}

/**
 * Headers that a response headers policy has fields of its own for, and refuses among the custom ones.
 * CloudFront API Reference, ResponseHeadersPolicySecurityHeadersConfig.
 */
export const SECURITY_HEADERS: Record<string, SecurityHeader> = {
  'strict-transport-security': {
    pattern: STS,
    expected: "'max-age=SECONDS', with '; includeSubDomains' and '; preload' after it where wanted",
    field: 'StrictTransportSecurity',
    shape: (value) => {
      const [, seconds, subdomains, preload] = STS.exec(value) ?? []
      return {
        AccessControlMaxAgeSec: Number(seconds),
        IncludeSubdomains: Boolean(subdomains),
        Preload: Boolean(preload),
      }
    },
  },
  'x-content-type-options': {
    pattern: /^nosniff$/,
    expected: "'nosniff'",
    field: 'ContentTypeOptions',
    shape: () => ({}),
  },
  'referrer-policy': {
    pattern: new RegExp(`^(${REFERRER_POLICIES.join('|')})$`),
    expected: `one of ${REFERRER_POLICIES.join(', ')}`,
    field: 'ReferrerPolicy',
    shape: (value) => ({ ReferrerPolicy: value }),
  },
  'x-frame-options': {
    pattern: /^(DENY|SAMEORIGIN)$/,
    expected: "'DENY' or 'SAMEORIGIN'",
    field: 'FrameOptions',
    shape: (value) => ({ FrameOption: value }),
  },
  'content-security-policy': {
    pattern: /./,
    expected: 'a policy',
    field: 'ContentSecurityPolicy',
    shape: (value) => ({ ContentSecurityPolicy: value }),
  },
  'x-xss-protection': {
    pattern: /^(0|1|1; ?mode=block)$/,
    expected: "'0', '1' or '1; mode=block'",
    field: 'XSSProtection',
    shape: (value) => ({ Protection: value !== '0', ModeBlock: value.includes('block') }),
  },
}

/** What a security header's value has to look like for the policy to carry it; `undefined` where it does. */
export function securityHeaderProblem(name: string, value: string): string | undefined {
  const rule = Object.hasOwn(SECURITY_HEADERS, name) ? SECURITY_HEADERS[name] : undefined
  return rule && !rule.pattern.test(value) ? rule.expected : undefined
}
