/** Until when, from when and for whom something signed is good. */
import { isIPv4 } from 'node:net'
import { wrong } from './wrong.ts'

/** One of the two. */
export type Lifetime =
  | {
      /** Seconds from now, a whole number: 900 are 15 minutes. */
      expiresIn: number
      expires?: undefined
    }
  | {
      /** A time to come, in whole seconds (what is left over is cut off); rounded up by you, one URL serves for a while. */
      expires: Date
      expiresIn?: undefined
    }

export type Conditions = {
  /** Good from then on; default: at once. */
  notBefore?: Date | undefined
  /** IPv4, as an address or in CIDR notation: `203.0.113.0/24`. CloudFront knows no IPv6 here; default: all. */
  ipRange?: string | undefined
}

/** Somebody's milliseconds, most likely. */
const MAX_SECONDS = 10 * 366 * 86_400

/** @throws InputError (`lifetime`) */
export function checkSeconds(option: string, seconds: number, most = MAX_SECONDS): number {
  if (Number.isSafeInteger(seconds) && seconds >= 1 && seconds <= most) return seconds
  throw wrong(option, 'lifetime', `whole seconds from 1 to ${most}`, seconds)
}

/** Seconds since 1970. @throws InputError (`lifetime`) */
export function expiryOf({ expires, expiresIn }: Lifetime): number {
  const now = Math.floor(Date.now() / 1000)
  if (expires === undefined) return now + checkSeconds('expiresIn', expiresIn)
  const time = secondsOf('expires', expires)
  if (time > now && time <= now + MAX_SECONDS) return time
  throw wrong('expires', 'lifetime', 'a time to come, in ten years at most', expires, expires.toISOString())
}

function secondsOf(option: string, date: Date): number {
  const time = date instanceof Date ? date.getTime() : Number.NaN
  if (Number.isNaN(time)) throw wrong(option, 'lifetime', 'a Date', date)
  return Math.floor(time / 1000)
}

type Condition = { 'AWS:EpochTime': number } | { 'AWS:SourceIp': string }

/**
 * The `Condition` of a policy. Developer Guide, "Values that you specify in the policy statement for a signed URL that uses a
 * custom policy".
 * @throws InputError (`lifetime`, `ip-range`)
 */
export function policyCondition(expiry: number, { notBefore, ipRange }: Conditions): Record<string, Condition> {
  const from = notBefore && secondsOf('notBefore', notBefore)
  if (notBefore && from !== undefined && from >= expiry) {
    throw wrong('notBefore', 'lifetime', 'a time before the end', notBefore, notBefore.toISOString())
  }
  return {
    DateLessThan: { 'AWS:EpochTime': expiry },
    ...(from === undefined ? {} : { DateGreaterThan: { 'AWS:EpochTime': from } }),
    ...(ipRange === undefined ? {} : { IpAddress: { 'AWS:SourceIp': checkedRange(ipRange) } }),
  }
}

function checkedRange(range: string): string {
  const [, address = '', bits = '32'] = /^([\d.]+)(?:\/(\d{1,2}))?$/.exec(String(range)) ?? []
  if (isIPv4(address) && Number(bits) <= 32) return `${address}/${Number(bits)}`
  throw wrong('ipRange', 'ip-range', 'an IPv4 address or a range such as 203.0.113.0/24', range)
}
