/** What a config may say, and its author should know. */
import { isS3, originOf, type Settings } from '../bundle/settings.ts'
import { hasShield } from './shield.ts'

/** Developer Guide, "Standard logging reference": `cs-uri-query` is the query as the viewer sent it. */
const LOGGED = "what is in a query is in CloudFront's access logs, in histories and in referrers"

/** One sentence for each; empty where there is nothing. */
export const warningsOf = (settings: Settings): string[] => [
  ...originWarnings(settings),
  ...hostWarnings(settings),
  ...tokenWarnings(settings),
]

/** They know what is asked for by its host: Developer Guide, "Understand origin request policies", AllViewerExceptHostHeader. */
const hostWarnings = ({ routes }: Settings): string[] =>
  routes.flatMap(({ path, headers }, i) =>
    headers.includes('host')
      ? [
          `routes[${i}] (${path}): headers names host, so the origin is sent the viewer's in the place of its own; API Gateway, Lambda function URLs and S3 answer that with 403`,
        ]
      : [],
  )

const tokenWarnings = ({ routes }: Settings): string[] =>
  routes.flatMap(({ path, auth, cache }, i) => {
    if (auth?.type !== 'jwt') return []
    const at = `routes[${i}] (${path})`
    const lasting = `${at}: auth.exp is 'optional', so a token without exp opens it until its key is removed`
    return [
      ...(auth.path === null
        ? [`${at}: auth.path names no claim, so whoever has any valid token reads all of it`]
        : []),
      ...(auth.exp === 'optional' ? [lasting] : []),
      ...auth.from.flatMap((source) =>
        source.startsWith('query:') ? [`${at}: auth.from has '${source}': ${LOGGED}`] : [],
      ),
      ...(auth.forward && cache !== 'never'
        ? [`${at}: auth.forward puts the token in the cache key: each token has cache entries of its own`]
        : []),
    ]
  })

function originWarnings(settings: Settings): string[] {
  const shields = Object.entries(settings.origins).flatMap(([name, { shield }]) =>
    typeof shield === 'string' && !hasShield(shield)
      ? [`origins.${name}.shield: ${shield} is none of the AWS Regions that are known to have Origin Shield`]
      : [],
  )
  const routes = settings.routes.flatMap((route, i) => {
    const at = `routes[${i}] (${route.path})`
    const origin = originOf(settings, route)
    if (!origin.failover) return []
    if (isS3(origin)) {
      return route.cache === 'never'
        ? [`${at}: presigned URLs are for one bucket, so nothing fails over here to ${origin.failover.origin}`]
        : []
    }
    return [
      `${at}: ${route.origin} fails over, and with that CloudFront takes GET, HEAD and OPTIONS alone: others get 403. A route for them needs the same domain as an origin of another name, without failover`,
    ]
  })
  return [...shields, ...routes]
}
