/** Settings of a distribution that mean something else once the functions are attached. Attach leaves all of them as they are. */
import type { CustomErrorResponse, DistributionConfig, OriginGroup } from '@aws-sdk/client-cloudfront'
import type { Policies } from '../../bundle/policies.ts'
import { ERROR_CACHING_MINIMUM_SECONDS } from '../../edge/limits.ts'

/** How long errors are cached, alternate names, custom error pages, the default root object, cache tags. */
export function distributionNotes(config: DistributionConfig, policies: Policies): string[] {
  return [
    ...lifetimeNotes(config, policies),
    ...pageNotes(config.CustomErrorResponses?.Items ?? [], policies),
    ...rootNotes(config.DefaultRootObject ?? ''),
    ...nameNotes(config, policies),
    ...tagNotes(config.CacheTagConfig?.HeaderName, policies.cacheTagHeader),
  ]
}

function lifetimeNotes({ CustomErrorResponses }: DistributionConfig, { errorCachingMinimums }: Policies): string[] {
  const found = new Map(CustomErrorResponses?.Items?.map((item) => [item.ErrorCode, item.ErrorCachingMinTTL]))
  const late = Object.entries(errorCachingMinimums).filter(
    ([status, seconds]) => (found.get(Number(status)) ?? ERROR_CACHING_MINIMUM_SECONDS) > seconds,
  )
  return late.map(
    ([status, seconds]) =>
      `error caching minimum TTL of ${status}: expected ${seconds} s, found ${found.get(Number(status)) ?? `${ERROR_CACHING_MINIMUM_SECONDS} (the default)`} s: such answers live longer than they should`,
  )
}

/** Developer Guide, "Generate custom error responses": by the status after origin-response; 400 and more at viewer-request have none. */
function pageNotes(responses: readonly CustomErrorResponse[], { behaviours }: Policies): string[] {
  const pages = new Map(responses.flatMap((item) => (item.ResponsePagePath ? [[item.ErrorCode, item] as const] : [])))
  const [denied, missing] = [pages.get(403), pages.get(404)]
  const hasBucket = behaviours.some(({ originAccessControl }) => originAccessControl)
  const as = ({ ResponsePagePath, ResponseCode }: CustomErrorResponse) =>
    `${ResponsePagePath}${ResponseCode ? ` with status ${ResponseCode}` : ''}`
  return [
    ...(denied && hasBucket
      ? [
          `custom error page of 403 (${as(denied)}): no longer for objects that are missing: origin-response makes a 404 of S3's 403; ${missing ? `the page of 404 (${as(missing)}) comes in its place` : 'give 404 the same page to keep it'}`,
        ]
      : []),
    ...(missing && hasBucket && !denied
      ? [
          `custom error page of 404 (${as(missing)}): stays, in the place of origin-response's own; now for S3's 403 as well`,
        ]
      : []),
    ...([400, 405] as const).flatMap((status) => {
      const page = pages.get(status)
      return page
        ? [
            `custom error page of ${status} (${as(page)}): not for what the function refuses: CloudFront has none for its answers`,
          ]
        : []
    }),
  ]
}

/** Developer Guide, "Specify a default root object": for `/` alone, and not for `/folder/`. */
const rootNotes = (root: string): string[] =>
  root === ''
    ? []
    : [
        `default root object ${root}: stays CloudFront's, for / and no other path. Whether functions see / or /${root} is not documented; origin-request answers / on a cached S3 route with 404, so ask for / once this is deployed`,
      ]

function nameNotes({ Aliases }: DistributionConfig, { domains }: Policies): string[] {
  const aliases = Aliases?.Items ?? []
  const missing = domains.filter((domain) => !aliases.includes(domain))
  return missing.map((domain) => `alternate names: expected ${domain}, found ${aliases.join(', ') || 'none'}`)
}

/** Developer Guide, "Invalidating content by cache tags": objects are cached with the tags of the header that was named then. */
const tagNotes = (found: string | undefined, expected: string | undefined): string[] =>
  expected === undefined || found?.toLowerCase() === expected
    ? []
    : [
        `cache tags: expected CacheTagConfig.HeaderName ${expected}, found ${found ?? 'none'}: \`rimlight invalidate '#TAG'\` removes nothing`,
      ]

/** Developer Guide, "Use origin failover with Lambda@Edge functions": the functions run for each origin that is asked. */
export function groupNote({ Id, Members, FailoverCriteria }: OriginGroup): string {
  const origins = (Members?.Items ?? []).map(({ OriginId }) => OriginId).join(', ')
  const statuses = (FailoverCriteria?.StatusCodes?.Items ?? []).join(', ')
  return `origin group ${Id} (${origins}; on ${statuses || 'no status'}): stays. CloudFront goes by what an origin answers, before origin-response makes anything else of it, and runs origin-request and origin-response for each origin that it asks`
}
