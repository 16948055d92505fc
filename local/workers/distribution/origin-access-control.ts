/** Origin access control: requests to a bucket are signed. Developer Guide, "Restrict access to an Amazon S3 origin". */

import { headerValue } from '../../platform/header-lines.ts'
import type { HeaderLine } from '../../protocol/messages.ts'
import type { Signing } from '../../protocol/settings.ts'
import { canonicalRequests, sign, signingKey, stringToSign } from '../s3/signature.ts'

/** S3 API Reference, "Authenticating Requests": the hash of the body may be left out. */
const PAYLOAD = 'UNSIGNED-PAYLOAD'

/** @param target path and query as they are sent; @param now milliseconds since 1970 */
export function signedHeaders(
  method: string,
  target: string,
  headers: readonly HeaderLine[],
  { region, accessKeyId, secretAccessKey, sessionToken }: Signing,
  now: number,
): HeaderLine[] {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const added: HeaderLine[] = [
    ['x-amz-content-sha256', PAYLOAD],
    ['x-amz-date', time],
    ...(sessionToken ? [['x-amz-security-token', sessionToken] as const] : []),
  ]
  const own = new Map([['host', headerValue(headers, 'host')] as const, ...added])
  const names = [...own.keys()].toSorted()
  const at = target.indexOf('?')
  const [canonical = ''] = canonicalRequests({
    method,
    rawPath: at < 0 ? target : target.slice(0, at),
    rawQuery: at < 0 ? '' : target.slice(at + 1),
    header: (name) => own.get(name) ?? null,
    signedHeaders: names,
    payloadHash: PAYLOAD,
  })
  const scope = { date: time.slice(0, 8), region }
  const signature = sign(signingKey(secretAccessKey, scope), stringToSign(time, scope, canonical))
  const credential = `${accessKeyId}/${scope.date}/${region}/s3/aws4_request`
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  const replaced = ['authorization', ...added.map(([name]) => name)]
  return [...headers.filter(([name]) => !replaced.includes(name)), ...added, ['authorization', authorization]]
}
