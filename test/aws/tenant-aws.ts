/**
 * The AWS in memory with what tenants need besides: distributions that are made and deleted, distribution tenants,
 * connection groups, tags, policies, invalidations, quotas, and rates by a clock that a test may set.
 */
import type { ConnectionGroup, DistributionTenant, OriginAccessControlConfig, Tag } from '@aws-sdk/client-cloudfront'
import { cloudFrontError } from './cloudfront.ts'
import { MemoryAws } from './memory-aws.ts'
import type { Settling } from './state.ts'

export type MemoryTenant = Settling<{
  tenant: DistributionTenant
  etag: string
  tags: Tag[]
  certificate: string | null
}>

export type MemoryInvalidation = { of: string; id: string; paths: string[]; reference: string; polls: number }

/** Calls a second, and how many may come at once. */
type Rate = { perSecond: number; burst: number }

export class TenantAws extends MemoryAws {
  /** By ARN. */
  tags = new Map<string, Tag[]>()
  tenants = new Map<string, MemoryTenant>()
  /** By id. */
  connectionGroups = new Map<string, ConnectionGroup>()
  originAccessControls = new Map<string, OriginAccessControlConfig>()
  invalidations: MemoryInvalidation[] = []
  /** CallerReferences, also of distributions that are gone. */
  references = new Set<string>()
  quotas = { distributionsPerShard: 100, distributions: 500, multiTenant: 20, tenants: 10_000, policies: 20 }
  /** How many lists do not have a new distribution yet. */
  listLag = 0
  /** Ids, with the number of lists that are to come before they have them. */
  unlisted = new Map<string, number>()
  /** Milliseconds. */
  now: () => number = Date.now
  /** Null: none is enforced. AWS documents those of invalidations alone; the others are made up, and strict. */
  rates: Record<'reads' | 'writes' | 'paths' | 'wildcards', Rate> | null = null
  refusedByRate = 0
  #count = 0
  readonly #buckets = new Map<string, { tokens: number; at: number }>()

  /** A new id, as AWS's look. */
  id(prefix: string): string {
    this.#count += 1
    return `${prefix}${String(this.#count).padStart(10, '0')}`
  }

  /** Takes tokens of a bucket that refills with time. @returns whether there were enough */
  takes(rate: 'reads' | 'writes' | 'paths' | 'wildcards', tokens = 1): boolean {
    if (this.rates === null || tokens === 0) return true
    const { perSecond, burst } = this.rates[rate]
    const time = this.now()
    const bucket = this.#buckets.get(rate) ?? { tokens: burst, at: time }
    const filled = Math.min(burst, bucket.tokens + ((time - bucket.at) / 1_000) * perSecond)
    const isEnough = filled >= tokens
    this.#buckets.set(rate, { tokens: isEnough ? filled - tokens : filled, at: time })
    if (!isEnough) this.refusedByRate += 1
    return isEnough
  }

  arnOf(id: string): string {
    return `arn:aws:cloudfront::${this.account}:distribution/${id}`
  }
}

export const throttled = () => cloudFrontError('Throttling', 'Rate exceeded', 400)
