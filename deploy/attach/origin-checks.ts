/**
 * Whether a behaviour's origin is its route's, and has what the config says of it. Attach changes no origin: of shields, groups and
 * headers that are not there it tells.
 */
import type { Origin as CloudFrontOrigin, DistributionConfig, OriginGroup } from '@aws-sdk/client-cloudfront'
import { failoverOf, type Origin, originNames, type Policies } from '../../bundle/policies.ts'
import { bucketDomains } from '../../urls/s3-domains.ts'
import { groupNote } from './distribution-notes.ts'
import type { Findings } from './findings.ts'
import type { PairedBehaviour } from './routing.ts'

/** An origin of the config. */
type NamedOrigin = Origin & { name: string }

export function originFindings(pair: PairedBehaviour, config: DistributionConfig, policies: Policies): Findings {
  const wanted = originNames(pair.wanted, policies).map(
    (name): NamedOrigin => ({ name, ...(policies.origins[name] as Origin) }),
  )
  const id = pair.behaviour.TargetOriginId ?? ''
  const group = config.OriginGroups?.Items?.find(({ Id }) => Id === id)
  const targets = originsOf(config, group, id)
  if (targets.length === 0) return { problems: [`its origin ${id} is not among the distribution's`], notes: [] }
  const found = targets.map((target) => findingsOfOrigin(target, wanted, pair))
  return {
    problems: found.flatMap(({ problems }) => problems),
    notes: [
      // The config's own group is compared; of any other it is told what becomes of it.
      ...(group && wanted.length === 1 ? [groupNote(group)] : []),
      ...found.flatMap(({ notes }) => notes),
      ...failoverNotes(group, targets, wanted, pair, policies),
    ],
  }
}

/** The members of an origin group in their order: CloudFront runs the functions for each of them that it asks. */
function originsOf({ Origins }: DistributionConfig, group: OriginGroup | undefined, id: string): CloudFrontOrigin[] {
  const ids = group ? (group.Members?.Items ?? []).map(({ OriginId }) => OriginId) : [id]
  return ids.flatMap((one) => Origins?.Items?.find(({ Id }) => Id === one) ?? [])
}

/** A bucket has several domain names, and any of them will do. */
const domainsOf = ({ domainName, s3 }: Origin): string[] => (s3 ? bucketDomains(s3.bucket, s3.region) : [domainName])

const isAt = (found: CloudFrontOrigin | undefined, wanted: Origin): boolean =>
  domainsOf(wanted).includes((found?.DomainName ?? '').toLowerCase())

/** @param all the route's origin, and the one that it fails over to, if it does: origin-request answers 404 for any other */
function findingsOfOrigin(found: CloudFrontOrigin, all: readonly NamedOrigin[], pair: PairedBehaviour): Findings {
  const domain = (found.DomainName ?? '').toLowerCase()
  const path = found.OriginPath ?? ''
  const wanted = all.find((one) => isAt(found, one) && one.originPath === path) ?? all.find((one) => isAt(found, one))
  const problems: string[] = []
  if (!wanted) {
    problems.push(
      `origin ${found.Id}: expected ${all.map(({ domainName }) => domainName).join(' or ')}, the route's, found ${domain}; origin-request would answer every request with 404: change the origin, or the config`,
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
  const access = all[0]?.s3 ? accessFindings(found, pair) : NOTHING
  return {
    problems: [...problems, ...access.problems],
    notes: [...access.notes, ...(wanted ? [...shieldNotes(found, wanted, pair), ...headerNotes(found, wanted)] : [])],
  }
}

const NOTHING: Findings = { problems: [], notes: [] }

function accessFindings(found: CloudFrontOrigin, { wanted: behaviour }: PairedBehaviour): Findings {
  const isSigned = Boolean(found.OriginAccessControlId || found.S3OriginConfig?.OriginAccessIdentity)
  if (isSigned && !behaviour.originAccessControl) {
    return {
      problems: [
        `origin ${found.Id}: expected one without origin access control, since this route is for presigned URLs, found one with it: CloudFront would sign for anybody; give the behaviour a second origin of the same bucket`,
      ],
      notes: [],
    }
  }
  if (isSigned || !behaviour.originAccessControl) return NOTHING
  return {
    problems: [],
    notes: [
      `origin ${found.Id}: expected origin access control, found none: the bucket has to be public for this to work`,
    ],
  }
}

/** Presigned URLs are never cached, so that a shield of such an origin would keep nothing. */
function shieldNotes(
  { Id, OriginShield }: CloudFrontOrigin,
  wanted: Origin,
  { wanted: behaviour }: PairedBehaviour,
): string[] {
  if (!wanted.shield || (wanted.s3 && !behaviour.originAccessControl)) return []
  const found = OriginShield?.Enabled ? OriginShield.OriginShieldRegion : undefined
  if (found === wanted.shield) return []
  return [
    `origin ${Id}: expected Origin Shield in ${wanted.shield}, found ${found ? `it in ${found}` : 'none'}: ${found ? 'another way to the origin' : 'each region makes its own renditions'}; set it on the origin`,
  ]
}

/** Names alone: values are secrets, and nothing of ours knows them. */
function headerNotes({ Id, CustomHeaders }: CloudFrontOrigin, { headers = [] }: Origin): string[] {
  const found = (CustomHeaders?.Items ?? []).map(({ HeaderName }) => (HeaderName ?? '').toLowerCase())
  const missing = headers.filter((name) => !found.includes(name))
  const kept = headers.filter((name) => found.includes(name))
  return [
    ...missing.map(
      (name) =>
        `origin ${Id}: expected the custom header ${name}, found none: requests reach the origin without it; add it to the origin, since attach changes none and knows no values`,
    ),
    ...(kept.length > 0
      ? [`origin ${Id}: the values of ${kept.join(', ')} stay as they are, and are not compared`]
      : []),
  ]
}

/** Without the origin group, everything works until the origin fails: then nothing is served. */
function failoverNotes(
  group: OriginGroup | undefined,
  targets: readonly CloudFrontOrigin[],
  [first, second]: readonly NamedOrigin[],
  { wanted }: PairedBehaviour,
  policies: Policies,
): string[] {
  const statuses = failoverOf(wanted, policies)?.statuses ?? []
  if (!first || !second) return []
  const expected = `an origin group of ${first.domainName} and then ${second.domainName}, on ${statuses.join(', ')}`
  if (!group) {
    return [
      `failover: expected ${expected}, found none: where ${first.name} fails, ${second.name} is not asked; make the group, and let the behaviour have it`,
    ]
  }
  const codes = (group.FailoverCriteria?.StatusCodes?.Items ?? []).toSorted((a, b) => a - b)
  const isRight = isAt(targets[0], first) && isAt(targets[1], second) && codes.join() === statuses.join()
  if (isRight) return []
  const domains = targets.map(({ DomainName = '' }) => DomainName.toLowerCase()).join(' and then ')
  return [`failover: expected ${expected}, found ${group.Id}, of ${domains}, on ${codes.join(', ') || 'no status'}`]
}
