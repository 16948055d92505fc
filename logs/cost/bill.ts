/** What a month of use costs, line by line: how much of what, at which price, from which source. */
import type { Region } from '../edge-locations.ts'
import {
  BYTES_PER_GB,
  FREE,
  FUNCTIONS,
  INVALIDATIONS,
  LAMBDA_AT_EDGE,
  ORIGIN_SHIELD,
  REQUESTS,
  S3,
  type S3Price,
  type SourceName,
  type Tier,
  TRANSFER,
} from './prices.ts'

/** Of one month. */
export type Usage = {
  regions: { region: Region | 'unknown'; bytes: number; http: number; https: number }[]
  /** Requests that came to the origin. */
  originRequests: number
  /** Seconds of Lambda@Edge times its memory in GB; null: not known. */
  gbSeconds: number | null
  /** Paths. */
  invalidations: number
}

export type BillOptions = {
  /** Whether what is free each month is this distribution's, and not used up by others of the account. */
  free: boolean
  /** Where Origin Shield is; none: it is off. */
  shield?: string | undefined
  /** A key of `S3`: where the bucket is. */
  s3: string
}

export type BillLine = {
  item: string
  /** Of the price list; null where the price is the same everywhere. */
  region: string | null
  quantity: number
  unit: string
  /** USD for one unit. */
  price: number
  source: SourceName
  usd: number
}

export type Bill = {
  usd: number
  lines: BillLine[]
  /** What is used and has no price here. */
  unpriced: string[]
}

/** What regions that are in no table are taken for. */
const UNKNOWN: Region = 'north-america'

/** A request to the origin runs both functions that every behaviour has there. */
const LAMBDAS = 2

export function cloudFrontBill(usage: Usage, options: BillOptions): Bill {
  const lines = [
    ...viewerLines(usage, options.free),
    ...functionLines(requestsSeen(usage), options.free),
    ...originLines(usage, options.s3),
    ...invalidationLines(usage.invalidations),
  ]
  const unpriced = usage.gbSeconds === null && usage.originRequests > 0 ? ['the time that Lambda@Edge runs'] : []
  if (options.shield !== undefined) {
    const price = ORIGIN_SHIELD.regions[options.shield]
    const item = 'requests to Origin Shield'
    if (price === undefined) unpriced.push(`${item} in ${options.shield}`)
    else
      lines.push(line(item, options.shield, usage.originRequests, '10,000 requests', 1e4, price, ORIGIN_SHIELD.source))
  }
  return bill(lines, unpriced)
}

/** Transfer and requests, by the region that viewers asked in. */
function viewerLines(usage: Usage, isFree: boolean): BillLine[] {
  const freeShare = (free: number, all: number) => (isFree && all > 0 ? Math.min(1, free / all) : 0)
  const freeGb = freeShare(FREE.gb, bytesSent(usage) / BYTES_PER_GB)
  const freeRequests = freeShare(FREE.requests, requestsSeen(usage))
  return usage.regions.flatMap((used) => {
    const region = used.region === 'unknown' ? UNKNOWN : used.region
    const name = used.region === 'unknown' ? `unknown, priced as ${UNKNOWN}` : region
    const gb = used.bytes / BYTES_PER_GB
    return [
      ...tierLines(gb, gb * freeGb, TRANSFER.regions[region], 'transfer to viewers', name, TRANSFER.source),
      ...(['http', 'https'] as const).flatMap((protocol) => {
        const price = REQUESTS.regions[region][protocol]
        const charged = used[protocol] * (1 - freeRequests)
        return [
          line('requests, free', name, used[protocol] * freeRequests, '10,000 requests', 1e4, 0, FREE.source),
          line(`${protocol} requests`, name, charged, '10,000 requests', 1e4, price, REQUESTS.source),
        ]
      }),
    ]
  })
}

/** The function at viewer-request. */
function functionLines(requests: number, isFree: boolean): BillLine[] {
  const free = isFree ? Math.min(requests, FREE.functions) : 0
  const { usdPerMillion, source } = FUNCTIONS
  return [
    line('functions, free', null, free, 'million calls', 1e6, 0, FREE.source),
    line('functions', null, requests - free, 'million calls', 1e6, usdPerMillion, source),
  ]
}

/** What a request to the origin costs: the Lambda@Edge functions, and S3. */
function originLines({ originRequests, gbSeconds }: Usage, region: string): BillLine[] {
  const { usdPerMillion, usdPerGbSecond, source } = LAMBDA_AT_EDGE
  const s3 = s3PriceOf(region)
  return [
    line('Lambda@Edge requests', null, LAMBDAS * originRequests, 'million calls', 1e6, usdPerMillion, source),
    line('Lambda@Edge time', null, gbSeconds ?? 0, 'GB-seconds', 1, usdPerGbSecond, source),
    line('GET requests to S3', region, originRequests, '1,000 requests', 1e3, s3.usdPerThousandGets, s3.source),
  ]
}

/** What the same requests would cost if S3 answered each to the viewer itself, as a GET. */
export function s3Bill(usage: Usage, options: Pick<BillOptions, 'free' | 's3'>): Bill {
  const s3 = s3PriceOf(options.s3)
  const gb = bytesSent(usage) / BYTES_PER_GB
  const free = options.free ? Math.min(gb, s3.freeGb) : 0
  return bill([
    ...tierLines(gb, free, s3.tiers, 'transfer to the internet', options.s3, s3.source),
    line('GET requests', options.s3, requestsSeen(usage), '1,000 requests', 1e3, s3.usdPerThousandGets, s3.source),
  ])
}

export const requestsSeen = ({ regions }: Usage): number =>
  regions.reduce((sum, { http, https }) => sum + http + https, 0)

export const bytesSent = ({ regions }: Usage): number => regions.reduce((sum, { bytes }) => sum + bytes, 0)

/** A usage multiplied, except for invalidations, which are counted by the month already. */
export const scaled = (usage: Usage, factor: number): Usage => ({
  regions: usage.regions.map(({ region, bytes, http, https }) => ({
    region,
    bytes: bytes * factor,
    http: http * factor,
    https: https * factor,
  })),
  originRequests: usage.originRequests * factor,
  gbSeconds: usage.gbSeconds === null ? null : usage.gbSeconds * factor,
  invalidations: usage.invalidations,
})

const s3PriceOf = (region: string): S3Price => {
  const price = S3[region]
  if (price === undefined) throw new Error(`expected a region of the price table, found ${region}`)
  return price
}

function bill(lines: readonly BillLine[], unpriced: string[] = []): Bill {
  const used = lines.filter(({ quantity }) => quantity > 0)
  return { usd: used.reduce((sum, { usd }) => sum + usd, 0), lines: used, unpriced }
}

const line = (
  item: string,
  region: string | null,
  count: number,
  unit: string,
  perUnit: number,
  price: number,
  source: SourceName,
): BillLine => {
  const quantity = count / perUnit
  return { item, region, quantity, unit, price, source, usd: quantity * price }
}

/** What is free is the beginning: paid tiers go on where it ends. */
function tierLines(
  gb: number,
  free: number,
  tiers: readonly Tier[],
  item: string,
  region: string,
  source: SourceName,
): BillLine[] {
  const lines = [line(`${item}, free`, region, free, 'GB', 1, 0, source)]
  let from = free
  for (const { upToGb, usd } of tiers) {
    const to = Math.min(gb, upToGb)
    if (to <= from) continue
    const name = upToGb === Number.POSITIVE_INFINITY ? `${item}, the rest` : `${item}, up to ${upToGb} GB`
    lines.push(line(name, region, to - from, 'GB', 1, usd, source))
    from = to
  }
  return lines
}

function invalidationLines(paths: number): BillLine[] {
  const free = Math.min(paths, INVALIDATIONS.free)
  return [
    line('invalidated paths, free', null, free, 'paths', 1, 0, INVALIDATIONS.source),
    line('invalidated paths', null, paths - free, 'paths', 1, INVALIDATIONS.usd, INVALIDATIONS.source),
  ]
}
