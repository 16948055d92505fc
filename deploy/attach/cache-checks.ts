/** Whether a behaviour's cache policy keys on what the function leaves in a request, and on nothing else. */
import type { CachePolicyConfig } from '@aws-sdk/client-cloudfront'
import { type CachePolicy, itemsOf } from '../../bundle/policies.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { isListed, MIN_TTL_ON_S3_SECONDS } from '../../edge/limits.ts'
import { configDifferences, differenceText } from './config-diff.ts'
import { type CheckContext, type Findings, policyNamed } from './findings.ts'
import type { PairedBehaviour } from './routing.ts'

export function cacheFindings(pair: PairedBehaviour, { found, bundle }: CheckContext): Findings {
  const { behaviour, wanted, index } = pair
  const expected = policyNamed(bundle.policies.cachePolicies, wanted.cachePolicy)
  if (!behaviour.CachePolicyId) {
    return {
      problems: [
        `expected a cache policy, found the legacy cache settings (ForwardedValues); give the behaviour a cache policy such as ${wanted.cachePolicy} of policies.json, which \`rimlight template\` makes`,
      ],
      notes: [],
    }
  }
  const policy = found.cache[behaviour.CachePolicyId]
  if (!policy) return { problems: [`its cache policy ${behaviour.CachePolicyId} is not to be found`], notes: [] }
  const name = `cache policy ${policy.Name}`
  const route = bundle.settings.routes[index]
  if (route?.cache === 'never') {
    return (policy.MaxTTL ?? 0) > 0
      ? {
          problems: [
            `${name}: expected one that caches nothing, as the route says, found a maximum TTL of ${policy.MaxTTL} s; take the managed policy CachingDisabled, or ${expected.Name} of policies.json`,
          ],
          notes: [],
        }
      : { problems: [], notes: [] }
  }
  const isS3 = bundle.policies.origins[wanted.origin]?.s3 != null
  const problems = [...keyProblems(policy, expected, bundle), ...(isS3 ? lifetimeProblems(policy) : [])]
  const others = configDifferences(settingsOf(expected), settingsOf(policy))
  return {
    problems: problems.map(
      (problem) =>
        `${name} ${problem}; change it so, or take ${expected.Name} of policies.json, which \`rimlight template\` makes`,
    ),
    notes: others.map((difference) => `${name}, expected → found: ${differenceText(difference)}`),
  }
}

/** Settings that differ without making a response wrong. */
const settingsOf = (policy: CachePolicyConfig | CachePolicy) => ({
  'minimum TTL': policy.MinTTL,
  'default TTL': policy.DefaultTTL,
  'maximum TTL': policy.MaxTTL,
  gzip: parametersOf(policy).EnableAcceptEncodingGzip,
  brotli: parametersOf(policy).EnableAcceptEncodingBrotli,
  'headers in the key': headersOf(policy),
})

const parametersOf = (policy: CachePolicyConfig | CachePolicy) => ({
  ...(policy.ParametersInCacheKeyAndForwardedToOrigin as CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']),
})

const headersOf = (policy: CachePolicyConfig | CachePolicy): string[] =>
  itemsOf(parametersOf(policy).HeadersConfig?.Headers).map((name) => name.toLowerCase())

/** What the function keeps has to be in the key, and what it drops must not be. */
function keyProblems(policy: CachePolicyConfig, expected: CachePolicy, { settings }: BuiltBundle): string[] {
  const kept = itemsOf(parametersOf(expected).QueryStringsConfig.QueryStrings)
  const query = parametersOf(policy).QueryStringsConfig
  const keyed = itemsOf(query?.QueryStrings)
  const takes = (name: string): boolean =>
    query?.QueryStringBehavior === 'all' ||
    (query?.QueryStringBehavior === 'allExcept' ? !keyed.includes(name) : keyed.includes(name))
  const keptText = kept.length > 0 ? kept.join(', ') : 'none'
  const problems: string[] = []

  const dropped = kept.filter((name) => !takes(name))
  if (dropped.length > 0) {
    problems.push(
      `drops ${dropped.join(', ')}: expected the query strings ${keptText} in the key, found ${foundQuery(query)}`,
    )
  }
  const isOpen = query?.QueryStringBehavior === 'all' || query?.QueryStringBehavior === 'allExcept'
  const extra = keyed.filter((name) => !kept.includes(name))
  if (isOpen || (query?.QueryStringBehavior === 'whitelist' && extra.length > 0)) {
    const what = isOpen ? 'query strings' : extra.join(', ')
    problems.push(`keys on ${what} that the function drops: expected ${keptText}, found ${foundQuery(query)}`)
  }
  const cookies = parametersOf(policy).CookiesConfig?.CookieBehavior ?? 'none'
  if (cookies !== 'none') problems.push(`keys on cookies, which the function drops: expected none, found ${cookies}`)

  const missing = headersOf(expected).filter((name) => !headersOf(policy).includes(name))
  if (missing.length > 0) {
    problems.push(
      `leaves ${missing.join(', ')} out of the key: answers of one viewer would be given to another; expected the headers ${headersOf(expected).join(', ')}, found ${headersOf(policy).join(', ') || 'none'}`,
    )
  }
  const gone = headersOf(policy).filter((name) => isListed(name, ['x-rimlight-*', ...settings.headers.dropRequest]))
  if (gone.length > 0)
    problems.push(`keys on ${gone.join(', ')}, which the function drops: expected it not to be there`)
  return problems
}

function foundQuery(query: CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']['QueryStringsConfig'] | undefined) {
  const names = itemsOf(query?.QueryStrings).join(', ')
  switch (query?.QueryStringBehavior) {
    case 'all':
      return 'all'
    case 'allExcept':
      return `all but ${names}`
    case 'whitelist':
      return names
    default:
      return 'none'
  }
}

/** A policy's minimum may not be above the limit to which the build holds a route's `min`. */
const lifetimeProblems = ({ MinTTL = 0 }: CachePolicyConfig): string[] =>
  MinTTL > MIN_TTL_ON_S3_SECONDS
    ? [
        `has a minimum TTL of ${MinTTL} s: expected at most ${MIN_TTL_ON_S3_SECONDS} s, or stale images would outlive a new version`,
      ]
    : []
