/**
 * A distribution as Terraform has it: what `terraform show -json` prints of a state or a plan, whose resources are those of
 * the provider hashicorp/aws.
 */
import type { CachePolicyConfig } from '@aws-sdk/client-cloudfront'
import { InputError } from '../../../base/errors.ts'
import { at, isObject, type JsonObject } from '../../../base/json-values.ts'
import type { DistributionFacts } from './facts.ts'
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
  const all = resources.filter(({ type }) => type === DISTRIBUTION)
  const chosen = all.filter(({ values }) => id === undefined || values.id === id)
  const [only, ...others] = chosen
  if (!only || others.length > 0) throw notOne(file, id, all)
  const { values } = only
  const valuesOf = (type: string) =>
    resources.filter((one) => one.type === type).map((one) => [text(one.values, 'id'), one.values] as const)
  const made = <T>(type: string, make: (values: JsonObject) => T): Record<string, T> =>
    Object.fromEntries(valuesOf(type).map(([key, found]) => [key, make(found)]))
  const keys = made('aws_cloudfront_public_key', (found) => text(found, 'encoded_key'))
  return {
    distribution: {
      id: text(values, 'id') || only.address,
      domain: text(values, 'domain_name'),
      config: distributionConfigOf(values),
    },
    policies: {
      cache: { ...MANAGED, ...made('aws_cloudfront_cache_policy', cacheConfigOf) },
      originRequest: made('aws_cloudfront_origin_request_policy', originRequestConfigOf),
      responseHeaders: made('aws_cloudfront_response_headers_policy', responseHeadersConfigOf),
    },
    keyGroups: made('aws_cloudfront_key_group', (found) => ({
      name: text(found, 'name'),
      keys: texts(found, 'items').map((key) => ({ id: key, pem: keys[key] ?? '' })),
    })),
  }
}

function notOne(file: string, id: string | undefined, all: readonly Resource[]): InputError {
  const expected = id === undefined ? 'one distribution' : `the distribution ${id}`
  const names = all.map(({ values, address }) => text(values, 'id') || address)
  const found = names.length === 0 ? 'none' : names.join(', ')
  const way =
    names.length > 1 ? '; --from-distribution says which' : '; it is read from what `terraform show -json` prints'
  return new InputError(`${file}: expected ${expected}, found ${found}${way}`, {
    code: 'no-distribution',
    expected,
    found,
  })
}

function resourcesIn(module: unknown): Resource[] {
  if (!isObject(module)) return []
  const own = blocks(module, 'resources').flatMap((one) =>
    isObject(one.values) ? [{ type: text(one, 'type'), address: text(one, 'address'), values: one.values }] : [],
  )
  return [...own, ...blocks(module, 'child_modules').flatMap(resourcesIn)]
}

/** Those that states name without holding them. Developer Guide, "Use managed cache policies". */
const MANAGED: Record<string, CachePolicyConfig> = {
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { Name: 'Managed-CachingOptimized', MinTTL: 1 },
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { Name: 'Managed-CachingDisabled', MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 },
}
