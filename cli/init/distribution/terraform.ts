/**
 * A distribution as Terraform has it: what `terraform show -json` prints of a state or a plan, or the state itself, whose
 * resources are those of the provider hashicorp/aws.
 */
import { unexpectedInput } from '../../../base/errors.ts'
import type { JsonObject } from '../../../base/json-values.ts'
import { behavioursOf } from '../../../deploy/attach/behaviours.ts'
import type { DistributionFacts } from './facts.ts'
import { withManaged } from './managed-policies.ts'
import { onlyDistribution } from './one-distribution.ts'
import { NOT_KNOWN, resourcesOf } from './terraform-resources.ts'
import {
  cacheConfigOf,
  distributionConfigOf,
  originRequestConfigOf,
  responseHeadersConfigOf,
} from './terraform-shapes.ts'
import { text, texts } from './terraform-values.ts'

const DISTRIBUTION = 'aws_cloudfront_distribution'

const SOURCE = 'it is read from what `terraform show -json` or `terraform state pull` prints'

/**
 * @param document what `terraform show -json` printed
 * @param file as errors name it
 * @param id which one; `undefined`: the only one
 * @throws InputError where there is none, or several, or a plan does not know enough of it
 */
export function distributionInTerraform(document: unknown, file: string, id: string | undefined): DistributionFacts {
  const resources = resourcesOf(document)
  const idOf = (values: JsonObject) => text(values, 'id').replace(NOT_KNOWN, '')
  const all = resources
    .filter(({ type, isData }) => type === DISTRIBUTION && !isData)
    .map(({ values, address }) => ({ name: idOf(values) || address, values }))
  const { name, values } = onlyDistribution(all, id, file, SOURCE)
  const valuesOf = (type: string) =>
    resources.filter((one) => one.type === type).map((one) => [idOf(one.values) || one.address, one.values] as const)
  const made = <T>(type: string, make: (values: JsonObject) => T): Record<string, T> =>
    Object.fromEntries(valuesOf(type).map(([key, found]) => [key, make(found)]))
  const keys = made('aws_cloudfront_public_key', (found) => text(found, 'encoded_key'))
  const distribution = {
    id: name,
    domain: text(values, 'domain_name').replace(NOT_KNOWN, ''),
    config: distributionConfigOf(values),
  }
  throwIfIncomplete(distribution, name, file)
  throwIfUnknown(distribution, name, file)
  return {
    distribution,
    policies: withManaged({
      cache: made('aws_cloudfront_cache_policy', cacheConfigOf),
      originRequest: made('aws_cloudfront_origin_request_policy', originRequestConfigOf),
      responseHeaders: made('aws_cloudfront_response_headers_policy', responseHeadersConfigOf),
    }),
    keyGroups: made('aws_cloudfront_key_group', (found) => ({
      name: text(found, 'name'),
      keys: texts(found, 'items').map((key) => ({ id: key, pem: keys[key] ?? '' })),
    })),
  }
}

/** What a config can't be made without. */
function throwIfUnknown({ config }: DistributionFacts['distribution'], name: string, file: string): void {
  const behaviours = behavioursOf(config).flatMap(({ pattern, behaviour }) => {
    const { CachePolicyId, ResponseHeadersPolicyId, TargetOriginId, TrustedKeyGroups } = behaviour
    const values = [CachePolicyId, ResponseHeadersPolicyId, TargetOriginId, ...(TrustedKeyGroups?.Items ?? [])]
    return values.includes(NOT_KNOWN) ? [`the origin, policies or key groups of ${pattern}`] : []
  })
  const origins = (config.Origins?.Items ?? []).flatMap(({ Id, DomainName }) =>
    [Id, DomainName].includes(NOT_KNOWN) ? [`where the origin ${Id} is`] : [],
  )
  const unknown = [...origins, ...behaviours]
  if (unknown.length === 0) return
  throw unexpectedInput({
    at: file,
    code: 'plan-unknown',
    expected: `a plan that knows all of ${name}`,
    found: `one that knows after apply: ${unknown.join(', ')}`,
    remedy: 'apply it, and read the state (`terraform show -json`)',
  })
}

function throwIfIncomplete({ config }: DistributionFacts['distribution'], name: string, file: string): void {
  const origins = config.Origins?.Items ?? []
  const target = config.DefaultCacheBehavior?.TargetOriginId
  if (origins.length > 0 && target) return
  throw unexpectedInput({
    at: file,
    code: 'not-a-distribution',
    expected: `${name} with an origin and a default_cache_behavior`,
    found: origins.length === 0 ? 'no origin' : 'no default_cache_behavior that has one',
    remedy: 'they are lists of blocks, as the provider hashicorp/aws has them',
  })
}
