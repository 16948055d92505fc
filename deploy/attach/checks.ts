/**
 * What a behaviour has besides functions, held against what the bundle counts on. Attach changes none of it: what would
 * make an answer wrong is refused, what only makes it another one is told.
 */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import type { Policies } from '../../bundle/policies.ts'
import { TRIGGERS } from '../../edge/limits.ts'
import { associationAt, associationsOf } from './behaviours.ts'
import { cacheFindings } from './cache-checks.ts'
import { differences, differenceText } from './config-diff.ts'
import { type Checked, type Findings, named } from './findings.ts'
import { isOurs, shortName } from './names.ts'
import { originRequestFindings } from './origin-request-checks.ts'
import { originFindings } from './origins.ts'
import type { Pair } from './routing.ts'

export function findingsOf(pair: Pair, checked: Checked): Findings {
  const parts = [
    triggerFindings(pair, checked),
    originFindings(pair, checked.config, checked.bundle.policies),
    cacheFindings(pair, checked),
    originRequestFindings(pair, checked),
    responseHeadersFindings(pair, checked),
    settingFindings(pair),
  ]
  return { problems: parts.flatMap(({ problems }) => problems), notes: parts.flatMap(({ notes }) => notes) }
}

function triggerFindings({ behaviour }: Pair, { distribution, replaces }: Checked): Findings {
  const problems = TRIGGERS.flatMap((trigger) => {
    const there = associationAt(behaviour, trigger)
    if (!there || isOurs(there.arn, distribution) || replaces) return []
    const what = there.kind === 'lambda' ? 'the Lambda@Edge function' : 'the function'
    return [
      `${trigger}: expected nothing of others there, found ${what} ${shortName(there.arn)}; remove it, or take its place with --replace: detach puts it back`,
    ]
  })
  // Developer Guide, "Restrictions on all edge functions": the two kinds can't be combined in viewer events.
  const beside = associationsOf(behaviour).find(({ event, kind }) => event === 'viewer-response' && kind === 'lambda')
  if (beside) {
    problems.push(
      `viewer-response: expected no Lambda@Edge there, since CloudFront takes none beside a function on viewer-request, found ${shortName(beside.arn)}; make it a CloudFront Function, or remove it`,
    )
  }
  return { problems, notes: [] }
}

function responseHeadersFindings({ behaviour, wanted }: Pair, { found, bundle }: Checked): Findings {
  const expected = named(bundle.policies.responseHeadersPolicies, wanted.responseHeadersPolicy)
  const id = behaviour.ResponseHeadersPolicyId
  const policy = id ? found.responseHeaders[id] : undefined
  if (policy?.Name === expected.Name) return { problems: [], notes: [] }
  if (!policy) {
    return {
      problems: [],
      notes: [
        `response headers policy: expected ${expected.Name}, found none: what the functions answer by themselves has no security headers${expected.CorsConfig ? ', and nothing has CORS' : ''}`,
      ],
    }
  }
  const parts = [...new Set(differences(rulesOf(expected), rulesOf(policy)).map(({ at }) => at.split(/[.[]/, 1)[0]))]
  return {
    problems: [],
    notes:
      parts.length > 0
        ? [`response headers policy ${policy.Name}: differs from ${expected.Name} in ${parts.join(', ')}`]
        : [],
  }
}

/** What a policy says, whatever it is called. */
const rulesOf = (policy: object | undefined): object => {
  const { Name: _, Comment: __, ...rules } = { Name: undefined, Comment: undefined, ...policy }
  return lowerCased(rules) as object
}

/** Header names are the same in any case. */
function lowerCased(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, item) =>
    key === 'Header'
      ? String(item).toLowerCase()
      : key === 'Headers' && Array.isArray(item?.Items)
        ? { ...item, Items: item.Items.map((name: string) => name.toLowerCase()) }
        : item,
  )
}

function settingFindings({ behaviour, wanted }: Pair): Findings {
  const expected = {
    'viewer protocol policy': wanted.viewerProtocolPolicy,
    'allowed methods': [...wanted.allowedMethods],
    compress: wanted.compress,
    // Such requests pass Lambda@Edge by: Developer Guide, "Using gRPC with CloudFront distributions".
    gRPC: false,
  }
  const found = {
    'viewer protocol policy': behaviour.ViewerProtocolPolicy,
    'allowed methods': behaviour.AllowedMethods?.Items ?? ['GET', 'HEAD'],
    compress: behaviour.Compress ?? false,
    gRPC: behaviour.GrpcConfig?.Enabled ?? false,
  }
  return {
    problems: [],
    notes: differences(expected, found).map((difference) => `expected → found: ${differenceText(difference)}`),
  }
}

/** What the whole distribution has: lifetimes of errors, and names. */
export function distributionNotes(config: DistributionConfig, { errorCachingMinimums, domains }: Policies): string[] {
  const found = new Map(config.CustomErrorResponses?.Items?.map((item) => [item.ErrorCode, item.ErrorCachingMinTTL]))
  const late = Object.entries(errorCachingMinimums).filter(
    ([status, seconds]) => (found.get(Number(status)) ?? DEFAULT_ERROR_MINIMUM) > seconds,
  )
  const aliases = config.Aliases?.Items ?? []
  const missing = domains.filter((domain) => !aliases.includes(domain))
  return [
    ...late.map(
      ([status, seconds]) =>
        `error caching minimum TTL of ${status}: expected ${seconds} s, found ${found.get(Number(status)) ?? `${DEFAULT_ERROR_MINIMUM} (the default)`} s: such answers live longer than they should`,
    ),
    ...missing.map((domain) => `alternate names: expected ${domain}, found ${aliases.join(', ') || 'none'}`),
  ]
}

/** Seconds. Developer Guide, "Error caching minimum TTL". */
const DEFAULT_ERROR_MINIMUM = 10
