/** The template and the API are told of the same distribution: configs at random, spelled both ways. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isObject } from '../../../base/json-values.ts'
import { bundleParts, type SharedIds } from '../../../tenants/config.ts'
import { config } from '../../contract/config-arbitrary.ts'
import { runs } from '../../runs.ts'
import { bundleOf } from '../deploy/template/bundles.ts'
import { distributionConfig, joined, plain, templateFor } from '../deploy/template/templates.ts'

const CONFIGS = runs(100)
const PREFIX = 'tenants/shop'

/** CloudFormation's spelling of the API's: names, lists, and what is empty left out. */
function asTemplate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asTemplate)
  if (!isObject(value)) return value
  if ('Quantity' in value && !('CachedMethods' in value)) return asTemplate(value.Items ?? [])
  const entries = Object.entries(value).flatMap(([key, item]) => {
    if (key === 'AllowedMethods' && isObject(item)) {
      return [
        ['AllowedMethods', asTemplate(item.Items)],
        ['CachedMethods', asTemplate(item.CachedMethods)],
      ]
    }
    const spelled = asTemplate(item)
    const isEmpty =
      spelled === '' || spelled === false || (typeof spelled === 'object' && Object.keys(spelled ?? {}).length === 0)
    const isLeftOut = ['HTTPPort', 'ResponsePagePath', 'ResponseCode'].includes(key)
    return (isEmpty && key !== 'OriginAccessIdentity' && key !== 'Compress') || isLeftOut
      ? []
      : [[key === 'OriginSslProtocols' ? 'OriginSSLProtocols' : key, spelled]]
  })
  return Object.fromEntries(entries)
}

it(`the same behaviours, origins and error TTLs, of ${CONFIGS} configs`, () => {
  const seen = { origins: 0, behaviours: 0 }
  const property = fc.property(config, (input) => {
    const bundle = bundleOf(input)
    const template = plain(distributionConfig(templateFor(bundle))) as Record<string, unknown>
    const behaviour = template.DefaultCacheBehavior as Record<string, { FunctionARN: string }[]>
    const lambdas = (behaviour.LambdaFunctionAssociations ?? []) as unknown as { LambdaFunctionARN: string }[]
    const policies = [
      ...bundle.policies.cachePolicies,
      ...bundle.policies.originRequestPolicies,
      ...bundle.policies.responseHeadersPolicies,
    ]
    const resources = templateFor(bundle).toJSON().Resources as Record<
      string,
      { Properties: Record<string, { Name?: unknown }> }
    >
    const policyIds = Object.fromEntries(
      policies.map(({ Name }) => {
        const hash = Name.split('-').at(-1) ?? ''
        const [id] = Object.entries(resources).find(([, { Properties }]) =>
          Object.values(Properties ?? {}).some((one) => isObject(one) && joined(one.Name).endsWith(hash)),
        ) ?? ['']
        return [Name, `<${id}>`]
      }),
    )
    const origins = template.Origins as { OriginAccessControlId?: string }[]
    const ids: SharedIds = {
      policyIds,
      originAccessControl: origins.find((one) => one.OriginAccessControlId)?.OriginAccessControlId ?? null,
      viewerRequest: behaviour.FunctionAssociations?.[0]?.FunctionARN ?? '',
      lambdas: {
        'origin-request': lambdas[0]?.LambdaFunctionARN ?? '',
        'origin-response': lambdas[1]?.LambdaFunctionARN ?? '',
      },
    }
    const parts = asTemplate(bundleParts(bundle.policies, ids, PREFIX)) as Record<string, unknown[]>
    // A tenant's bucket origins have its prefix, and nothing else differs.
    const bare = JSON.parse(JSON.stringify(parts).replaceAll(`,"OriginPath":"/${PREFIX}"`, ''))
    expect(asTemplate(template.Origins)).toEqual(bare.Origins)
    expect(asTemplate(template.OriginGroups)).toEqual(bare.OriginGroups)
    expect(asTemplate(template.DefaultCacheBehavior)).toEqual(bare.DefaultCacheBehavior)
    expect(asTemplate(template.CacheBehaviors ?? [])).toEqual(bare.CacheBehaviors ?? [])
    expect(asTemplate(template.CustomErrorResponses)).toEqual(bare.CustomErrorResponses)
    seen.origins += origins.length
    seen.behaviours += bundle.policies.behaviours.length
  })
  fc.assert(property, { numRuns: CONFIGS })
  expect(Math.min(seen.origins, seen.behaviours)).toBeGreaterThan(CONFIGS)
})
