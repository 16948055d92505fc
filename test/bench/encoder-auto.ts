/** `quality: 'auto'` against the quality that it begins at: bytes, and how the worst picture of each looks. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { searchQuality, USUAL_QUALITY } from '../../origin-response/looks.ts'
import { lightnessOf, render } from '../../origin-response/render.ts'
import type { Settings } from '../../origin-response/settings.ts'
import { geometricMean, type Point } from './curves.ts'
import { UNTOUCHED } from './encoder-settings.ts'
import type { Measure } from './perceptual.ts'
import type { Sample } from './samples.ts'
import type { Table } from './table.ts'

export type AutoRun = { sample: Sample; usual: Point; found: Point; encodes: number }

const LONG = 600_000

export async function autoRuns(
  samples: readonly Sample[],
  measures: readonly Measure[],
  folder: string,
): Promise<AutoRun[]> {
  const runs: AutoRun[] = []
  for (const sample of samples) {
    const { width, height, source } = sample
    const usual: Settings = { ...PLAIN, width, height }
    let encodes = 0
    const encode = async (settings: Settings) => {
      encodes += 1
      return (await render(source, settings, width * height, LONG)).bytes
    }
    const reference = await lightnessOf(source)
    const found = await searchQuality(usual, { encode, lightnessOf, reference, timeLeft: () => LONG })
    const pointOf = async (quality: number, bytes: Buffer): Promise<Point> => {
      const file = join(folder, 'auto.png')
      await writeFile(file, await sharp(bytes).removeAlpha().png({ compressionLevel: 0 }).toBuffer())
      const distances: Record<string, number> = {}
      for (const { name, distance } of measures) distances[name] = await distance(sample.png, file)
      return { quality, bytes: bytes.length, distances }
    }
    const usualBytes = (await render(source, usual, width * height, LONG)).bytes
    runs.push({
      sample,
      usual: await pointOf(USUAL_QUALITY, usualBytes),
      found: await pointOf(found.settings.quality, found.bytes),
      encodes,
    })
  }
  return runs
}

const PLAIN = { ...UNTOUCHED, format: 'webp', quality: USUAL_QUALITY, effort: 0 } as const

/** A row for each set, and one for all pictures. */
export function autoTable(runs: readonly AutoRun[], measures: readonly string[]): Table {
  const sets = [...new Set(runs.map(({ sample }) => sample.set))]
  const rowOf = (name: string, those: readonly AutoRun[]) => {
    const sum = (pick: (run: AutoRun) => number) => those.reduce((total, run) => total + pick(run), 0)
    const worst = (measure: string, pick: (run: AutoRun) => Point) =>
      Math.max(...those.map((run) => pick(run).distances[measure] ?? Number.NaN))
    return [
      name,
      those.map(({ found }) => found.quality).join(' '),
      geometricMean(those.map(({ found, usual }) => found.bytes / usual.bytes)) - 1,
      sum(({ found }) => found.bytes) / sum(({ usual }) => usual.bytes) - 1,
      ...measures.map((measure) => worst(measure, ({ found }) => found) / worst(measure, ({ usual }) => usual)),
      sum(({ encodes }) => encodes) / those.length,
    ]
  }
  return {
    title: `quality: 'auto' as WebP, against ${USUAL_QUALITY} for all`,
    columns: [
      ['pictures', 'text'],
      ['qualities', 'text'],
      ['bytes, mean of ratios', 'excess'],
      ['bytes, all', 'excess'],
      ...measures.map((measure) => [`worst by ${measure}`, 'ratio'] as const),
      ['encodes', 'decimal'],
    ],
    rows: [
      ...sets.map((set) =>
        rowOf(
          set,
          runs.filter(({ sample }) => sample.set === set),
        ),
      ),
      rowOf('all', runs),
    ],
  }
}
