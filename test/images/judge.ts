/**
 * Whether an invocation of the image step came out right: a rendition that is what it says, or the original with a
 * reason, and never anything else. behaviour.md, origin-response, 4.
 */
import { isDeepStrictEqual } from 'node:util'
import { at } from '../../base/json-values.ts'
import { GENERATED_RESPONSE_BYTES } from '../../edge/limits.ts'
import { validateLambda } from '../../local/platform/validate-lambda.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { descriptionFaults } from './description.ts'
import { logFaults } from './emf.ts'
import { type Expected, isReason, isTransient } from './reasons.ts'
import { type Asked, renditionFaults } from './rendition.ts'
import { type Response, responseOf, type Source } from './response.ts'

export type Invocation = {
  event: unknown
  outcome: InvocationOutcome
  /** Of the same event without a variant: what the other rules make of the response. */
  plain: InvocationOutcome
  /** What may come of it; left out: whatever is right in itself. */
  expected?: readonly Expected[]
  /** Left out where a broken file may be anything. */
  source?: Source
  /** What a broken file was; default: what its type says. */
  kind?: Source['kind']
}

/** `came`: in one word; `faults`: none where all is well. */
export type Verdict = { came: Expected | 'failure'; faults: string[] }

export async function judge(invocation: Invocation): Promise<Verdict> {
  const { event, outcome, plain, expected } = invocation
  if (outcome.kind === 'failed') return { came: 'failure', faults: [`${outcome.error}: ${outcome.reason}`] }
  if (plain.kind === 'failed') return { came: 'failure', faults: [`without a variant: ${plain.reason}`] }
  const faults = validateLambda('origin-response', event, outcome.value).map(({ reason }) => reason)
  if (plain.logs.length > 0) faults.push(`expected no log line without a variant, found ${plain.logs[0]}`)
  const characters = JSON.stringify(outcome.value).length
  if (characters >= GENERATED_RESPONSE_BYTES) faults.push(`the response takes ${characters} bytes`)

  const response = responseOf(outcome.value)
  const before = responseOf(plain.value)
  const said = response.headers['x-rimlight'] ?? ''
  const reason = /^original; reason=([a-z-]+)(?:; type=image\/heic)?$/.exec(said)?.[1]
  if (reason !== undefined) {
    faults.push(...originalFaults(response, before, reason), ...logFaults(outcome.logs, [reason]))
  } else if (said === 'json' || said === 'thumbhash') {
    faults.push(...descriptionFaults(said, response, before, invocation.source), ...logFaults(outcome.logs, [said]))
  } else {
    const asked: Asked = { variant: variantOf(event), bytes: Number(before.headers['content-length'] ?? Number.NaN) }
    if (invocation.source) asked.source = invocation.source
    if (invocation.kind) asked.kind = invocation.kind
    faults.push(...(await renditionFaults(response, before, asked)), ...logFaults(outcome.logs, []))
  }
  const came = reason === undefined ? 'rendition' : isReason(reason) ? reason : 'failure'
  if (expected && !expected.some((one) => one === came)) faults.push(`expected ${expected.join(' or ')}, found ${said}`)
  return { came, faults }
}

/** The original: what it would have been without a variant, and why it is. */
function originalFaults({ headers, body }: Response, plain: Response, reason: string): string[] {
  const faults: string[] = []
  if (!isReason(reason)) faults.push(`the reason is none: ${reason}`)
  if (body !== undefined) faults.push('the original has a body of its own')
  const { 'x-rimlight': _, ...left } = headers
  const wanted = { ...plain.headers }
  if (isTransient(reason)) {
    delete wanted.etag
    delete wanted['last-modified']
    const own = wanted['cache-control'] ?? ''
    if (!/private|no-store|no-cache/.test(own)) {
      if (!isShort(left['cache-control'] ?? '')) faults.push(`a passing reason, but ${left['cache-control']}`)
      wanted['cache-control'] = left['cache-control'] ?? ''
    }
  }
  if (!isDeepStrictEqual(left, wanted)) {
    faults.push(`expected the headers ${JSON.stringify(wanted)}, found ${JSON.stringify(left)}`)
  }
  return faults
}

/** Public, and no lifetime of it above a minute. */
const isShort = (cacheControl: string): boolean => {
  const lifetimes = [...cacheControl.matchAll(/(?:max-age|s-maxage|stale-[a-z-]+)=(\d+)/g)].map(([, value]) =>
    Number(value),
  )
  return (
    cacheControl.includes('public') &&
    !cacheControl.includes('immutable') &&
    lifetimes.length > 0 &&
    lifetimes.every((seconds) => seconds <= 60)
  )
}

const variantOf = (event: unknown): URLSearchParams =>
  new URLSearchParams(
    String(at(event, 'Records', 0, 'cf', 'request', 'headers', 'x-rimlight-variant', 0, 'value') ?? ''),
  )
