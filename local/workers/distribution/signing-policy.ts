/**
 * The policy of a signed URL or signed cookies. Developer Guide, "Create a signed URL using a canned policy", "Create a signed
 * URL using a custom policy": "Values that you specify in the policy statement".
 */
import { hasOnly, isObject, type JsonObject } from '../../../base/json-values.ts'

/** Seconds since 1970. */
export type SigningPolicy = {
  /** What the signature is of, byte by byte. */
  text: string
  /** A URL with wildcards; null: any. */
  resource: string | null
  /** From then on it is refused. */
  until: number
  /** Until then, and at that time, it is refused; null: it is good from the beginning. */
  from: number | null
  /** Null: any viewer's. */
  addresses: AddressRange | null
}

/** IPv4, as a number of 32 bits. */
export type AddressRange = { network: number; bits: number }

/** "A date that's no later than 9223372036854775807 (… April 11, 2262 …)": that many nanoseconds. */
const MAX_SECONDS = 9_223_372_036

/**
 * The canned policy for a URL.
 * @returns `undefined` for a date that no policy can state
 */
export function cannedPolicy(url: string, expires: string): SigningPolicy | undefined {
  const until = /^(?:0|[1-9]\d*)$/.test(expires) ? epochTime(Number(expires)) : undefined
  if (until === undefined) return undefined
  const text = `{"Statement":[{"Resource":"${url}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`
  return { text, resource: null, until, from: null, addresses: null }
}

/**
 * The policy that a request states, as JSON in CloudFront's base64. Names are "exactly as specified"; that a policy with other
 * members, or with another kind of value, is malformed is not documented but for some of them.
 * @returns `undefined` where it is malformed
 */
export function customPolicy(encoded: string): SigningPolicy | undefined {
  const bytes = decodedBase64(encoded)
  const text = bytes && utf8(bytes)
  const statement = text && onlyStatement(text)
  if (!statement || !hasOnly(statement, ['Resource', 'Condition'])) return undefined
  const { Resource: resource = null, Condition: condition } = statement
  if (resource !== null && typeof resource !== 'string') return undefined
  if (!isObject(condition) || !hasOnly(condition, ['DateLessThan', 'DateGreaterThan', 'IpAddress'])) return undefined
  const until = epochTime(operand(condition.DateLessThan, 'AWS:EpochTime'))
  const { DateGreaterThan: start, IpAddress: address } = condition
  const from = start === undefined ? null : epochTime(operand(start, 'AWS:EpochTime'))
  const addresses = address === undefined ? null : addressRange(operand(address, 'AWS:SourceIp'))
  if (until === undefined || from === undefined || addresses === undefined) return undefined
  return { text, resource, until, from, addresses }
}

/** "You can include only one statement in the policy." */
function onlyStatement(text: string): JsonObject | undefined {
  const policy = parsed(text)
  if (!isObject(policy) || !hasOnly(policy, ['Statement']) || !Array.isArray(policy.Statement)) return undefined
  const [statement, ...more] = policy.Statement
  return isObject(statement) && more.length === 0 ? statement : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const operand = (condition: unknown, name: string): unknown =>
  isObject(condition) && hasOnly(condition, [name]) ? condition[name] : undefined

/** "Do not enclose the value in quotation marks." */
const epochTime = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= MAX_SECONDS ? value : undefined

/** "Standard IPv4 CIDR format (for example, `192.0.2.0/24`)"; "IP addresses in IPv6 format … are not supported." */
function addressRange(value: unknown): AddressRange | undefined {
  const [, address = '', prefix = ''] = (typeof value === 'string' && /^([\d.]+)\/(\d{1,2})$/.exec(value)) || []
  const network = addressNumber(address)
  const bits = prefix === '' ? Number.NaN : Number(prefix)
  return network !== undefined && bits <= 32 ? { network, bits } : undefined
}

/** An IPv4 address as a number, also where it stands in an IPv6 address (RFC 4291, 2.5.5.2); `undefined` for any other. */
export function addressNumber(address: string): number | undefined {
  const parts = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(address)?.slice(1).map(Number)
  return parts?.every((part) => part < 256) ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined
}

export function isInRange(address: string, { network, bits }: AddressRange): boolean {
  const number = addressNumber(address)
  const size = 2 ** (32 - bits)
  return number !== undefined && Math.floor(number / size) === Math.floor(network / size)
}

/**
 * Base64 with `-`, `_` and `~` in the place of `+`, `=` and `/`.
 * @returns `undefined` for what is none
 */
export function decodedBase64(text: string): Buffer | undefined {
  const isWhole = text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9~-]+_{0,2}$/.test(text)
  return isWhole
    ? Buffer.from(
        text.replace(/[-~_]/g, (sign) => STANDARD[sign] ?? ''),
        'base64',
      )
    : undefined
}

const STANDARD: Record<string, string> = { '-': '+', '~': '/', _: '=' }

/** "Use UTF-8 character encoding." */
function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
