/** What may differ from tenant to tenant, as callers give it: checked before a row says it. */
import { type InputError, unexpectedInput } from '../base/errors.ts'
import { isHostName } from '../bundle/tenant.ts'
import type { TenantSettings } from './record.ts'

type Check = { expected: string; holds(value: unknown): boolean }

const isListOf = (value: unknown, holds: (text: string) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && holds(one))

const isArn = (pattern: RegExp) => (value: unknown) =>
  value === null || (typeof value === 'string' && pattern.test(value))

const isCountry = (text: string): boolean => /^[A-Z]{2}$/.test(text)

function areCountries(value: unknown): boolean {
  if (value === null) return true
  if (typeof value !== 'object') return false
  const [[name, list] = [], ...more] = Object.entries(value as object)
  const isOne = more.length === 0 && (name === 'allowed' || name === 'blocked')
  return isOne && isListOf(list, isCountry) && (list as string[]).length > 0
}

const CHECKS: Readonly<Record<keyof TenantSettings, Check>> = {
  domains: {
    expected: 'a list of host names such as shop.example.org',
    holds: (value) => isListOf(value, (domain) => isHostName(domain.replace(/^\*\./, ''))),
  },
  certificateArn: {
    expected: 'the ARN of a certificate of ACM in us-east-1, or null',
    holds: isArn(/^arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate\/[\w-]+$/),
  },
  webAclArn: {
    expected: 'the ARN of a web ACL of AWS WAF for CloudFront, or null',
    holds: isArn(/^arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global\/webacl\/[\w/-]+$/),
  },
  countries: {
    expected: "{ allowed: ['CH'] } or { blocked: ['CH'] }, with codes of two capital letters, or null",
    holds: areCountries,
  },
}

/**
 * @param given what is not in it, or undefined, stays as it is in `before`
 * @throws InputError
 */
export function settingsFrom(before: TenantSettings, given: Partial<TenantSettings>): TenantSettings {
  const settings: Record<string, unknown> = { ...before }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof TenantSettings] : undefined
    if (check === undefined) throw wrong('an option', Object.keys(CHECKS).join(', '), name)
    if (!check.holds(value)) throw wrong(name, check.expected, JSON.stringify(value))
    settings[name] = value
  }
  return settings as TenantSettings
}

const wrong = (what: string, expected: string, found: string): InputError =>
  unexpectedInput({ at: what, code: 'tenant-settings', expected, found })
