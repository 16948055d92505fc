/** Whether a request may do what it asks: S3 API Reference, "Authenticating Requests (AWS Signature Version 4)". */

import type { BucketCredentials } from '../../protocol/settings.ts'
import type { S3Request } from './address.ts'
import { S3Error } from './s3-error.ts'
import { canonicalRequests, isSame, type Scope, sign, signingKey, stringToSign } from './signature.ts'
import { type Claims, claimsOf, TIME } from './sigv4-claims.ts'

/** What a signed body in chunks is checked with: the first chunk's signature covers `signature`, the request's own. */
export type Signer = { key: Buffer; scope: Scope; time: string; signature: string }

export type Clocks = {
  /** This machine's time, in milliseconds since 1970. */
  machine: number
  /** The buckets' time, which tests move on. */
  buckets: number
}

/** How far a request's time may be from now: S3 API Reference, "Error responses", RequestTimeTooSkewed. */
const MAX_SKEW_MS = 15 * 60 * 1000

/**
 * @param region of the bucket; `null`: any will do, for a request that names no bucket
 * @throws S3Error for a request that is not signed, or whose signature does not hold
 */
export function authorize(
  request: S3Request,
  credentials: BucketCredentials,
  region: string | null,
  clocks: Clocks,
): Signer {
  const claims = claimsOf(request)
  if (claims.accessKeyId !== credentials.accessKeyId) {
    throw new S3Error('InvalidAccessKeyId', 'There is no such access key here.', { AWSAccessKeyId: claims.accessKeyId })
  }
  assertScope(claims, region)
  if (claims.expires === null) assertRecent(claims.time, clocks)
  else assertNotExpired(claims.time, claims.expires, clocks.buckets)
  assertHeadersSigned(request.headers, claims.signedHeaders)
  const key = signingKey(credentials.secretAccessKey, claims.scope)
  const candidates = canonicalRequests({
    ...request,
    header: (name) => (name === 'host' ? request.host : request.headers.get(name)),
    signedHeaders: claims.signedHeaders,
    payloadHash: claims.payloadHash,
  })
  const texts = candidates.map((candidate) => stringToSign(claims.time, claims.scope, candidate))
  if (!texts.some((text) => isSame(sign(key, text), claims.signature))) {
    throw new S3Error('SignatureDoesNotMatch', 'The request is signed, but not as it was received.', {
      AWSAccessKeyId: claims.accessKeyId,
      StringToSign: texts[0] ?? '',
      SignatureProvided: claims.signature,
      CanonicalRequest: candidates[0] ?? '',
    })
  }
  if (claims.sessionToken !== credentials.sessionToken) {
    throw new S3Error('InvalidToken', 'The session token is not the one that belongs to the access key.')
  }
  return { key, scope: claims.scope, time: claims.time, signature: claims.signature }
}

function assertScope({ scope, time, expires }: Claims, region: string | null): void {
  const code = expires === null ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError'
  if (!time.startsWith(scope.date)) {
    throw new S3Error(code, `The credential is of ${scope.date}, the request of ${time}.`)
  }
  if (region !== null && scope.region !== region) {
    throw new S3Error(code, `The request is signed for the region ${scope.region}; the bucket is in ${region}.`, {
      Region: region,
    })
  }
}

/**
 * A client may sign by its own clock, or by the `Date` of an answer from before the buckets' clock was moved on: every
 * time between both clocks counts as now.
 */
function assertRecent(time: string, { machine, buckets }: Clocks): void {
  const signed = millisecondsOf(time)
  // A time that there is not, such as one of month 13, is NaN, and fails both.
  if (signed >= machine - MAX_SKEW_MS && signed <= buckets + MAX_SKEW_MS) return
  throw new S3Error('RequestTimeTooSkewed', 'The request was signed more than 15 minutes before or after now.', {
    RequestTime: time,
    ServerTime: new Date(machine).toISOString(),
    MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
  })
}

function assertNotExpired(time: string, seconds: number, now: number): void {
  const from = millisecondsOf(time)
  if (!(from <= now + MAX_SKEW_MS)) {
    throw new S3Error('AccessDenied', 'The URL is not valid yet.', {
      'X-Amz-Date': time,
      ServerTime: new Date(now).toISOString(),
    })
  }
  const until = from + seconds * 1000
  if (now <= until) return
  throw new S3Error('AccessDenied', 'The URL has expired.', {
    'X-Amz-Expires': String(seconds),
    Expires: new Date(until).toISOString(),
    ServerTime: new Date(now).toISOString(),
  })
}

const millisecondsOf = (time: string): number => Date.parse(time.replace(TIME, '$1-$2-$3T$4:$5:$6Z'))

/** What CloudFront adds to a request after its viewer has signed it. */
const ADDED_ON_THE_WAY = ['x-amz-cf-id']

function assertHeadersSigned(headers: Headers, signed: readonly string[]): void {
  const needed = ['host', ...[...headers.keys()].filter((name) => name.startsWith('x-amz-'))]
  const unsigned = needed.filter((name) => !signed.includes(name) && !ADDED_ON_THE_WAY.includes(name))
  if (unsigned.length > 0) {
    throw new S3Error('AccessDenied', 'The request has headers that must be signed, and are not.', {
      HeadersNotSigned: unsigned.join(', '),
    })
  }
}
