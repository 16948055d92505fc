/** Simulations of generated logs, held against a count that knows neither SQL nor the cache model. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../../../edge/config.ts'
import { main } from '../../../../logs/command.ts'
import type { Simulation } from '../../../../logs/simulate/simulation.ts'
import { GALLERIES, type Shape, WISHLIST, workload } from '../../../logs/workload.ts'
import { type Logged, logged, v1File } from '../../../logs/written.ts'
import { output } from '../../cli/kit/fixture-output.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: { default: '6h' }, images: { widths: [128, 384, 1080] } }],
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-simulate-'))
  await writeFile(join(folder, 'edge.config.json'), JSON.stringify(CONFIG))
})
afterAll(() => rm(folder, { recursive: true }))

async function run(...args: string[]) {
  const [stdout, stderr] = [output(), output()]
  const code = await main(['simulate', ...args], stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}

async function simulated(lines: readonly Logged[], ...args: string[]): Promise<Simulation> {
  const file = join(folder, 'log.gz')
  await writeFile(file, gzipSync(v1File(lines)))
  const { code, stdout, stderr } = await run(file, '--config', join(folder, 'edge.config.json'), '--json', ...args)
  expect([code, stderr]).toEqual([0, ''])
  return JSON.parse(stdout)
}

/** Of caches that never evict. @param ttlOf seconds; errors are kept for ten, and are no hits */
function counted(lines: readonly Logged[], keyOf: (one: Logged) => string, ttlOf: (one: Logged) => number) {
  const until = new Map<string, number>()
  let [hits, originRequests] = [0, 0]
  const inOrder = lines.toSorted((a, b) => Math.floor(a.time / 1000) - Math.floor(b.time / 1000))
  for (const one of inOrder) {
    const key = `${one.pop} ${keyOf(one)}`
    const second = Math.floor(one.time / 1000)
    const end = until.get(key)
    const isFresh = end !== undefined && end > second
    if (!isFresh) until.set(key, second + (one.status >= 400 ? ({ 404: 300, 502: 10 }[one.status] ?? 0) : ttlOf(one)))
    if (!isFresh) originRequests += 1
    if (one.status < 400 && end !== undefined) hits += 1
  }
  return { hits, originRequests, keys: new Set(inOrder.filter(({ status }) => status < 400).map(keyOf)).size }
}

const WIDTHS = [128, 384, 1080]
const takesWebp = ({ userAgent }: Logged) => /Chrome|Firefox/.test(userAgent)

/** What the config above makes of the workload's queries, by the README. */
function keyOf(one: Logged): string {
  const asked = new URLSearchParams(one.query)
  const parts: string[] = []
  if (takesWebp(one)) parts.push('fm=webp')
  if (asked.has('v')) parts.push(`v=${asked.get('v')}`)
  const width = Number(asked.get('w'))
  if (width > 0) parts.push(`w=${WIDTHS.find((rung) => rung >= width) ?? 1080}`)
  return `${one.path}?${parts.join('&')}`
}

const HOURS = 3600

describe.for([
  ['galleries', GALLERIES],
  ['wishlist', { ...WISHLIST, objects: 400 }],
] as [string, Shape][])('a month of %s', ([_, shape]) => {
  const lines = [...logged(workload(6_000, shape, 3))]

  it('what was, and what would be, are what an independent count gives', async () => {
    const simulation = await simulated(lines)
    const asSent = counted(
      lines,
      ({ path, query }) => `${path}?${query}`,
      () => 24 * HOURS,
    )
    // Missing pictures: then, for CloudFront's ten seconds. The log's own errors at random can't be told from the log.
    expect(simulation.before.hits).toBe(asSent.hits)
    const now = counted(lines, keyOf, (one) => (/(^|&)v=/.test(one.query) ? 365 * 24 : 6) * HOURS)
    expect({ hits: simulation.after.hits, keys: simulation.after.keys }).toEqual({ hits: now.hits, keys: now.keys })
    expect(simulation.after.originRequests).toBe(now.originRequests)
    expect(simulation.requests).toBe(lines.length)
    expect(simulation.logged.hits).toBe(lines.filter(({ result }) => /Hit/.test(result)).length)
    expect(Math.abs(simulation.modelError ?? 1)).toBeLessThan(0.001)
    // A request to the origin: two functions, and a GET.
    const saved = (simulation.before.originRequests - simulation.after.originRequests) * (1.2e-6 + 0.0004e-3)
    const times = lines.map(({ time }) => Math.floor(time / 1000))
    const months = (30 * 86_400) / (Math.max(...times) - Math.min(...times))
    expect((simulation.before.monthlyUsd ?? 0) - (simulation.after.monthlyUsd ?? 0)).toBeCloseTo(saved * months, 9)
  })

  it('gains add up', async () => {
    const { steps, before, after } = await simulated(lines)
    const sum = steps.reduce((total, { gain }) => total + gain, before.hitRatio ?? 0)
    expect(sum).toBeCloseTo(after.hitRatio ?? -1, 9)
    expect(steps.at(-1)?.hitRatio).toBe(after.hitRatio)
  })

  it('small caches forget; caches behind keep requests from the origin; fewer places hit more', async () => {
    const whole = await simulated(lines)
    const small = await simulated(lines, '--capacity', '2MB')
    expect(small.after.hits).toBeLessThan(whole.after.hits)
    const shielded = await simulated(lines, '--regional', '--shield')
    expect(shielded.after.hits).toBe(whole.after.hits)
    expect(shielded.after.behind).toBeGreaterThan(0)
    expect(shielded.after.originRequests).toBeLessThan(whole.after.originRequests)
    const one = await simulated(lines, '--pops', '1')
    expect([one.edgeLocations, one.after.hits > whole.after.hits]).toEqual([1, true])
  })
})

it('prints both sides, what each rule gains, and how far off it is', async () => {
  const file = join(folder, 'some.log')
  await writeFile(file, v1File([...logged(workload(500, WISHLIST, 5))]))
  const { code, stdout } = await run(file, '--config', join(folder, 'edge.config.json'))
  expect(code).toBe(0)
  for (const text of [
    'before  with this config',
    'a month of it',
    'unknown parameters dropped',
    'formats by Accept',
    'it is off by +0.',
    'by the user agent',
  ]) {
    expect(stdout).toContain(text)
  }
})

describe('refuses', () => {
  const file = () => join(folder, 'none.log')
  it.for([
    [[], 'expected --config FILE, found none; `rimlight logs simulate --help` says how to use it'],
    [['--pops', '0'], '--pops: expected a whole number above 0, found "0"'],
    [['--capacity', 'much'], '--capacity: expected bytes, such as 500MB or 50GB, found "much"'],
  ] as [string[], string][])('%j', async ([args, message]) => {
    const config = args.length > 0 ? ['--config', join(folder, 'edge.config.json')] : []
    expect(await run(file(), ...config, ...args)).toEqual({ code: 2, stdout: '', stderr: `${message}\n` })
  })
})
