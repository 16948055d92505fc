/** `auth` as the handlers read it, and what of their code it needs. */
import { type RouteSettings, sharedKeyRules, type TokenSettings } from '../bundle/settings.ts'
import type { ClaimRule, RouteRule, TokenRule } from '../edge/rules.ts'
import { tokenNames } from './forwarded.ts'

/** For the function, which can verify tokens by a shared key. What is the default costs no byte. */
export function tokenRuleOf(route: RouteSettings): TokenRule | undefined {
  const auth = sharedKeyRules(route)
  if (auth === null) return undefined
  const cookies = tokenNames(auth.from, 'cookie:')
  const parameters = tokenNames(auth.from, 'query:')
  const claims = claimRulesOf(auth)
  return {
    ...(auth.from.includes('authorization') ? { bearer: true } : {}),
    ...(cookies.length > 0 ? { cookies } : {}),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(auth.forward ? { forward: true } : {}),
    ...(auth.issuer === null ? {} : { issuer: auth.issuer }),
    ...(auth.audience === null ? {} : { audience: auth.audience }),
    ...(auth.exp === 'optional' ? { endless: true } : {}),
    leeway: auth.leeway,
    ...(claims.length > 0 ? { claims } : {}),
    ...(auth.path === null ? {} : { path: auth.path }),
    ...(auth.redirect === null ? {} : { redirect: auth.redirect }),
  }
}

const claimRulesOf = ({ claims }: TokenSettings): ClaimRule[] =>
  Object.entries(claims).map(([name, value]) =>
    typeof value === 'object' ? { name, value: value.contains, contains: true } : { name, value },
  )

/** The values of what `edge/flags.d.ts` declares: esbuild drops the code that they rule out. */
export function tokenFlags(routes: readonly RouteRule[]): Record<string, boolean> {
  const has = (is: (rule: TokenRule, route: RouteRule) => unknown) =>
    routes.some((route) => route.token !== undefined && Boolean(is(route.token, route)))
  return {
    HAS_TOKENS: has(() => true),
    HAS_SIGNED: routes.some(({ signed }) => signed),
    HAS_ISSUERS: has(({ issuer }) => issuer),
    HAS_AUDIENCES: has(({ audience }) => audience),
    HAS_ENDLESS_TOKENS: has(({ endless }) => endless),
    HAS_BEARERS: has(({ bearer }) => bearer),
    HAS_TOKEN_COOKIES: has(({ cookies }) => cookies),
    HAS_TOKEN_PARAMETERS: has(({ parameters }) => parameters),
    HAS_TOKEN_CLAIMS: has(({ claims }) => claims),
    HAS_TOKEN_PATHS: has(({ path }) => path),
    HAS_TOKEN_REDIRECTS: has(({ redirect }) => redirect),
    HAS_FORWARDED_TOKENS: has(({ forward }) => forward),
    HAS_TOKEN_CORS: has((_, { cors }) => cors),
  }
}
