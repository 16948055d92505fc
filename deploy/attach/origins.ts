/** Whether a behaviour's origin is its route's: origin-request answers 404 where it is not. */
import type { Origin as CloudFrontOrigin, DistributionConfig } from '@aws-sdk/client-cloudfront'
import type { Origin, Policies } from '../../bundle/policies.ts'
import { bucketDomains } from '../../urls/s3-domains.ts'
import type { Findings } from './findings.ts'
import type { Pair } from './routing.ts'

/** Any of a bucket's will do. */
const domainsOf = ({ domainName, s3 }: Origin): string[] => (s3 ? bucketDomains(s3.bucket, s3.region) : [domainName])

export function originFindings(pair: Pair, config: DistributionConfig, policies: Policies): Findings {
  const wanted = policies.origins[pair.wanted.origin] as Origin
  const targets = originsOf(config, pair.behaviour.TargetOriginId ?? '')
  if (targets.length === 0) {
    return { problems: [`its origin ${pair.behaviour.TargetOriginId} is not among the distribution's`], notes: [] }
  }
  const found = targets.map((target) => findingsOf(target, wanted, pair))
  return { problems: found.flatMap(({ problems }) => problems), notes: found.flatMap(({ notes }) => notes) }
}

/** An origin group's members: CloudFront runs the functions for each of them that it asks. */
function originsOf({ Origins, OriginGroups }: DistributionConfig, id: string): CloudFrontOrigin[] {
  const group = OriginGroups?.Items?.find(({ Id }) => Id === id)
  const ids = group ? (group.Members?.Items ?? []).map(({ OriginId }) => OriginId) : [id]
  return (Origins?.Items ?? []).filter(({ Id }) => ids.includes(Id))
}

function findingsOf(found: CloudFrontOrigin, wanted: Origin, { wanted: behaviour }: Pair): Findings {
  const domain = (found.DomainName ?? '').toLowerCase()
  const path = found.OriginPath ?? ''
  const problems: string[] = []
  if (!domainsOf(wanted).includes(domain)) {
    problems.push(
      `origin ${found.Id}: expected ${wanted.domainName}, the route's, found ${domain}; origin-request would answer every request with 404: change the origin, or the config`,
    )
  } else if (path !== wanted.originPath) {
    const instead = wanted.s3 ? `, or empty it and set prefix: '${path.slice(1)}' in the config` : ", or the config's"
    problems.push(
      `origin ${found.Id}: expected the origin path '${wanted.originPath}', found '${path}'; change it${instead}`,
    )
  }
  if (found.VpcOriginConfig) {
    problems.push(
      `origin ${found.Id}: expected an origin that Lambda@Edge can be before, found a VPC origin, which CloudFront does not allow it for; name behaviours without one with --behaviour`,
    )
  }
  if (!wanted.s3) return { problems, notes: [] }

  const isSigned = Boolean(found.OriginAccessControlId || found.S3OriginConfig?.OriginAccessIdentity)
  if (isSigned && !behaviour.originAccessControl) {
    problems.push(
      `origin ${found.Id}: expected one without origin access control, since this route is for presigned URLs, found one with it: CloudFront would sign for anybody; give the behaviour a second origin of the same bucket`,
    )
  }
  const notes =
    !isSigned && behaviour.originAccessControl
      ? [`origin ${found.Id}: expected origin access control, found none: the bucket has to be public for this to work`]
      : []
  return { problems, notes }
}
