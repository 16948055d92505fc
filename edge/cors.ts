import type { CorsRule } from './rules.ts'

/** The answer to a preflight (Fetch Standard, "CORS-preflight request"); a stranger is told nothing. */
export function preflightHeaders(cors: CorsRule, origin: string): Record<string, string> {
  const isAny = cors.origins === '*'
  if (!isAny && !cors.origins.includes(origin)) return { vary: 'origin' }
  return Object.assign({ 'access-control-allow-origin': isAny ? '*' : origin }, cors.preflight)
}
