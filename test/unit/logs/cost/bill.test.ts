import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cloudFrontBill, s3Bill, type Usage } from '../../../../logs/cost/bill.ts'
import { BYTES_PER_GB } from '../../../../logs/cost/prices.ts'
import { planRows } from '../../../../logs/cost/report.ts'

const GB = BYTES_PER_GB
const TB = 1024 * GB

const usage = (bytes: number, https: number, more: Partial<Usage> = {}): Usage => ({
  regions: [{ region: 'europe', bytes, http: 0, https }],
  originRequests: 0,
  gbSeconds: 0,
  invalidations: 0,
  ...more,
})

const OPTIONS = { free: false, s3: 'us-east-1' }
const usdOf = (used: Usage, options: Parameters<typeof cloudFrontBill>[1] = OPTIONS) =>
  cloudFrontBill(used, options).usd

describe('a bill, by hand', () => {
  it('tiers: 60 TB from Europe are 10 at 0.085, 40 at 0.08 and 10 at 0.06', () => {
    expect(usdOf(usage(60 * TB, 0))).toBeCloseTo(1024 * (10 * 0.085 + 40 * 0.08 + 10 * 0.06), 6)
  })

  it('what is free is the beginning of the first tier', () => {
    expect(usdOf(usage(11 * TB, 0), { ...OPTIONS, free: true })).toBeCloseTo(1024 * (9 * 0.085 + 0.08), 6)
    expect(usdOf(usage(TB, 10_000_000), { ...OPTIONS, free: true })).toBeCloseTo(8 * 0.1, 9)
  })

  it('what is free is shared by regions as they use it', () => {
    const both: Usage = {
      ...usage(0, 0),
      regions: [
        { region: 'europe', bytes: 3 * TB, http: 0, https: 0 },
        { region: 'japan', bytes: TB, http: 0, https: 0 },
      ],
    }
    const expected = 1024 * (3 * 0.75 * 0.085 + 0.75 * 0.114)
    expect(usdOf(both, { ...OPTIONS, free: true })).toBeCloseTo(expected, 6)
  })

  it('requests by protocol, functions for all of them', () => {
    const both = {
      ...usage(0, 0),
      regions: [{ region: 'south-america' as const, bytes: 0, http: 20_000, https: 30_000 }],
    }
    expect(usdOf(both)).toBeCloseTo(2 * 0.016 + 3 * 0.022 + 0.05 * 0.1, 9)
  })

  it('requests to the origin: both functions of Lambda@Edge, their time, and a GET in S3', () => {
    const used = usage(0, 0, { originRequests: 500_000, gbSeconds: 10_000 })
    expect(usdOf(used)).toBeCloseTo(0.6 + 10_000 * 0.00005001 + 500 * 0.0004, 9)
    expect(cloudFrontBill(used, OPTIONS).unpriced).toEqual([])
    expect(cloudFrontBill({ ...used, gbSeconds: null }, OPTIONS).unpriced).toEqual(['the time that Lambda@Edge runs'])
  })

  it('invalidations: a thousand paths are free', () => {
    expect(usdOf(usage(0, 0, { invalidations: 1200 }))).toBeCloseTo(200 * 0.005, 9)
  })

  it('Origin Shield where its price is known; else it is named', () => {
    const used = usage(0, 0, { originRequests: 10_000 })
    const without = usdOf(used)
    expect(usdOf(used, { ...OPTIONS, shield: 'ap-northeast-2' }) - without).toBeCloseTo(0.009, 9)
    const elsewhere = cloudFrontBill(used, { ...OPTIONS, shield: 'eu-west-1' })
    expect([elsewhere.usd, elsewhere.unpriced]).toEqual([without, ['requests to Origin Shield in eu-west-1']])
  })

  it('S3 alone: 11 TB and a million GETs', () => {
    const expected = 1024 * (10 * 0.09 + 0.085) + 1000 * 0.0004
    expect(s3Bill(usage(11 * TB, 1_000_000), OPTIONS).usd).toBeCloseTo(expected, 6)
    expect(s3Bill(usage(100 * GB, 0), { ...OPTIONS, free: true }).usd).toBe(0)
  })

  it('an unknown edge location is priced as one in North America, and says so', () => {
    const { lines } = cloudFrontBill(
      { ...usage(0, 0), regions: [{ region: 'unknown', bytes: GB, http: 0, https: 0 }] },
      OPTIONS,
    )
    expect(lines).toEqual([
      {
        item: 'transfer to viewers, up to 10240 GB',
        region: 'unknown, priced as north-america',
        quantity: 1,
        unit: 'GB',
        price: 0.085,
        source: 'cloudfront-page',
        usd: 0.085,
      },
    ])
  })
})

const usages = fc.record({
  regions: fc.array(
    fc.record({
      region: fc.constantFrom('europe' as const, 'japan' as const, 'india' as const),
      bytes: fc.integer({ min: 0, max: 2 ** 52 }),
      http: fc.nat(1e9),
      https: fc.nat(1e9),
    }),
    { maxLength: 3 },
  ),
  originRequests: fc.nat(1e9),
  gbSeconds: fc.nat(1e6),
  invalidations: fc.nat(5000),
})

describe('any bill', () => {
  it('is the sum of its lines, each of them its quantity at its price, and all bytes are in it', () => {
    fc.assert(
      fc.property(usages, fc.boolean(), (used, free) => {
        const { usd, lines } = cloudFrontBill(used, { ...OPTIONS, free })
        expect(usd).toBeCloseTo(
          lines.reduce((sum, line) => sum + line.quantity * line.price, 0),
          6,
        )
        const gb = lines.filter(({ unit }) => unit === 'GB').reduce((sum, line) => sum + line.quantity, 0)
        expect(gb).toBeCloseTo(used.regions.reduce((sum, { bytes }) => sum + bytes, 0) / GB, 3)
      }),
    )
  })

  it('is no higher with what is free', () => {
    fc.assert(
      fc.property(usages, (used) => {
        expect(usdOf(used, { ...OPTIONS, free: true })).toBeLessThanOrEqual(usdOf(used) + 1e-6)
      }),
    )
  })
})

describe('flat-rate plans', () => {
  it('Pro is cheaper for few requests of much', () => {
    const rows = planRows(usage(5 * TB, 5_000_000), { ...OPTIONS, free: true })
    expect(rows.filter(({ isCheaper }) => isCheaper).map(({ plan }) => plan)[0]).toBe('Pro')
    expect(rows[0]).toMatchObject({ plan: 'Free', fits: false, isCheaper: false })
  })

  it('where one begins to be cheaper, both cost the same', () => {
    const used = usage(5 * TB, 5_000_000)
    for (const { plan, usd, from } of planRows(used, OPTIONS)) {
      if (from === null || usd === 0) continue
      expect(usdOf(usage(from.bytes, from.requests)), plan).toBeCloseTo(usd, 2)
    }
  })

  it('it begins nowhere where the plan allows less than that', () => {
    const rows = planRows(usage(GB, 10_000_000), { ...OPTIONS, free: true })
    expect(rows.find(({ plan }) => plan === 'Pro')?.from).toBe(null)
  })
})
