/**
 * Compares a behaviour's settings with what the bundle relies on. Attach changes none of them: it refuses where they
 * would make responses wrong, and tells of those that only make responses different.
 */
import type { OriginRequestPolicyConfig, ResponseHeadersPolicyConfig } from '@aws-sdk/client-cloudfront'
import type { OriginRequestPolicy, ResponseHeadersPolicy } from '../../bundle/policies.ts'
import { TRIGGERS } from '../../edge/limits.ts'
import { associationAt, associationsOf } from './behaviours.ts'
import { cacheFindings } from './cache-checks.ts'
import { configDifferences, differenceText } from './config-diff.ts'
import { type CheckContext, type Findings, policyNamed } from './findings.ts'
import { keyGroupFindings } from './key-groups.ts'
import { functionName, isOurs } from './names.ts'
import { originFindings } from './origin-checks.ts'
import type { PairedBehaviour } from './routing.ts'

export function findingsOf(pair: PairedBehaviour, checked: CheckContext): Findings {
  const parts = [
    triggerFindings(pair, checked),
    keyGroupFindings(pair, checked.keyGroups, checked.bundle.policies),
    originFindings(pair, checked.config, checked.bundle.policies),
    cacheFindings(pair, checked),
    originRequestFindings(pair, checked),
    responseHeadersFindings(pair, checked),
    settingFindings(pair),
  ]
  return { problems: parts.flatMap(({ problems }) => problems), notes: parts.flatMap(({ notes }) => notes) }
}

function triggerFindings({ behaviour, wanted }: PairedBehaviour, { distribution, replaces }: CheckContext): Findings {
  const problems = TRIGGERS.flatMap((trigger) => {
    const there = associationAt(behaviour, trigger)
    if (!there || isOurs(there.arn, distribution) || replaces) return []
    const what = there.kind === 'lambda' ? 'the Lambda@Edge function' : 'the function'
    return [
      `${trigger}: expected nothing of others there, found ${what} ${functionName(there.arn)}; remove it, or take its place with --replace: detach puts it back`,
    ]
  })
  // Developer Guide, "Restrictions on all edge functions": the two kinds can't be combined in viewer events.
  const beside = associationsOf(behaviour).find(({ event }) => event === 'viewer-response')
  const isVerifying = wanted.viewerRequest === 'lambda'
  if (beside?.kind === 'lambda' && !isVerifying) {
    problems.push(
      `viewer-response: expected no Lambda@Edge there, since CloudFront takes none beside a function on viewer-request, found ${functionName(beside.arn)}; make it a CloudFront Function, or remove it`,
    )
  }
  if (beside?.kind === 'function' && isVerifying) {
    problems.push(
      `viewer-response: expected no CloudFront Function there, since CloudFront takes none beside Lambda@Edge on viewer-request, which verifies this route's tokens, found ${functionName(beside.arn)}; make it a Lambda@Edge function, or remove it`,
    )
  }
  return { problems, notes: [] }
}

/** Whether a behaviour's origin request policy passes on what the config says, and what breaks where it does not. */
function originRequestFindings({ behaviour, wanted }: PairedBehaviour, { found, bundle }: CheckContext): Findings {
  const expected = policyNamed(bundle.policies.originRequestPolicies, wanted.originRequestPolicy)
  const id = behaviour.OriginRequestPolicyId
  const policy = id ? found.originRequest[id] : undefined
  const lost = passedHeaders(expected).filter((name) => !passesHeader(policy, name))
  const isAllowed = behaviour.ViewerProtocolPolicy === 'allow-all'
  const costs = [
    ...(lost.includes('accept') ? ['without accept, CloudFront takes it out of vary'] : []),
    ...(isAllowed && lost.includes(PROTOCOL) ? [`without ${PROTOCOL}, viewers by HTTP stay there`] : []),
  ]
  const [before, after] = [passedText(expected), passedText(policy)]
  const note = `origin request policy ${policy?.Name ?? 'none'}: expected ${before}, found ${after}`
  return { problems: [], notes: before === after ? [] : [[note, ...costs].join('; ')] }
}

const PROTOCOL = 'cloudfront-forwarded-proto'

type Passing = OriginRequestPolicyConfig | OriginRequestPolicy

const passedHeaders = (policy: Passing | undefined): string[] =>
  (policy?.HeadersConfig?.Headers?.Items ?? []).map((name) => name.toLowerCase()).toSorted()

function passesHeader(policy: Passing | undefined, name: string): boolean {
  const isNamed = passedHeaders(policy).includes(name)
  switch (policy?.HeadersConfig?.HeaderBehavior) {
    case 'whitelist':
      return isNamed
    case 'allExcept':
      return !isNamed
    case 'allViewer':
      // The headers that CloudFront adds are not the viewer's.
      return !name.startsWith('cloudfront-')
    case 'allViewerAndWhitelistCloudFront':
      return isNamed || !name.startsWith('cloudfront-')
    default:
      return false
  }
}

function passedText(policy: Passing | undefined): string {
  const names = passedHeaders(policy).join(', ')
  const headers = { whitelist: names, allExcept: `all but ${names}`, allViewer: 'all', none: 'none' }
  const behaviour = policy?.HeadersConfig?.HeaderBehavior ?? 'none'
  const cookies = policy?.CookiesConfig?.CookieBehavior ?? 'none'
  const query = policy?.QueryStringsConfig?.QueryStringBehavior ?? 'none'
  const passed = behaviour === 'allViewerAndWhitelistCloudFront' ? `all and ${names}` : headers[behaviour]
  return `headers ${passed}, cookies ${cookies}, query strings ${query}`
}

function responseHeadersFindings({ behaviour, wanted }: PairedBehaviour, { found, bundle }: CheckContext): Findings {
  const expected = policyNamed(bundle.policies.responseHeadersPolicies, wanted.responseHeadersPolicy)
  const id = behaviour.ResponseHeadersPolicyId
  const policy = id ? found.responseHeaders[id] : undefined
  if (policy?.Name === expected.Name) return { problems: [], notes: [] }
  if (saysPrivate(expected) && !saysPrivate(policy)) {
    return {
      problems: [
        `response headers policy ${policy?.Name ?? 'none'}: expected cache-control: private where the origin leaves it out, since what the route answers is private (auth, or authorization in its key), found none: caches between viewers and CloudFront could keep what is private; take ${expected.Name} of policies.json, which \`rimlight template\` makes`,
      ],
      notes: [],
    }
  }
  if (!policy) {
    return {
      problems: [],
      notes: [
        `response headers policy: expected ${expected.Name}, found none: what the functions answer by themselves has no security headers${expected.CorsConfig ? ', and nothing has CORS' : ''}`,
      ],
    }
  }
  const parts = [
    ...new Set(configDifferences(rulesOf(expected), rulesOf(policy)).map(({ at }) => at.split(/[.[]/, 1)[0])),
  ]
  return {
    problems: [],
    notes:
      parts.length > 0
        ? [`response headers policy ${policy.Name}: differs from ${expected.Name} in ${parts.join(', ')}`]
        : [],
  }
}

type SetHeaders = Pick<ResponseHeadersPolicy, 'CustomHeadersConfig'> | ResponseHeadersPolicyConfig

/** What is cached says nothing of it, or CloudFront would not cache it. */
const saysPrivate = (policy: SetHeaders | undefined): boolean =>
  (policy?.CustomHeadersConfig?.Items ?? []).some(
    ({ Header, Value }) => Header?.toLowerCase() === 'cache-control' && /^private(?:$|,)/.test(Value ?? ''),
  )

/** A policy without its name and its comment. */
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

function settingFindings({ behaviour, wanted }: PairedBehaviour): Findings {
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
    notes: configDifferences(expected, found).map((difference) => `expected → found: ${differenceText(difference)}`),
  }
}
