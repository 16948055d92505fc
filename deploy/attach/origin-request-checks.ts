/** What a behaviour's origin request policy passes on, and what it costs where that is not what the config means. */
import type { OriginRequestPolicyConfig } from '@aws-sdk/client-cloudfront'
import type { OriginRequestPolicy } from '../../bundle/policies.ts'
import { type Checked, type Findings, named } from './findings.ts'
import type { Pair } from './routing.ts'

export function originRequestFindings({ behaviour, wanted }: Pair, { found, bundle }: Checked): Findings {
  const expected = named(bundle.policies.originRequestPolicies, wanted.originRequestPolicy)
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
      // CloudFront's own are none of the viewer's.
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
