/** `examples/galleries/` and `examples/wishlist/`: a generated month of each, as it was, and as it would be with their configs. */
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { loadConfig } from '../../build/config.ts'
import { makeSite } from '../../build/site.ts'
import { main } from '../../logs/command.ts'
import type { CostReport } from '../../logs/cost/report.ts'
import type { Simulation } from '../../logs/simulate/simulation.ts'
import { GALLERIES, type Shape, WISHLIST } from '../logs/workload.ts'
import { v1Text } from '../logs/written.ts'
import { runs } from '../runs.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-months-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function document<T>(...args: string[]): Promise<T> {
  const [stdout, stderr] = [output(), output()]
  const code = await main([...args, '--json'], stdout, stderr)
  expect([code, stderr.said()]).toEqual([0, ''])
  return JSON.parse(stdout.said())
}

type Month = {
  name: string
  shape: Shape
  requests: number
  /** Pictures of a shorter month: as many as are asked for as often as those of a whole one. */
  fewer: number
  atLeast: number
  before: [from: number, to: number]
}

/** What the systems have to show: 95 % and 80 %, and a bill under 50 USD. */
const MONTHS: Month[] = [
  {
    name: 'galleries',
    shape: { ...GALLERIES, objects: 4_000 },
    ...{ requests: 450_000, fewer: 300 },
    ...{ atLeast: 0.95, before: [0.8, 0.9] },
  },
  {
    name: 'wishlist',
    shape: WISHLIST,
    ...{ requests: 400_000, fewer: 100 },
    ...{ atLeast: 0.8, before: [0.5, 0.65] },
  },
]

describe.each(MONTHS)('$name', ({ name, shape: whole, fewer, atLeast, before, ...month }) => {
  const requests = runs(month.requests)
  const shape = requests < month.requests ? { ...whole, objects: fewer } : whole
  const config = join(ROOT, 'examples', name, 'edge.config.ts')

  it('its config builds', async () => {
    const { built } = await makeSite(await loadConfig(config))
    expect(built).toHaveLength(3)
  })

  it('a month of it', { timeout: 600_000 }, async () => {
    const log = join(folder, `${name}.gz`)
    await pipeline(Readable.from(v1Text(requests, shape)), createGzip({ level: 1 }), createWriteStream(log))
    const simulation = await document<Simulation>('simulate', log, '--config', config)
    expect(simulation.requests).toBe(requests)
    expect(simulation.logged.hitRatio).toBeGreaterThan(before[0])
    expect(simulation.logged.hitRatio).toBeLessThan(before[1])
    expect(Math.abs(simulation.modelError ?? 1)).toBeLessThan(0.001)
    expect(simulation.after.hitRatio).toBeGreaterThan(atLeast)
    expect(simulation.after.originRequests).toBeLessThan(simulation.before.originRequests / 2)
    const cost = await document<CostReport>('cost', log, '--config', config, '--without-free', '--budget', '50')
    expect(cost.budget).toEqual({ usd: 50, isPast: false })
    expect(cost.extrapolated?.cloudFront.usd).toBeGreaterThan(requests / 400_000)
  })
})
