/** What CloudFront demands of a config as a whole. CloudFront API Reference, UpdateDistribution and DistributionConfig. */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { behavioursOf, type Problem } from './associations.ts'
import type { Account } from './state.ts'

const REQUIRED = ['CallerReference', 'Origins', 'DefaultCacheBehavior', 'Comment', 'Enabled'] as const

export function configProblem(before: DistributionConfig, config: DistributionConfig, aws: Account): Problem | null {
  const missing = REQUIRED.find((name) => config[name] === undefined)
  if (missing) return { name: 'MissingBody', message: `${missing} is required.` }
  if (config.CallerReference !== before.CallerReference) {
    return { name: 'IllegalUpdate', message: 'CallerReference can not be changed.' }
  }
  const list = inconsistentList(config, 'DistributionConfig')
  if (list) {
    return {
      name: 'InconsistentQuantities',
      message: `The value of Quantity and the size of Items don't match: ${list}`,
    }
  }
  const origins = [...(config.Origins?.Items ?? []), ...(config.OriginGroups?.Items ?? [])].map(({ Id }) => Id)
  const groups = (config.OriginGroups?.Items ?? []).map(({ Id }) => Id)
  for (const { TargetOriginId, CachePolicyId, AllowedMethods } of behavioursOf(config)) {
    if (groups.includes(TargetOriginId) && AllowedMethods?.Items?.includes('POST')) {
      return {
        name: 'InvalidArgument',
        message:
          'The parameter AllowedMethods cannot include POST, PUT, PATCH, or DELETE for a cached behavior associated with an origin group.',
      }
    }
    if (!origins.includes(TargetOriginId)) return { name: 'NoSuchOrigin', message: `No origin ${TargetOriginId}.` }
    if (CachePolicyId && !aws.cachePolicies.has(CachePolicyId)) {
      return { name: 'NoSuchCachePolicy', message: 'The cache policy does not exist.' }
    }
  }
  return null
}

/** Where it is. */
function inconsistentList(value: unknown, at: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  if ('Quantity' in value) {
    const items: unknown = 'Items' in value ? value.Items : []
    if (!Array.isArray(items) || items.length !== value.Quantity) return at
  }
  for (const [key, item] of Object.entries(value)) {
    const found = inconsistentList(item, `${at}.${key}`)
    if (found) return found
  }
  return null
}
