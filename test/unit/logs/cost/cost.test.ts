/** `rimlight logs cost` over generated logs, held against a count of their lines. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { main } from '../../../../logs/command.ts'
import type { CostReport } from '../../../../logs/cost/report.ts'
import { logLine } from '../../../../origin-response/log.ts'
import { WISHLIST, workload } from '../../../logs/workload.ts'
import { type Logged, logged, v1File } from '../../../logs/written.ts'
import { output } from '../../cli/kit/fixture-output.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-cost-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  const [stdout, stderr] = [output(), output()]
  const code = await main(['cost', ...args], stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, name.endsWith('.gz') ? gzipSync(text) : text)
  return path
}

async function report(...args: string[]): Promise<CostReport> {
  const { code, stdout, stderr } = await run(...args, '--json')
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

const LINES = [...logged(workload(4_000, { ...WISHLIST, objects: 300, seconds: 45 * 86_400 }, 5))]

/** USD of a GB in the first tier, and of 10,000 requests over HTTPS, by the price list. */
const PRICES: Record<string, [number, number]> = {
  IAD: [0.085, 0.01],
  ORD: [0.085, 0.01],
  LAX: [0.085, 0.01],
  FRA: [0.085, 0.012],
  SYD: [0.114, 0.0125],
}

/** Line by line, without tiers: none of these logs comes to the end of the first. */
function counted(lines: readonly Logged[]): number {
  return lines.reduce((usd, { pop, bytes, result }) => {
    const [gb, requests] = PRICES[pop.slice(0, 3)] as [number, number]
    const origin = result === 'Hit' ? 0 : (2 * 0.6) / 1e6 + 0.0004 / 1e3
    return usd + (bytes / 2 ** 30) * gb + requests / 1e4 + 0.1 / 1e6 + origin
  }, 0)
}

const monthOf = ({ time }: Logged) => new Date(time).toISOString().slice(0, 7)

describe('what it cost', () => {
  it('is the sum over its lines, by calendar month', async () => {
    const found = await report(await file('log.gz', v1File(LINES)), '--without-free')
    const months = Map.groupBy(LINES, monthOf)
    expect(found.months.map(({ month }) => month)).toEqual([...months.keys()])
    for (const { month, cloudFront, s3 } of found.months) {
      const some = months.get(month) as Logged[]
      expect(cloudFront.usd).toBeCloseTo(counted(some), 9)
      const bytes = some.reduce((sum, one) => sum + one.bytes, 0)
      expect(s3.usd).toBeCloseTo((bytes / 2 ** 30) * 0.09 + (some.length / 1e3) * 0.0004, 9)
      expect(cloudFront.unpriced).toEqual(['the time that Lambda@Edge runs'])
    }
    expect(found.usd).toBeCloseTo(counted(LINES), 9)
    expect(found.requests).toBe(LINES.length)
    expect(found.extrapolated?.cloudFront.usd).toBeCloseTo((counted(LINES) * 30) / found.days, 9)
    expect(found.sources['cloudfront-page']?.date).toBe('2026-10-01')
  })

  it('REPORT lines of Lambda@Edge are billed', async () => {
    const log = await file('log.gz', v1File(LINES))
    const lambda = await file(
      'lambda.log',
      [
        'START RequestId: 1 Version: 7',
        'REPORT RequestId: 1\tDuration: 101.20 ms\tBilled Duration: 102 ms\tMemory Size: 1024 MB\tMax Memory Used: 90 MB',
        'REPORT RequestId: 2\tDuration: 3.90 ms\tBilled Duration: 4 ms\tMemory Size: 128 MB\tMax Memory Used: 80 MB',
      ].join('\n'),
    )
    const [with_, without] = [await report(log, '--lambda', lambda), await report(log)]
    expect(with_.usd - without.usd).toBeCloseTo((0.102 + 0.004 / 8) * 0.00005001, 9)
    expect(with_.months.flatMap(({ cloudFront }) => cloudFront.unpriced)).toEqual([])
  })

  it('without REPORT lines, the metric lines that origin-response writes', async () => {
    const log = await file('log.gz', v1File(LINES))
    const line = logLine({ result: 'webp', uri: '/a.jpg', fetch: 40, transform: 160, bytesIn: 9, bytesOut: 3 }, 1)
    const lambda = await file('metrics.log', `${line}\n${JSON.stringify({ message: line })}\nnothing\n`)
    const [with_, without] = [await report(log, '--lambda', lambda), await report(log)]
    expect(with_.usd - without.usd).toBeCloseTo(2 * 0.2 * 0.00005001, 9)
  })
})

describe('for a person', () => {
  it('one screen, and a warning past the budget', async () => {
    const log = await file('log.gz', v1File(LINES))
    const { code, stdout } = await run(log, '--without-free', '--budget', '0.01')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^4,000 requests, \d+ MB\n/)
    expect(stdout).toMatch(/a month of 30 days like that +\$\d+\.\d\d +\$\d+\.\d\d/)
    expect(stdout).toMatch(/Past the budget: \$0\.\d\d a month, where \$0\.01 were planned\n$/)
    expect((await run(log, '--budget', '50')).stdout).toMatch(/Within the budget: \$0\.\d\d of \$50\.00 a month\n$/)
  })

  it('a minute of logs says nothing of a month', async () => {
    const log = await file('short.gz', v1File(LINES.slice(0, 1)))
    expect((await run(log)).stdout).toContain('The logs are shorter than an hour: no month can be told from them.')
  })

  it.each([
    [['--budget', 'much'], '--budget: expected USD, such as 50, found "much"\n'],
    [
      ['--s3-region', 'mars-1'],
      '--s3-region: expected us-east-1 or eu-central-1, of which prices are known, found "mars-1"\n',
    ],
    [['--invalidations', '1x'], '--invalidations: expected a whole number above 0, found "1x"\n'],
  ])('%j', async (args, message) => {
    const { code, stderr } = await run(await file('log.gz', v1File(LINES)), ...args)
    expect([code, stderr]).toEqual([2, message])
  })

  it.each([
    ['that is not there', 'none', /none \(ENOENT: .*\)/],
    ['that is a folder', '.', /\(it is a folder\)/],
    ['that is Parquet', 'p.parquet', /parquet \(it is Parquet\)/],
  ])('a log of Lambda@Edge %s', async (_, name, found) => {
    await file('p.parquet', 'PAR1....PAR1')
    const { code, stderr } = await run(await file('log.gz', v1File(LINES)), '--lambda', join(folder, name))
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(found) })
    expect(stderr).toMatch(/^--lambda: expected a file of Lambda@Edge's log, found none at .*\n$/)
  })
})
