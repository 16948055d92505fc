import type { Fields } from './event.ts'
import { NEEDS_ORIGIN_PATTERNS } from './needed.ts'
import type { CorsRule } from './rules.ts'

/** The answer to a preflight (Fetch Standard, "CORS-preflight request"); an origin that is not allowed gets `vary` alone. */
export function preflightHeaders(cors: CorsRule, origin: string): Fields {
  const origins = cors.origins
  const isAny = origins === '*'
  const isNamed =
    NEEDS_ORIGIN_PATTERNS && origins instanceof RegExp
      ? origins.test(origin)
      : (origins as readonly string[]).includes(origin)
  if (!isAny && !isNamed) return { vary: { value: 'origin' } }
  return Object.assign({ 'access-control-allow-origin': { value: isAny ? '*' : origin } }, cors.preflight)
}
