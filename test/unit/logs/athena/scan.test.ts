import { describe, expect, it } from 'vitest'
import { scanText, usdOf } from '../../../../logs/athena/scan.ts'
import type { LogTable } from '../../../../logs/athena/table.ts'

const TABLE: LogTable = {
  ...{ kind: 'v1', database: 'rimlight', table: 'cloudfront', bucket: 'example-logs', prefix: 'cdn/' },
  distribution: undefined,
}

describe('what queries cost', () => {
  it('is by the TB that they read, at least 10 MB each; one that reads nothing is free', () => {
    expect(usdOf([2 ** 40])).toBe(5)
    expect(usdOf([1, 1])).toBeCloseTo((20_000_000 / 2 ** 40) * 5, 10)
    expect(usdOf([0, 0])).toBe(0)
    expect(usdOf([])).toBe(0)
  })

  it('is told for all of them together', () => {
    expect(scanText(TABLE, { objects: 1234, bytes: 2 ** 36 }, Array(16).fill(1))).toBe(
      's3://example-logs/cdn/: 1,234 objects, 68.7 GB\n16 queries, which read 1.10 TB at most: at most $5.00 at $5 a TB\n',
    )
  })
})
