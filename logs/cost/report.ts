/** What a distribution cost, by its logs, and what it would cost otherwise: the document of `rimlight logs cost --json`. */
import type { Region } from '../edge-locations.ts'
import type { LambdaRow, UsageRow } from '../queries.ts'
import {
  type Bill,
  type BillOptions,
  bytesSent,
  cloudFrontBill,
  requestsSeen,
  s3Bill,
  scaled,
  type Usage,
} from './bill.ts'
import { BYTES_PER_GB, type FlatRatePlan, PLANS, type PriceSource, SOURCES } from './prices.ts'

/** Of a month that figures are extrapolated to. */
export const DAYS = 30

export type CostReport = {
  currency: 'USD'
  requests: number
  bytes: number
  /** UTC, ISO 8601; null without requests. */
  since: string | null
  until: string | null
  /** From the first request to the last, or what `--since` and `--until` say. */
  days: number
  /** What it cost, by calendar month of UTC: tiers and what is free begin anew with each. */
  months: { month: string; cloudFront: Bill; s3: Bill }[]
  usd: number
  s3Usd: number
  /** A month of 30 days of it; null where the logs are shorter than an hour. */
  extrapolated: { cloudFront: Bill; s3: Bill; requests: number; bytes: number } | null
  plans: PlanRow[]
  budget: { usd: number; isPast: boolean } | null
  s3Region: string
  /** Where the prices are from. */
  sources: Record<string, PriceSource>
}

export type PlanRow = {
  plan: string
  /** USD a month. */
  usd: number
  /** Whether the extrapolated month is within what it allows. */
  fits: boolean
  isCheaper: boolean
  /**
   * With how many requests and bytes a month, of the same mixture, it is no dearer than paying by use; null: it allows less
   * than that.
   */
  from: { requests: number; bytes: number } | null
}

export type CostOptions = BillOptions & {
  /** Paths that are invalidated in a month. */
  invalidations: number
  /** USD a month. */
  budget?: number | undefined
  since?: Date | undefined
  until?: Date | undefined
  /** MB, of origin-response: what the seconds of pictures are multiplied by. */
  memory: number
}

export function costReport(rows: readonly UsageRow[], lambda: LambdaRow | undefined, options: CostOptions): CostReport {
  const gbSeconds = lambda && gbSecondsOf(lambda, options.memory)
  const whole = usageOf(rows, gbSeconds ?? null, options.invalidations)
  const months = [...Map.groupBy(rows, ({ month }) => month)].map(([month, some]) => {
    const share = share0(sum(some, 'origin_requests'), whole.originRequests)
    const usage = usageOf(some, gbSeconds === undefined ? null : gbSeconds * share, options.invalidations)
    return {
      month: new Date(month * 1000).toISOString().slice(0, 7),
      cloudFront: cloudFrontBill(usage, options),
      s3: s3Bill(usage, options),
    }
  })
  const { first, last, days } = periodOf(rows, options)
  const monthly = monthOf(whole, days)
  const extrapolated = monthly && {
    cloudFront: cloudFrontBill(monthly, options),
    s3: s3Bill(monthly, options),
    requests: requestsSeen(monthly),
    bytes: bytesSent(monthly),
  }
  const usd = months.reduce((total, { cloudFront }) => total + cloudFront.usd, 0)
  return {
    currency: 'USD',
    requests: requestsSeen(whole),
    bytes: bytesSent(whole),
    since: first?.toISOString() ?? null,
    until: last?.toISOString() ?? null,
    days,
    months,
    usd,
    s3Usd: months.reduce((total, { s3 }) => total + s3.usd, 0),
    extrapolated,
    plans: monthly ? planRows(monthly, options) : [],
    budget:
      options.budget === undefined
        ? null
        : { usd: options.budget, isPast: (extrapolated?.cloudFront.usd ?? usd) > options.budget },
    s3Region: options.s3,
    sources: SOURCES,
  }
}

/** The usage that some of the rows add up to. */
function usageOf(rows: readonly UsageRow[], gbSeconds: number | null, invalidations: number): Usage {
  const regions = [...Map.groupBy(rows, ({ region }) => region)].map(([region, some]) => ({
    region: region as Region | 'unknown',
    bytes: sum(some, 'bytes'),
    http: sum(
      some.filter(({ protocol }) => protocol === 'http'),
      'requests',
    ),
    https: sum(
      some.filter(({ protocol }) => protocol === 'https'),
      'requests',
    ),
  }))
  return { regions, originRequests: sum(rows, 'origin_requests'), gbSeconds, invalidations }
}

type Period = { first: Date | undefined; last: Date | undefined; days: number }

function periodOf(rows: readonly UsageRow[], { since, until }: Pick<CostOptions, 'since' | 'until'>): Period {
  const first = since ?? timeOf(rows, 'first_time', Math.min)
  const last = until ?? timeOf(rows, 'last_time', Math.max)
  return { first, last, days: first && last ? (last.getTime() - first.getTime()) / 86_400_000 : 0 }
}

/** Null: too little to tell a month from. */
const monthOf = (usage: Usage, days: number): Usage | null => (days >= 1 / 24 ? scaled(usage, DAYS / days) : null)

/**
 * USD of a month like that, with so many requests to the origin in the place of those of the log; null: it can't be told.
 * How long Lambda@Edge runs is in no log, and not in it.
 */
export function monthlyUsd(rows: readonly UsageRow[], originRequests: number, options: BillOptions): number | null {
  const usage = monthOf({ ...usageOf(rows, 0, 0), originRequests }, periodOf(rows, {}).days)
  return usage && cloudFrontBill(usage, options).usd
}

/** REPORT lines say what is billed; without them, what pictures took is all that is known. */
const gbSecondsOf = ({ reports, gb_seconds, picture_seconds }: LambdaRow, memory: number): number =>
  reports > 0 ? gb_seconds : (picture_seconds * memory) / 1024

const sum = (rows: readonly UsageRow[], name: 'requests' | 'bytes' | 'origin_requests'): number =>
  rows.reduce((total, row) => total + row[name], 0)

const share0 = (part: number, whole: number): number => (whole > 0 ? part / whole : 0)

function timeOf(
  rows: readonly UsageRow[],
  name: 'first_time' | 'last_time',
  of: (...values: number[]) => number,
): Date | undefined {
  const times = rows.flatMap((row) => row[name] ?? [])
  return times.length > 0 ? new Date(of(...times) * 1000) : undefined
}

/** What a plan takes the place of: Lambda@Edge and S3 are paid beside it, or go. */
function planned(usage: Usage, options: BillOptions): number {
  const { lines } = cloudFrontBill({ ...usage, originRequests: 0, gbSeconds: 0, invalidations: 0 }, options)
  return lines.reduce((total, { usd }) => total + usd, 0)
}

export function planRows(usage: Usage, options: BillOptions): PlanRow[] {
  const byUse = planned(usage, options)
  return PLANS.plans.map((plan) => {
    const fits = requestsSeen(usage) <= plan.requests && bytesSent(usage) <= plan.gb * BYTES_PER_GB
    return {
      plan: plan.name,
      usd: plan.usd,
      fits,
      isCheaper: fits && plan.usd < byUse,
      from: fromOf(plan, usage, options),
    }
  })
}

/** From how much use on a flat-rate plan is no dearer: searched for by halving, since what is paid by use grows with it. */
function fromOf(plan: FlatRatePlan, usage: Usage, options: BillOptions): PlanRow['from'] {
  const [requests, bytes] = [requestsSeen(usage), bytesSent(usage)]
  if (requests === 0) return null
  const most = Math.min(
    plan.requests / requests,
    bytes > 0 ? (plan.gb * BYTES_PER_GB) / bytes : Number.POSITIVE_INFINITY,
  )
  if (planned(scaled(usage, most), options) < plan.usd) return null
  let [low, high] = [0, most]
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2
    if (planned(scaled(usage, middle), options) < plan.usd) low = middle
    else high = middle
  }
  return { requests: Math.round(requests * high), bytes: Math.round(bytes * high) }
}
