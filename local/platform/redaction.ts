/**
 * What is told of requests leaves out what opens something: a page, a trace or a terminal is shown to others. CloudFront's own
 * access log has queries as they came, and so has the one of this machine.
 */
import type {
  CacheKey,
  FinishedRequest,
  RequestSummary,
  RequestTrace,
  TraceStep,
  ValueChange,
} from '../protocol/messages.ts'

const REDACTED = '(redacted)'

/** RFC 7515, 7.1: three parts in base64url. The shortest signature that is in use, HMAC with SHA-256, has 43 characters. */
const LEAST_CHARACTERS = [8, 2, 43]

/** A text without the tokens in it, whatever stands around them. */
export const withoutTokens = (text: string): string => text.replace(/[\w.-]+/g, withoutTokensInRun)

function withoutTokensInRun(run: string): string {
  const parts = run.split('.')
  const kept: string[] = []
  for (let at = 0; at < parts.length; at++) {
    const isToken = LEAST_CHARACTERS.every((least, index) => (parts[at + index]?.length ?? 0) >= least)
    kept.push(isToken ? REDACTED : (parts[at] as string))
    if (isToken) at += LEAST_CHARACTERS.length - 1
  }
  return kept.join('.')
}

/** Names alone: any cookie may be a session. */
export const withoutCookieValues = (cookies: string): string =>
  cookies
    .split(';')
    .map((pair) => (pair.trim() === '' ? pair : `${/^[^=]*=|^\s*/.exec(pair)?.[0]}${REDACTED}`))
    .join(';')

/** The scheme alone: RFC 9110, 11.4. */
const withoutCredentials = (authorization: string): string => `${/^\s*\S+ /.exec(authorization)?.[0] ?? ''}${REDACTED}`

export const redactedRequest = <Request extends FinishedRequest | RequestSummary>(request: Request): Request => ({
  ...request,
  path: withoutTokens(request.path),
  query: withoutTokens(request.query),
  referer: withoutTokens(request.referer),
  cookie: withoutCookieValues(request.cookie),
})

export const redactedTrace = ({ summary, steps }: RequestTrace): RequestTrace => ({
  summary: redactedRequest(summary),
  steps: steps.map(redactedStep),
})

function redactedStep(step: TraceStep): TraceStep {
  if ('changes' in step) {
    const { changes, problems, logs } = step
    const texts = { problems: problems.map(withoutTokens), logs: logs.map(withoutTokens) }
    return { ...step, ...texts, changes: changes.map(redactedChange) }
  }
  if (step.step === 'key') return { ...step, key: redactedKey(step.key) }
  return step.step === 'origin' ? { ...step, url: withoutTokens(step.url) } : step
}

function redactedKey({ headers, ...key }: CacheKey): CacheKey {
  const entries = Object.entries(headers).map(([name, value]) => [name, redactedHeader(name, value)])
  return {
    ...key,
    ...{ path: withoutTokens(key.path), query: withoutTokens(key.query), cookies: withoutCookieValues(key.cookies) },
    headers: Object.fromEntries(entries),
  }
}

function redactedHeader(name: string, value: string): string {
  if (name === 'authorization') return withoutCredentials(value)
  return name === 'cookie' ? withoutCookieValues(value) : withoutTokens(value)
}

function redactedChange(change: ValueChange): ValueChange {
  const redacted = (value: unknown) => redactedValue(change.path, value)
  return {
    ...change,
    ...('before' in change ? { before: redacted(change.before) } : {}),
    ...('after' in change ? { after: redacted(change.after) } : {}),
  } as ValueChange
}

/**
 * `headers.authorization`, `cookies.session`, `request.headers.cookie[0]`: as `messageChanges` writes paths. The headers that
 * CloudFront adds for an origin are secrets as often as not.
 */
function redactedValue(path: string, value: unknown): unknown {
  if (/\bcustomHeaders\b/.test(path)) return REDACTED
  if (typeof value !== 'string') return value
  if (/(?:^|\.)cookies[.[]/.test(path) || /\bset-cookie\b/.test(path)) return REDACTED
  const [, name = ''] = /\bheaders\.(authorization|cookie)\b/.exec(path) ?? []
  return redactedHeader(name, value)
}
