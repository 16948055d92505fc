/**
 * A distribution as Terraform has it: what `terraform show -json` prints of a state or a plan, whose resources are those of
 * the provider hashicorp/aws.
 */
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'
import type { DistributionFacts } from './facts.ts'
import { MANAGED_POLICIES, onlyDistribution } from './one-distribution.ts'
import {
  cacheConfigOf,
  distributionConfigOf,
  originRequestConfigOf,
  responseHeadersConfigOf,
} from './terraform-shapes.ts'
import { blocks, text, texts } from './terraform-values.ts'

type Resource = { type: string; address: string; values: JsonObject }

const DISTRIBUTION = 'aws_cloudfront_distribution'

/**
 * @param document what `terraform show -json` printed
 * @param file as errors name it
 * @param id which one; `undefined`: the only one
 * @throws InputError where there is none, or several
 */
export function distributionInTerraform(document: unknown, file: string, id: string | undefined): DistributionFacts {
  const resources = [at(document, 'values', 'root_module'), at(document, 'planned_values', 'root_module')].flatMap(
    resourcesIn,
  )
  const all = resources
    .filter(({ type }) => type === DISTRIBUTION)
    .map(({ values, address }) => ({ name: text(values, 'id') || address, values }))
  const { name, values } = onlyDistribution(all, id, file, 'it is read from what `terraform show -json` prints')
  const valuesOf = (type: string) =>
    resources.filter((one) => one.type === type).map((one) => [text(one.values, 'id'), one.values] as const)
  const made = <T>(type: string, make: (values: JsonObject) => T): Record<string, T> =>
    Object.fromEntries(valuesOf(type).map(([key, found]) => [key, make(found)]))
  const keys = made('aws_cloudfront_public_key', (found) => text(found, 'encoded_key'))
  return {
    distribution: {
      id: name,
      domain: text(values, 'domain_name'),
      config: distributionConfigOf(values),
    },
    policies: {
      cache: { ...MANAGED_POLICIES, ...made('aws_cloudfront_cache_policy', cacheConfigOf) },
      originRequest: made('aws_cloudfront_origin_request_policy', originRequestConfigOf),
      responseHeaders: made('aws_cloudfront_response_headers_policy', responseHeadersConfigOf),
    },
    keyGroups: made('aws_cloudfront_key_group', (found) => ({
      name: text(found, 'name'),
      keys: texts(found, 'items').map((key) => ({ id: key, pem: keys[key] ?? '' })),
    })),
  }
}

function resourcesIn(module: unknown): Resource[] {
  if (!isObject(module)) return []
  const own = blocks(module, 'resources').flatMap((one) =>
    isObject(one.values) ? [{ type: text(one, 'type'), address: text(one, 'address'), values: one.values }] : [],
  )
  return [...own, ...blocks(module, 'child_modules').flatMap(resourcesIn)]
}
