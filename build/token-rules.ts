/** `auth` as the handlers read it, and what of their code it needs. */
import type { KeySource, RouteSettings, TokenSettings } from '../bundle/settings.ts'
import type { PublicKeyAlgorithm } from '../edge/config.ts'
import type { ClaimRule, KeySet, RouteRule, TokenRule } from '../edge/rules.ts'
import { tokenNames } from './forwarded.ts'

/** The rule for a route's tokens. Defaults are left out: they cost the function no byte. @param keySets those of `keySetsOf` */
export function tokenRuleOf({ auth }: RouteSettings, keySets: readonly KeySet[]): TokenRule | undefined {
  if (auth?.type !== 'jwt') return undefined
  const cookies = tokenNames(auth.from, 'cookie:')
  const parameters = tokenNames(auth.from, 'query:')
  const claims = claimRulesOf(auth)
  return {
    ...(auth.from.includes('authorization') ? { bearer: true } : {}),
    ...(cookies.length > 0 ? { cookieNames: cookies } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(auth.forward ? { forward: true } : {}),
    ...(auth.issuer === null ? {} : { issuer: auth.issuer }),
    ...(auth.audience === null ? {} : { audience: auth.audience }),
    ...(auth.exp === 'optional' ? { endless: true } : {}),
    leeway: auth.leeway,
    ...(claims.length > 0 ? { claims } : {}),
    ...(auth.path === null ? {} : { path: auth.path }),
    ...(auth.redirect === null ? {} : { redirect: auth.redirect }),
    ...(auth.jwks === null ? {} : { algorithms: publicKeyAlgorithms(auth), keys: indexOf(auth.jwks, keySets) }),
  }
}

/** The public keys of all routes, each set once. */
export function keySetsOf(routes: readonly RouteSettings[]): KeySet[] {
  const sources = routes.flatMap(({ auth }) => (auth?.type === 'jwt' && auth.jwks ? [auth.jwks] : []))
  return [...new Map(sources.map((source) => [JSON.stringify(source), source])).values()]
}

const indexOf = (source: KeySource, keySets: readonly KeySet[]): number =>
  keySets.findIndex((set) => JSON.stringify(set) === JSON.stringify(source))

/** A public key must never be taken for a secret. */
export const publicKeyAlgorithms = ({ algorithms }: TokenSettings): PublicKeyAlgorithm[] =>
  algorithms.filter((name) => name !== 'HS256')

/** Who verifies tokens at viewer-request: the function, by secrets, or the Lambda function, by public keys. */
export type Verifies = 'secrets' | 'public-keys'

/** Of a route that the other artefact verifies, this one needs to know one thing: that it refuses all requests. */
const CLOSED: RouteRule = { cached: false, s3: false, parameters: [], version: null, images: -1, closed: true }

/** The routes for one of the two: it refuses all requests on routes whose tokens the other one verifies. */
export const routesFor = (verifies: Verifies, routes: readonly RouteRule[]): RouteRule[] =>
  routes.map((route) => {
    const { token } = route
    const isOwn = token === undefined || (token.keys !== undefined) === (verifies === 'public-keys')
    return isOwn ? route : CLOSED
  })

const claimRulesOf = ({ claims }: TokenSettings): ClaimRule[] =>
  Object.entries(claims).map(([name, value]) =>
    typeof value === 'object' ? { name, expected: value.contains, contains: true } : { name, expected: value },
  )

/** Fields that, where all rules have the same value, become constants in the code: by the constant's name in `edge/flags.d.ts`. */
const COMMON = { SAME_BEARER: 'bearer', SAME_LEEWAY: 'leeway', SAME_REDIRECT: 'redirect' } as const

/** The value that all rules for tokens have of one field; null: they don't have the same, or none. */
function commonValue(routes: readonly RouteRule[], name: keyof TokenRule): unknown {
  const values = new Set(routes.flatMap(({ token }) => (token ? [token[name]] : [])))
  return values.size === 1 ? ([...values][0] ?? null) : null
}

/** The same routes, with those fields left out of their rules that are constants. */
export function routesWithoutCommon(routes: readonly RouteRule[]): RouteRule[] {
  const common = Object.values(COMMON).filter((name) => commonValue(routes, name) !== null)
  const rest = (token: TokenRule) =>
    Object.fromEntries(Object.entries(token).filter(([name]) => !common.some((one) => one === name)))
  return routes.map((route) => (route.token ? { ...route, token: rest(route.token) as TokenRule } : route))
}

/** The values of what `edge/flags.d.ts` declares: esbuild drops the code that they rule out. */
export function tokenFlags(routes: readonly RouteRule[]): Record<string, unknown> {
  const has = (is: (rule: TokenRule, route: RouteRule) => unknown) =>
    routes.some((route) => route.token !== undefined && Boolean(is(route.token, route)))
  return {
    ...Object.fromEntries(Object.entries(COMMON).map(([flag, name]) => [flag, commonValue(routes, name)])),
    HAS_TOKENS: has(() => true),
    HAS_SIGNED: routes.some(({ signed }) => signed),
    HAS_PUBLIC_KEYS: has(({ keys }) => keys !== undefined),
    HAS_CLOSED: routes.some(({ closed }) => closed),
    HAS_ISSUERS: has(({ issuer }) => issuer),
    HAS_AUDIENCES: has(({ audience }) => audience),
    HAS_ENDLESS_TOKENS: has(({ endless }) => endless),
    HAS_BEARERS: has(({ bearer }) => bearer),
    HAS_TOKEN_COOKIES: has(({ cookieNames }) => cookieNames),
    HAS_TOKEN_PARAMETERS: has(({ parameters }) => parameters),
    HAS_TOKEN_CLAIMS: has(({ claims }) => claims),
    HAS_TOKEN_PATHS: has(({ path }) => path),
    HAS_TOKEN_REDIRECTS: has(({ redirect }) => redirect),
    HAS_FORWARDED_TOKENS: has(({ forward }) => forward),
    HAS_TOKEN_CORS: has((_, { cors }) => cors),
  }
}
