/** What a user is given: cookies that the CDN checks, and one that renews them. */
import { signCookies } from '../sign/cloudfront.ts'
import { secretBytes, signToken } from '../sign/token.ts'
import { cookieValues, setCookie } from './cookies.ts'
import { loadJose } from './jose.ts'
import type { LoginClaims, SessionSettings } from './options.ts'

/** What a grant opens, as JSON; it is the same each time that it is renewed. */
export type Opened =
  | { type: 'jwt'; path: string | readonly string[]; claims: Record<string, unknown> }
  | { type: 'signed'; resource: string }

/** `until` when it may be renewed, `good` until when the grant is: seconds since 1970. */
export type GrantedSession = { opened: Opened; until: number; good: number }

/** `undefined`: nothing. */
export function openedFor({ grant }: SessionSettings, claims: LoginClaims): Opened | undefined {
  if (grant.type === 'signed') {
    const resource = grant.resource(claims)
    return resource === null ? undefined : { type: 'signed', resource }
  }
  const path = grant.path(claims)
  if (path === null || path.length === 0) return undefined
  return { type: 'jwt', path, claims: grant.claims?.(claims) ?? {} }
}

const COOKIES = ['Policy', 'Expires', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'].map((name) => `CloudFront-${name}`)

const grantCookies = ({ grant }: SessionSettings): string[] =>
  grant.type === 'jwt' ? [grant.cookie ?? 'rimlight'] : COOKIES

/** Whether a request has a grant, good or not; where its cookies are kept from the handler's path, it never has. */
export const hasGrant = (request: Request, settings: SessionSettings): boolean =>
  grantCookies(settings).some((name) => cookieValues(request, name).length > 0)

/** `set-cookie` lines for a grant, and for its renewal where there is one. */
export async function cookiesFor(
  { opened, until, good }: GrantedSession,
  settings: SessionSettings,
): Promise<string[]> {
  const { cookie, renewal } = settings
  const now = Math.floor(Date.now() / 1000)
  const values = await grantValues(opened, new Date(good * 1000), settings)
  const grant = Object.entries(values).map(([name, value]) => setCookie(name, value, cookie, good - now))
  // One of another kind than last time must not be taken for a part of this.
  const stale = grantCookies(settings).filter((name) => !(name in values))
  const removed = stale.map((name) => setCookie(name, '', cookie, 0))
  if (!renewal) return [...grant, ...removed]
  const token = signToken({
    secret: renewal.secret,
    audience: RENEWAL,
    expires: new Date(until * 1000),
    claims: { opened, good },
  })
  return [...grant, ...removed, setCookie(renewal.cookie, token, { sameSite: cookie.sameSite }, until - now)]
}

async function grantValues(opened: Opened, expires: Date, { grant }: SessionSettings): Promise<Record<string, string>> {
  if (grant.type === 'signed' && opened.type === 'signed') {
    const { site, keyPairId, privateKey, passphrase, hash } = grant
    return { ...(await signCookies(site, opened.resource, { keyPairId, privateKey, passphrase, hash, expires })) }
  }
  if (grant.type !== 'jwt' || opened.type !== 'jwt') throw new Error(`a session of another kind: ${opened.type}`)
  const { secret, kid, issuer, audience, pathClaim, cookie = 'rimlight' } = grant
  const { path, claims } = opened
  return { [cookie]: signToken({ secret, kid, issuer, audience, pathClaim, path, claims, expires }) }
}

/** `aud` of a token that renews: what it is for. */
const RENEWAL = 'rimlight/session'

/** The session that a request may renew; `undefined`: none. */
export async function renewableSession(
  request: Request,
  { renewal, grant }: SessionSettings,
): Promise<GrantedSession | undefined> {
  const tokens = renewal ? cookieValues(request, renewal.cookie) : []
  const [token] = tokens
  if (!renewal || token === undefined || tokens.length > 1) return undefined
  const { jwtVerify } = await loadJose()
  const options = { algorithms: ['HS256'], audience: RENEWAL, requiredClaims: ['exp', 'opened', 'good'] }
  try {
    const { payload } = await jwtVerify(token, secretBytes('renewal.secret', renewal.secret), options)
    const { opened, good, exp } = payload as { opened: Opened; good: number; exp: number }
    return opened.type === grant.type ? { opened, good, until: exp } : undefined
  } catch {
    return undefined
  }
}

/** Lines that remove all of it. */
export const removedCookies = (settings: SessionSettings): string[] => [
  ...grantCookies(settings).map((name) => setCookie(name, '', settings.cookie, 0)),
  ...(settings.renewal ? [setCookie(settings.renewal.cookie, '', { sameSite: settings.cookie.sameSite }, 0)] : []),
]
