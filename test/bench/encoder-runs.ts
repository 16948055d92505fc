/** Runs encoder settings on pictures: bytes and looks at every quality, and CPU beside one another. */
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { type Curve, geometricMean, type Point } from './curves.ts'
import type { Default, Setting } from './encoder-settings.ts'
import type { Measure } from './perceptual.ts'
import type { Sample } from './samples.ts'

/** One setting on some samples. */
export type Run = {
  curves: ReadonlyMap<Sample, Curve>
  /** CPU milliseconds at its typical quality. */
  cpu: ReadonlyMap<Sample, number>
}

const isDefault = (setting: Setting): setting is Default => 'quality' in setting

/** What others have by default is one point of a curve. */
const qualitiesOf = (setting: Setting): readonly number[] =>
  isDefault(setting) ? [setting.quality] : setting.qualities

export async function curvesOf(
  setting: Setting,
  samples: readonly Sample[],
  measures: readonly Measure[],
  folder: string,
): Promise<Map<Sample, Curve>> {
  const qualities = qualitiesOf(setting)
  const jobs = samples.flatMap((sample) => qualities.map((quality) => ({ sample, quality })))
  const points = await mapWorkers(jobs, async ({ sample, quality }, worker): Promise<Point> => {
    const encoded = await setting.encode(sample, quality)
    const file = join(folder, `worker-${worker}.png`)
    await writeFile(file, await sharp(encoded).removeAlpha().png({ compressionLevel: 0 }).toBuffer())
    const distances: Record<string, number> = {}
    for (const { name, distance } of measures) distances[name] = await distance(sample.png, file)
    return { quality, bytes: encoded.length, distances }
  })
  const curveAt = (at: number) => points.slice(at * qualities.length, (at + 1) * qualities.length)
  return new Map(samples.map((sample, at) => [sample, curveAt(at)]))
}

/** As many at a time as there are cores; the measures are processes of their own. Results in the order of items. */
async function mapWorkers<T, R>(items: readonly T[], work: (item: T, worker: number) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  const rest = items.entries()
  const worker = async (_: unknown, id: number) => {
    for (const [at, item] of rest) results[at] = await work(item, id)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
  return results
}

const TURNS = 5
/** What takes long varies less, and would make the benchmark take long. */
const SLOW = { milliseconds: 500, turns: 2 }

/**
 * CPU milliseconds, the least of some turns: what else a machine does only adds to it. The settings take turns, forwards
 * and backwards, so that all see the same machine. Nothing else runs here meanwhile.
 */
export async function cpuTimes(
  settings: readonly Setting[],
  samples: readonly Sample[],
): Promise<Map<Setting, Map<Sample, number>>> {
  const times = new Map(settings.map((setting) => [setting, new Map<Sample, number>()]))
  for (const sample of samples) {
    for (let turn = 0; turn < TURNS; turn += 1) {
      for (const setting of turn % 2 ? settings.toReversed() : settings) {
        const least = times.get(setting)?.get(sample) ?? Number.POSITIVE_INFINITY
        if (turn >= SLOW.turns && least > SLOW.milliseconds) continue
        times.get(setting)?.set(sample, Math.min(least, await cpuOf(() => setting.encode(sample, setting.typical))))
      }
    }
  }
  return times
}

async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** How many times the CPU of another a setting takes. */
export const cpuRatio = (run: Run, other: Run): number =>
  geometricMean([...run.cpu].map(([sample, time]) => time / (other.cpu.get(sample) ?? Number.NaN)))
