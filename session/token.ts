/** Who is asking: the token of a request, verified. */
import type { JWTVerifyGetKey } from 'jose'
import { cookieValues } from './cookies.ts'
import { loadJose } from './jose.ts'
import { KeysUnavailable, keyFinder } from './keys.ts'
import type { LoginClaims, SessionSettings } from './options.ts'

export type Caller =
  | { kind: 'claims'; claims: LoginClaims & { exp: number } }
  /** No token. */
  | { kind: 'none' }
  /** Without the reason, which would help to forge one. `explicit`: it came in `authorization`, so no session's cookie takes its place. */
  | { kind: 'refused'; explicit: boolean }
  | { kind: 'unavailable' }

/** More than any server takes in a header. */
const MAX_CHARACTERS = 16_384

export function tokenVerifier(settings: SessionSettings): (request: Request) => Promise<Caller> {
  const { jwks, algorithms, issuer, audience, leeway, timeout, cooldown, from } = settings
  let keys: Promise<JWTVerifyGetKey> | undefined
  const options = {
    algorithms: [...algorithms],
    clockTolerance: leeway,
    requiredClaims: ['exp'],
    ...(issuer === null ? {} : { issuer: [issuer].flat() }),
    ...(audience === null ? {} : { audience: [audience].flat() }),
  }
  return async (request) => {
    const bearer = from.includes('authorization') ? bearerOf(request) : undefined
    const cookies = from.flatMap((source) =>
      source.startsWith('cookie:') ? cookieValues(request, source.slice('cookie:'.length)) : [],
    )
    const tokens = [...(bearer === undefined ? [] : [bearer]), ...cookies]
    const [token = ''] = tokens
    if (tokens.length === 0) return { kind: 'none' }
    const refused: Caller = { kind: 'refused', explicit: bearer !== undefined }
    if (tokens.length > 1 || token.length > MAX_CHARACTERS) return refused
    keys ??= keyFinder(jwks, algorithms, timeout, cooldown)
    // A failure is not kept: the next request tries again.
    const findKey = await keys.catch((error) => {
      keys = undefined
      throw error
    })
    const { jwtVerify } = await loadJose()
    try {
      const { payload } = await jwtVerify(token, findKey, options)
      return { kind: 'claims', claims: payload as LoginClaims & { exp: number } }
    } catch (error) {
      return error instanceof KeysUnavailable ? { kind: 'unavailable' } : refused
    }
  }
}

/** RFC 6750, 2.1; `undefined`: the request has no bearer token. */
function bearerOf(request: Request): string | undefined {
  const [, token] = /^bearer +(.*)$/i.exec(request.headers.get('authorization') ?? '') ?? []
  return token
}
