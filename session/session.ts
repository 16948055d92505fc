/**
 * For applications, in Node: a handler that takes the token of a login (RS256, ES256, EdDSA …), verifies it with the public
 * keys of whoever made it, and gives cookies that are good for minutes and that CloudFront or its function checks on every
 * request. So no Lambda function is in the way of any picture.
 */
import { cookiesFor, type GrantedSession, hasGrant, openedFor, removedCookies, renewableSession } from './grant.ts'
import { checked, type SessionOptions, type SessionSettings } from './options.ts'
import { tokenVerifier } from './token.ts'

export { Failure, InputError } from '../base/errors.ts'
export { type Site, siteOf } from '../sign/sign.ts'
export type { CookieAttributes } from './cookies.ts'
export { type FunctionUrlEvent, type FunctionUrlResult, forFunctionUrl } from './function-url.ts'
export type {
  CookieGrant,
  LoginAlgorithm,
  LoginClaims,
  LoginKeys,
  Renewal,
  SessionOptions,
  TokenGrant,
} from './options.ts'

export type SessionHandler = (request: Request) => Promise<Response>

/**
 * | request | answer |
 * | --- | --- |
 * | GET or POST with a token | 200, cookies, `{ "expiresIn": 900, "renewIn": 600 }` (seconds) |
 * | the same without, while `renewal` lets it | the same; without cookies while the grant is good for longer than `renewBefore` |
 * | no token, and nothing to renew | 401, `{ "error": "unauthorized" }` |
 * | a token that is not good | 401, `{ "error": "invalid_token" }`, and not why |
 * | a token that opens nothing | 403, `{ "error": "insufficient_scope" }` |
 * | from a page of another origin | 403, `{ "error": "origin" }` |
 * | the keys can't be had | 503 with `retry-after`, `{ "error": "unavailable" }` |
 * | DELETE | 204, and the cookies are gone: the user logs out |
 *
 * Nothing of it is cached, and nothing is logged. What `path`, `resource` and `claims` throw is thrown.
 *
 * @example
 * ```ts
 * const session = sessionHandler({
 *   jwks: 'https://login.example.com/.well-known/jwks.json', algorithms: ['RS256'],
 *   issuer: 'https://login.example.com/', audience: 'pictures',
 *   grant: { type: 'jwt', secret, kid: '2026-11', path: (claims) => `/projects/${claims.project}/` },
 *   cookie: { domain: 'example.com' }, origins: ['https://www.example.com'],
 * })
 * await session(request)   // a Response
 * ```
 *
 * @throws InputError about the first option that is wrong: its `code` says which
 */
export function sessionHandler(options: SessionOptions): SessionHandler {
  const settings = checked(options)
  const identify = tokenVerifier(settings)

  async function opened(request: Request, cors: Headers): Promise<Response> {
    const caller = await identify(request)
    if (caller.kind === 'unavailable') {
      return answer(503, { error: 'unavailable' }, { ...cors, 'retry-after': `${settings.cooldown}` })
    }
    if (caller.kind === 'claims') {
      const opened = openedFor(settings, caller.claims)
      if (!opened) return refused(403, 'insufficient_scope', cors)
      const now = seconds()
      const longest = settings.renewal?.lifetime
      const until = longest === undefined ? caller.claims.exp : now + longest
      // The leeway is for the token, not for what is given for it; and a second may pass here.
      if (until <= now + 1) return refused(401, 'invalid_token', cors)
      return granted({ opened, until, good: Math.min(now + settings.lifetime, until) }, cors)
    }
    const session = caller.kind === 'refused' && caller.explicit ? undefined : await renewableSession(request, settings)
    const now = seconds()
    if (!session || session.until <= now + 1) {
      return refused(401, caller.kind === 'none' ? 'unauthorized' : 'invalid_token', cors)
    }
    if (session.good - now > settings.renewBefore && hasGrant(request, settings)) return told(session, now, cors, [])
    return granted({ ...session, good: Math.min(now + settings.lifetime, session.until) }, cors)
  }

  async function granted(session: GrantedSession, cors: Headers): Promise<Response> {
    return told(session, seconds(), cors, await cookiesFor(session, settings))
  }

  /** A last grant, which nothing can prolong, is not renewed before its end. */
  function told({ good, until }: GrantedSession, now: number, cors: Headers, cookies: readonly string[]): Response {
    const renewIn = good < until || !settings.renewal ? Math.max(1, good - now - settings.renewBefore) : good - now
    return answer(200, { expiresIn: good - now, renewIn }, cors, cookies)
  }

  return async (request) => {
    const origin = request.headers.get('origin')
    if (origin !== null && !isAllowed(origin, request, settings)) return answer(403, { error: 'origin' })
    const cors = corsHeaders(origin)
    switch (request.method) {
      case 'OPTIONS':
        return answer(204, null, { ...cors, ...PREFLIGHT })
      case 'DELETE':
        return answer(204, null, cors, removedCookies(settings))
      case 'GET':
      case 'POST':
        return opened(request, cors)
      default:
        return answer(405, { error: 'method' }, { ...cors, allow: METHODS })
    }
  }
}

const seconds = (): number => Math.floor(Date.now() / 1000)

type Headers = Readonly<Record<string, string>>

const METHODS = 'GET, POST, DELETE, OPTIONS'

const PREFLIGHT: Headers = {
  'access-control-allow-methods': METHODS,
  'access-control-allow-headers': 'authorization, content-type',
  'access-control-max-age': '7200',
}

const isAllowed = (origin: string, request: Request, { origins }: SessionSettings): boolean =>
  origins.includes(origin) || origin === new URL(request.url).origin

/** Fetch Standard, "CORS protocol and credentials": the origin itself, never `*`. */
const corsHeaders = (origin: string | null): Headers =>
  origin === null
    ? { vary: 'origin' }
    : { vary: 'origin', 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }

/** RFC 6750, 3.1: no error code where there was no token. */
function refused(status: 401 | 403, error: string, cors: Headers): Response {
  const challenge = error === 'unauthorized' ? 'Bearer realm="session"' : `Bearer error="${error}"`
  return answer(status, { error }, { ...cors, 'www-authenticate': challenge })
}

function answer(status: number, body: object | null, headers: Headers = {}, cookies: readonly string[] = []): Response {
  const type: Headers = body === null ? {} : { 'content-type': 'application/json' }
  const response = new Response(body === null ? null : JSON.stringify(body), {
    status,
    headers: { 'cache-control': 'no-store', ...type, ...headers },
  })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}
