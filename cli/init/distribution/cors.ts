/** What a response headers policy says of reads across origins, as a route's `cors`. */
import type { ResponseHeadersPolicyConfig } from '@aws-sdk/client-cloudfront'
import type { CorsRules, Route } from '../../../edge/config.ts'
import { durationOf } from './cache-facts.ts'

/** What a route has without being told; with `authorization`, on routes of APIs. */
const USUAL_HEADERS = ['*', '*,authorization']

/** @param isReadOnly whether the route takes reads alone */
export function corsOf(
  policy: ResponseHeadersPolicyConfig | undefined,
  isReadOnly: boolean,
): { value: Pick<Route, 'cors'>; texts: string[] } {
  const found = policy?.CorsConfig
  if (!found) return { value: {}, texts: [] }
  const named = found.AccessControlAllowOrigins?.Items ?? []
  const origins = named.map((origin) => (/^https?:\/\//.test(origin) || origin === '*' ? origin : `https://${origin}`))
  const credentials = found.AccessControlAllowCredentials === true
  const headers = (found.AccessControlAllowHeaders?.Items ?? []).map((name) => name.toLowerCase())
  const exposed = (found.AccessControlExposeHeaders?.Items ?? []).map((name) => name.toLowerCase())
  const methods = found.AccessControlAllowMethods?.Items ?? []
  const isAny = methods.includes('ALL')
  const cors: CorsRules = {
    origins: origins.includes('*') ? '*' : origins,
    ...(credentials ? { credentials } : {}),
    ...(isReadOnly || isAny || methods.length === 0 ? {} : { methods: methods as NonNullable<CorsRules['methods']> }),
    ...(headers.length === 0 || USUAL_HEADERS.includes(headers.toSorted().join()) ? {} : { headers }),
    ...(exposed.length === 0 ? {} : { exposeHeaders: exposed }),
    ...(found.AccessControlMaxAgeSec === undefined ? {} : { maxAge: durationOf(found.AccessControlMaxAgeSec) }),
  }
  const texts = [
    ...(named.some((origin, i) => origin !== origins[i]) ? ['Origins without a scheme are taken for HTTPS.'] : []),
    ...(found.OriginOverride === false ? ["The origin's own CORS headers stand there; here the policy's do."] : []),
  ]
  return { value: { cors }, texts }
}
