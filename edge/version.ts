/** A version is held against the object that came before the response is cached for a year, so that `?v=` can't lie. */
import { NOT_UNRESERVED } from './path.ts'

/** 1 to 64 unreserved characters; empty for anything else. */
export const parseVersion = (value: string): string =>
  value.length > 64 || value.search(NOT_UNRESERVED) >= 0 ? '' : value

/**
 * - `unversioned`: nothing was asked for;
 * - `verified`: the object bears the version out;
 * - `unsettled`: the object is, or may be, about to be replaced by the one that was asked for;
 * - `unknown`: none of these can be told from the object.
 */
export type Verdict = 'unversioned' | 'verified' | 'unsettled' | 'unknown'

/** What a response tells of its object; empty where it does not. */
export type ObjectFacts = {
  /** Milliseconds since 1970; `NaN`: not told. */
  lastModified: number
  /** `ETag` as received, quotes and all. */
  etag: string
  /** The object's metadata `version` and `sha256`. */
  metaVersion: string
  metaSha256: string
}

/** @param clock `now` in milliseconds since 1970; `settle`: how long an upload may race its link, in seconds */
export function verdictOn(version: string, facts: ObjectFacts, clock: { now: number; settle: number }): Verdict {
  if (version === '') return 'unversioned'
  const timestamp = timestampOf(version, clock.now)
  return timestamp === 0 ? contentVerdict(version, facts) : timestampVerdict(timestamp, facts.lastModified, clock)
}

const SEPTEMBER_2001 = 1_000_000_000_000
const DAY = 86_400_000

/** Between an upload and the clock of the application that stamped it. */
const TOLERANCE = 2_000

/** The version as milliseconds since 1970, given in these or in seconds; 0 where it is no time of this century. */
function timestampOf(version: string, now: number): number {
  if (!/^(?:\d{10}|\d{13})$/.test(version)) return 0
  const time = version.length === 10 ? Number(version) * 1000 : Number(version)
  return time >= SEPTEMBER_2001 && time <= now + DAY ? time : 0
}

/** Applications stamp a version around the upload: one that is minutes old has settled. */
function timestampVerdict(time: number, lastModified: number, clock: { now: number; settle: number }): Verdict {
  const settle = clock.settle * 1000
  if (Number.isNaN(lastModified)) return 'unknown'
  if (time - lastModified > TOLERANCE && time > clock.now - settle) return 'unsettled'
  return lastModified - time > settle ? 'unknown' : 'verified'
}

const HASH_PREFIX = 8
const SHA256 = /^[0-9a-f]{64}$/i

function contentVerdict(version: string, facts: ObjectFacts): Verdict {
  const hashes = [hexOf(facts.etag), facts.metaSha256]
  if (version === facts.metaVersion || hashes.some((hash) => begins(hash, version))) return 'verified'
  if (facts.metaVersion !== '') return 'unsettled'
  return SHA256.test(version) && facts.metaSha256 !== '' ? 'unsettled' : 'unknown'
}

const begins = (hash: string, version: string): boolean =>
  version.length >= HASH_PREFIX && hash.toLowerCase().startsWith(version.toLowerCase())

/** S3's ETag: MD5 in hex, with a count of parts after a multipart upload. A weak one names no bytes. */
const hexOf = (etag: string): string => /^"([0-9a-f]{32}(?:-\d+)?)"$/i.exec(etag)?.[1] ?? ''
