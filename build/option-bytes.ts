/** Which options of a config take the most of the function: what its author reads who has to do without one. */
import { bundle, flagsOf } from './bundle.ts'
import type { Rules } from './compile.ts'
import { type BuildTarget, rulesFor } from './targets.ts'

export type OptionBytes = { option: string; bytes: number }

/** Options that have code of their own, by the flag of `edge/flags.d.ts` that leaves it out where no route has them. */
const OPTIONS: Readonly<Record<string, string>> = {
  HAS_IMAGES: 'images',
  HAS_PARTS: 'images.rect (on unless `rect: false`)',
  HAS_PREVIEWS: 'images.previews',
  HAS_BACKGROUNDS: 'images.backgrounds',
  HAS_BLURS: 'images.blurs',
  HAS_CORS: 'cors',
  HAS_ORIGIN_PATTERNS: '`*` in an origin of cors',
  HAS_ROUTE_GROUPS: 'several `*` in the path of a route',
  HAS_CANONICAL_HOST: 'canonicalHost',
  HAS_INDEXES: 'index',
  HAS_INDEX_REDIRECTS: 'index.redirect',
  HAS_ESCAPED_NAMES: 'names in query that clients escape, such as `ids[]`',
  HAS_LOGS: 'logs',
  HAS_SIGNED: "auth of type 'signed'",
  HAS_TOKENS: "auth of type 'jwt'",
  HAS_TOKEN_COOKIES: 'auth.from with `cookie:…`',
  HAS_TOKEN_PARAMETERS: 'auth.from with `query:…`',
  HAS_ISSUERS: 'auth.issuer',
  HAS_AUDIENCES: 'auth.audience',
  HAS_ENDLESS_TOKENS: "auth.exp: 'optional'",
  HAS_TOKEN_CLAIMS: 'auth.claims',
  HAS_TOKEN_PATHS: 'auth.path',
  HAS_TOKEN_REDIRECTS: 'auth.redirect',
  HAS_FORWARDED_TOKENS: 'auth.forward',
  HAS_TOKEN_CORS: 'cors on a route with auth',
}

/**
 * Measured, by making the function anew without the code of each: what the options say themselves is not counted.
 * @returns the options that take any, those that take the most first; what several share is counted in none
 */
export async function optionBytes(target: BuildTarget, rules: Rules): Promise<OptionBytes[]> {
  const bytesWithout = async (flag?: string) => {
    const [made] = await bundle(target, rules, flag)
    return Buffer.byteLength(made?.code ?? '')
  }
  const all = await bytesWithout()
  const flags = flagsOf(rulesFor(target, rules))
  const used = Object.entries(OPTIONS).filter(([flag]) => flags[flag])
  const measured = used.map(async ([flag, option]) => ({
    option,
    bytes: all - (await bytesWithout(flag)),
  }))
  return (await Promise.all(measured)).filter(({ bytes }) => bytes > 0).toSorted((a, b) => b.bytes - a.bytes)
}
