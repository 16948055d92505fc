import { describe, expect, it } from 'vitest'
import * as prices from '../../../../logs/cost/prices.ts'
import { REGIONS } from '../../../../logs/edge-locations.ts'

const YEAR = 365 * 86_400_000

describe('the price table', () => {
  it.each(Object.entries(prices.SOURCES))(
    '%s: a page of AWS, and seen to hold within a year',
    (_, { url, date, about }) => {
      expect(url).toMatch(/^https:\/\/([a-z0-9-]+\.)*(aws\.amazon|amazonaws)\.com\//)
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/)
      const age = Date.now() - Date.parse(date)
      expect(age, `read ${url} again: the prices are older than a year`).toBeLessThan(YEAR)
      expect(age).toBeGreaterThan(0)
      expect(about).not.toBe('')
    },
  )

  it('every table names a source that is there', () => {
    const tables = Object.values(prices).flatMap((value) =>
      typeof value === 'object' && 'source' in value ? [value.source as string] : [],
    )
    const of = [...tables, ...Object.values(prices.S3).map(({ source }) => source)]
    expect(tables).toHaveLength(9)
    expect([...new Set(of)].toSorted()).toEqual(Object.keys(prices.SOURCES).toSorted())
  })

  it('every region of edge locations has its prices, cheaper the more is sent', () => {
    const regions = Object.keys(REGIONS).toSorted()
    expect(Object.keys(prices.TRANSFER.regions).toSorted()).toEqual(regions)
    expect(Object.keys(prices.REQUESTS.regions).toSorted()).toEqual(regions)
    for (const tiers of [
      ...Object.values(prices.TRANSFER.regions),
      ...Object.values(prices.S3).map((s3) => s3.tiers),
    ]) {
      expect(tiers.at(-1)?.upToGb).toBe(Number.POSITIVE_INFINITY)
      for (const [at, { upToGb, usd }] of tiers.slice(1).entries()) {
        expect(upToGb).toBeGreaterThan(tiers[at]?.upToGb as number)
        expect(usd).toBeLessThan(tiers[at]?.usd as number)
      }
    }
  })
})
