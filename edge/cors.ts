import type { CorsRule } from './rules.ts'

/** The answer to a preflight (Fetch Standard, "CORS-preflight request"); a stranger is told nothing. */
export function preflightHeaders(cors: CorsRule, origin: string): Record<string, string> {
  if (cors.origins === '*') return Object.assign({ 'access-control-allow-origin': '*' }, cors.preflight)
  const isAllowed = cors.origins.includes(origin)
  return Object.assign(
    { vary: 'origin' },
    isAllowed ? { 'access-control-allow-origin': origin } : {},
    isAllowed ? cors.preflight : {},
  )
}
