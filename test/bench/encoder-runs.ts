/** Runs encoder settings on pictures: bytes and looks at every quality, and CPU beside one another. */
import { writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import type { Curve, Point } from './curves.ts'
import type { Default, Setting } from './encoder-settings.ts'
import type { Measure } from './perceptual.ts'
import type { Sample } from './samples.ts'

/** One setting on all samples, in their order. */
export type Run = {
  curves: readonly Curve[]
  /** CPU milliseconds at its typical quality; those of two settings at one index were taken right after each other. */
  cpu: readonly number[]
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
): Promise<Curve[]> {
  const qualities = qualitiesOf(setting)
  const jobs = samples.flatMap((sample) => qualities.map((quality) => ({ sample, quality })))
  const points = await mapWorkers(jobs, async ({ sample, quality }, worker): Promise<Point> => {
    const encoded = await setting.encode(sample, quality)
    const file = join(folder, `worker-${worker}.png`)
    await writeFile(file, await sharp(encoded).removeAlpha().png({ compressionLevel: 1 }).toBuffer())
    const distances: Record<string, number> = {}
    for (const { name, distance } of measures) distances[name] = await distance(sample.png, file)
    return { quality, bytes: encoded.length, distances }
  })
  return samples.map((_, at) => points.slice(at * qualities.length, (at + 1) * qualities.length))
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

/**
 * Nothing else runs here meanwhile. In turns, forwards and backwards, so that all see the same machine.
 * @returns for each setting, by index, the CPU milliseconds of each turn on each sample
 */
export async function cpuTimes(
  settings: readonly Setting[],
  samples: readonly Sample[],
  turns: number,
): Promise<number[][]> {
  const times: number[][] = settings.map(() => [])
  for (let turn = 0; turn < turns; turn += 1) {
    for (const sample of samples) {
      const order = [...settings.entries()]
      for (const [at, setting] of turn % 2 ? order.reverse() : order) {
        const before = process.cpuUsage()
        await setting.encode(sample, setting.typical)
        const { user, system } = process.cpuUsage(before)
        times[at]?.push((user + system) / 1_000)
      }
    }
  }
  return times
}
