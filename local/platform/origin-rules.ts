import { isIP } from 'node:net'
import { isObject, type JsonObject } from '../../base/json-values.ts'
import {
  DISALLOWED_ORIGIN_HEADERS,
  isListed,
  ORIGIN_DOMAIN_CHARACTERS,
  ORIGIN_PATH_CHARACTERS,
  ORIGIN_PORTS,
  ORIGIN_TIMEOUT_SECONDS,
} from '../../edge/limits.ts'
import { titleCase } from './header-rules.ts'

/**
 * CloudFront's rules for the origin that an origin-request function returns.
 * Developer Guide, "Lambda@Edge event structure", the fields of `request.origin`.
 */

type Rule = { field: string; says: string; holds: (value: unknown, origin: JsonObject) => boolean }

const seconds = {
  says: `a whole number from ${ORIGIN_TIMEOUT_SECONDS.min} to ${ORIGIN_TIMEOUT_SECONDS.max}`,
  holds: (value: unknown) => isWithin(value, ORIGIN_TIMEOUT_SECONDS),
}

/** Rules for the fields of both kinds of origin. `responseCompletionTimeout` 0 means no limit. */
const SHARED: Rule[] = [
  { field: 'customHeaders', says: 'an object', holds: isObject },
  {
    field: 'path',
    says: `empty, or at most ${ORIGIN_PATH_CHARACTERS} characters with a slash at its beginning and none at its end`,
    holds: (value) =>
      typeof value === 'string' &&
      (value === '' || (value.length <= ORIGIN_PATH_CHARACTERS && /^\/(.*[^/])?$/.test(value) && value !== '/')),
  },
  {
    field: 'responseCompletionTimeout',
    says: 'absent, 0, or a whole number of at least readTimeout',
    holds: (value, { readTimeout }) =>
      value === undefined || value === 0 || (Number.isInteger(value) && Number(value) >= Number(readTimeout ?? 0)),
  },
]

const RULES: Record<'custom' | 's3', Rule[]> = {
  custom: [
    {
      field: 'domainName',
      says: `a host name of at most ${ORIGIN_DOMAIN_CHARACTERS.custom} characters, without a port and not an IP address`,
      holds: (value) => isHost(value, ORIGIN_DOMAIN_CHARACTERS.custom),
    },
    { field: 'keepaliveTimeout', ...seconds },
    {
      field: 'port',
      says: `${ORIGIN_PORTS.wellKnown.join(', ')}, or from ${ORIGIN_PORTS.min} to ${ORIGIN_PORTS.max}`,
      holds: (value) => ORIGIN_PORTS.wellKnown.some((port) => port === value) || isWithin(value, ORIGIN_PORTS),
    },
    { field: 'protocol', says: 'http or https', holds: (value) => value === 'http' || value === 'https' },
    { field: 'readTimeout', ...seconds },
    {
      field: 'sslProtocols',
      says: 'a list of TLS versions',
      holds: (value) => Array.isArray(value) && value.every((version) => SSL_PROTOCOLS.includes(version)),
    },
    ...SHARED,
  ],
  s3: [
    {
      field: 'authMethod',
      says: 'origin-access-identity or none',
      holds: (value) => value === 'origin-access-identity' || value === 'none',
    },
    {
      field: 'domainName',
      says: `a host name of at most ${ORIGIN_DOMAIN_CHARACTERS.s3} lower-case characters`,
      holds: (value) => isHost(value, ORIGIN_DOMAIN_CHARACTERS.s3) && value === value.toLowerCase(),
    },
    {
      field: 'region',
      says: 'the region of the bucket, which origin-access-identity needs',
      holds: (value, { authMethod }) =>
        authMethod === 'origin-access-identity'
          ? typeof value === 'string' && value !== ''
          : value === undefined || typeof value === 'string',
    },
    {
      field: 'readTimeout',
      says: `absent, or ${seconds.says}`,
      holds: (value) => value === undefined || seconds.holds(value),
    },
    ...SHARED,
  ],
}

const SSL_PROTOCOLS = ['TLSv1.2', 'TLSv1.1', 'TLSv1', 'SSLv3']

/**
 * What is wrong with a changed origin. Fields and headers that stand in the event's own origin in the same form are
 * not the function's doing. `requestHeaders`: the names that the request has besides.
 */
export function originFaults(before: unknown, origin: unknown, requestHeaders: string[]): string[] {
  if (origin === undefined) return []
  if (!isObject(origin)) return ['request.origin must be an object']
  const { custom, s3 } = origin
  const kind = isObject(custom) ? 'custom' : 's3'
  const settings = kind === 'custom' ? custom : s3
  if (!isObject(settings) || ('custom' in origin && 's3' in origin)) {
    return ['request.origin must have exactly one of custom and s3']
  }
  const settingsBefore = isObject(before) && isObject(before[kind]) ? before[kind] : {}
  return [
    ...RULES[kind]
      .filter(({ field, holds }) => !holds(settings[field], settings))
      .map(({ field, says }) => `request.origin.${kind}.${field} must be ${says}`),
    ...customHeaderFaults(
      settingsBefore.customHeaders,
      settings.customHeaders,
      `request.origin.${kind}`,
      requestHeaders,
    ),
  ]
}

function customHeaderFaults(before: unknown, headers: unknown, where: string, requestHeaders: string[]): string[] {
  const known = Object.keys(isObject(before) ? before : {})
  return Object.keys(isObject(headers) ? headers : {})
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const lower = name.toLowerCase()
      if (isListed(lower, DISALLOWED_ORIGIN_HEADERS)) {
        return [`${where}.customHeaders must not contain a disallowed header. headerName : ${titleCase(lower)}`]
      }
      return requestHeaders.includes(lower)
        ? [`${where}.customHeaders must not contain a header of the request. headerName : ${titleCase(lower)}`]
        : []
    })
}

const isWithin = (value: unknown, { min, max }: { min: number; max: number }) =>
  Number.isInteger(value) && Number(value) >= min && Number(value) <= max

const isHost = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= most && !value.includes(':') && isIP(value) === 0
