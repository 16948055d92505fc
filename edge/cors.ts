import { NEEDS_ORIGIN_PATTERNS } from './needed.ts'
import type { CorsRule } from './rules.ts'

/** The answer to a preflight (Fetch Standard, "CORS-preflight request"); a stranger is told nothing. */
export function preflightHeaders(cors: CorsRule, origin: string): Record<string, string> {
  const origins = cors.origins
  const isAny = origins === '*'
  if (!isAny && !isNamed(origins, origin)) return { vary: 'origin' }
  return Object.assign({ 'access-control-allow-origin': isAny ? '*' : origin }, cors.preflight)
}

const isNamed = (origins: readonly string[] | RegExp, origin: string): boolean =>
  NEEDS_ORIGIN_PATTERNS && origins instanceof RegExp
    ? origins.test(origin)
    : (origins as readonly string[]).includes(origin)
