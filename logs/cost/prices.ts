/**
 * What AWS charges, in USD: every price with where it was read and when. A price that was found nowhere is not here, and what
 * it would be for is named in a bill as unpriced. A GB is 2 ** 30 bytes, a TB 1,024 of them: the tiers of AWS's price list
 * end at 10,240 and 51,200 GB.
 */
import type { Region } from '../edge-locations.ts'

export type PriceSource = {
  url: string
  /** The day on which these prices were seen to hold. */
  date: string
  about: string
}

export const SOURCES = {
  'cloudfront-page': {
    url: 'https://aws.amazon.com/cloudfront/pricing/pay-as-you-go/',
    date: '2026-10-01',
    about:
      'transfer by region and tier. Read in a copy whose own age is unknown; its figures for Asia are those of the price list on the day named, those for Europe, Japan and South America of lists of August and September 2026; Australia, Africa and the highest tiers rest on the copy alone',
  },
  'request-list': {
    url: 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCloudFront/current/index.json',
    date: '2026-03-26',
    about:
      'requests by region, as a public price book repeats the list; seen again in the list for Asia on 2026-10-01, Japan on 2026-09-16',
  },
  'free-tier': {
    url: 'https://aws.amazon.com/cloudfront/pricing/pay-as-you-go/',
    date: '2026-10-01',
    about: 'what is free each month, of all distributions of an account together',
  },
  'edge-functions': {
    url: 'https://aws.amazon.com/cloudfront/pricing/pay-as-you-go/',
    date: '2026-09-26',
    about: 'CloudFront Functions and Lambda@Edge',
  },
  invalidations: {
    url: 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCloudFront/current/index.json',
    date: '2026-10-01',
    about: 'paths that are invalidated',
  },
  'origin-shield': {
    url: 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonCloudFront/current/index.json',
    date: '2026-10-01',
    about: 'Origin Shield in Seoul; no price of another region was found',
  },
  plans: {
    url: 'https://aws.amazon.com/cloudfront/pricing/',
    date: '2026-09-05',
    about: 'flat-rate plans and their allowances',
  },
  's3-us-east-1': {
    url: 'https://aws.amazon.com/s3/pricing/',
    date: '2026-09-01',
    about: 'S3 in us-east-1: GET requests, transfer to the internet, 100 GB of it free each month',
  },
  's3-eu-central-1': {
    url: 'https://aws.amazon.com/s3/pricing/',
    date: '2026-08-31',
    about: 'S3 in eu-central-1, as the price list has it',
  },
  athena: {
    url: 'https://aws.amazon.com/athena/pricing/',
    date: '2026-07-30',
    about: 'SQL queries, by the TB that they read',
  },
} as const satisfies Record<string, PriceSource>

export type SourceName = keyof typeof SOURCES

export const BYTES_PER_GB = 2 ** 30
export const GB_PER_TB = 1024

/** Where tiers of a month end, in GB; the last has no end. */
const TIER_ENDS = [10, 50, 150, 500, 1024, 5 * 1024, Number.POSITIVE_INFINITY].map((tb) => tb * GB_PER_TB)

export type Tier = { upToGb: number; usd: number }

const tiers = (...prices: number[]): Tier[] => prices.map((usd, at) => ({ upToGb: TIER_ENDS[at] as number, usd }))

/** USD for a GB that an edge location sends to the internet, by the region that the edge location is in. */
export const TRANSFER = {
  source: 'cloudfront-page',
  regions: {
    'north-america': tiers(0.085, 0.08, 0.06, 0.04, 0.03, 0.025, 0.02),
    europe: tiers(0.085, 0.08, 0.06, 0.04, 0.03, 0.025, 0.02),
    'south-africa-kenya-middle-east': tiers(0.11, 0.105, 0.09, 0.08, 0.06, 0.05, 0.04),
    'south-america': tiers(0.11, 0.105, 0.09, 0.08, 0.06, 0.05, 0.04),
    japan: tiers(0.114, 0.089, 0.086, 0.084, 0.08, 0.07, 0.06),
    'australia-new-zealand': tiers(0.114, 0.098, 0.094, 0.092, 0.09, 0.085, 0.08),
    'asia-pacific': tiers(0.12, 0.1, 0.095, 0.09, 0.08, 0.07, 0.06),
    india: tiers(0.109, 0.085, 0.082, 0.08, 0.078, 0.075, 0.072),
  } satisfies Record<Region, Tier[]>,
} as const

/** USD for 10,000 requests. */
export const REQUESTS = {
  source: 'request-list',
  regions: {
    'north-america': { http: 0.0075, https: 0.01 },
    europe: { http: 0.009, https: 0.012 },
    'south-africa-kenya-middle-east': { http: 0.009, https: 0.012 },
    'south-america': { http: 0.016, https: 0.022 },
    japan: { http: 0.009, https: 0.012 },
    'australia-new-zealand': { http: 0.009, https: 0.0125 },
    'asia-pacific': { http: 0.009, https: 0.012 },
    india: { http: 0.009, https: 0.012 },
  } satisfies Record<Region, { http: number; https: number }>,
} as const

/** Each month, of the whole account. */
export const FREE = { source: 'free-tier', gb: GB_PER_TB, requests: 10_000_000, functions: 2_000_000 } as const

/** USD for a million invocations. */
export const FUNCTIONS = { source: 'edge-functions', usdPerMillion: 0.1 } as const

export const LAMBDA_AT_EDGE = { source: 'edge-functions', usdPerMillion: 0.6, usdPerGbSecond: 0.00005001 } as const

/** USD for a path, after those that are free each month. */
export const INVALIDATIONS = { source: 'invalidations', usd: 0.005, free: 1000 } as const

/** USD for 10,000 requests that take Origin Shield as a further step, by its region. */
export const ORIGIN_SHIELD: { source: SourceName; regions: Readonly<Record<string, number>> } = {
  source: 'origin-shield',
  regions: { 'ap-northeast-2': 0.009 },
}

export type S3Price = { source: SourceName; usdPerThousandGets: number; freeGb: number; tiers: readonly Tier[] }

const S3_TIERS = [0.09, 0.085, 0.07, 0.05].map((usd, at) => ({
  upToGb: at === 3 ? Number.POSITIVE_INFINITY : (TIER_ENDS[at] as number),
  usd,
}))

/** By the bucket's region. */
export const S3: Readonly<Record<string, S3Price>> = {
  'us-east-1': { source: 's3-us-east-1', usdPerThousandGets: 0.0004, freeGb: 100, tiers: S3_TIERS },
  'eu-central-1': { source: 's3-eu-central-1', usdPerThousandGets: 0.00043, freeGb: 100, tiers: S3_TIERS },
}

export type FlatRatePlan = { name: string; usd: number; requests: number; gb: number }

/** Flat-rate plans, cheapest first. None of them takes a distribution with Lambda@Edge. */
export const PLANS: { source: SourceName; plans: readonly FlatRatePlan[] } = {
  source: 'plans',
  plans: [
    { name: 'Free', usd: 0, requests: 1e6, gb: 100 },
    { name: 'Pro', usd: 15, requests: 10e6, gb: 50 * GB_PER_TB },
    { name: 'Business', usd: 200, requests: 125e6, gb: 50 * GB_PER_TB },
    { name: 'Premium', usd: 1000, requests: 500e6, gb: 50 * GB_PER_TB },
    { name: 'Premium, 75 TB', usd: 1450, requests: 750e6, gb: 75 * GB_PER_TB },
    { name: 'Premium, 125 TB', usd: 2250, requests: 1.25e9, gb: 125 * GB_PER_TB },
    { name: 'Premium, 200 TB', usd: 3500, requests: 2e9, gb: 200 * GB_PER_TB },
    { name: 'Premium, 350 TB', usd: 6000, requests: 3.5e9, gb: 350 * GB_PER_TB },
    { name: 'Premium, 600 TB', usd: 10_000, requests: 6e9, gb: 600 * GB_PER_TB },
  ],
}

/** USD for a TB that a query reads, at least 10 MB of it. */
export const ATHENA = { source: 'athena', usdPerTb: 5, leastBytes: 10_000_000 } as const
