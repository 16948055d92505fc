/** What a token that stays in the request (`auth.forward`) adds to the cache key. */
import type { RouteSettings } from '../bundle/settings.ts'

export type ForwardedNames = { headers: string[]; cookies: string[]; parameters: string[] }

export function forwardedNames({ auth }: RouteSettings): ForwardedNames {
  const sources = auth?.type === 'jwt' && auth.forward ? auth.from : []
  return {
    headers: sources.includes('authorization') ? ['authorization'] : [],
    cookies: tokenNames(sources, 'cookie:'),
    parameters: tokenNames(sources, 'query:'),
  }
}

/** The names of cookies or of parameters that may hold a token. */
export const tokenNames = (sources: readonly string[], kind: 'cookie:' | 'query:'): string[] =>
  sources.flatMap((source) => (source.startsWith(kind) ? [source.slice(kind.length)] : []))
