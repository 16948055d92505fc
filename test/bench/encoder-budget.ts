/** `images.budget`: AVIF's CPU and bytes against WebP's over all widths of the ladder, where small renditions have more effort. */
import { DEFAULT_BUDGET_MS, DEFAULT_WIDTHS } from '../../edge/config.ts'
import { encodeTime } from '../../origin-response/cost.ts'
import { type Curve, excess, meanExcess, type Point } from './curves.ts'
import { DEFAULT_MEMORY_MB, DEFAULTS, OUR_AVIF, type Setting, UNTOUCHED } from './encoder-settings.ts'
import { type Results, runOf } from './encoder-tables.ts'
import { narrower, type Sample } from './samples.ts'
import type { Table } from './table.ts'

/** Below, the measures have too few pixels to go by, and half of the bytes are the container. */
const NARROWEST = 128

/** Milliseconds. */
const BUDGETS = [0, 25, 50, 100, 200, DEFAULT_BUDGET_MS]

/** Near q 80, which is what others' defaults come out at. */
const QUALITIES = [50, 62, 71, 80, 90]

const AVIF: readonly Setting[] = OUR_AVIF.map((setting) => ({ ...setting, qualities: QUALITIES }))
const OTHERS = DEFAULTS.filter(({ format }) => format === 'webp')

export const BUDGET_SETTINGS: readonly Setting[] = [...AVIF, ...OTHERS]

/** Each picture at every rung of the ladder that is narrower, and as it is. */
export async function ladderOf(samples: readonly Sample[], folder: string): Promise<Sample[]> {
  const all = samples.map(async (sample) => {
    const widths = DEFAULT_WIDTHS.filter((width) => width >= NARROWEST && width < sample.width)
    return [...(await Promise.all(widths.map((width) => narrower(sample, width, folder)))), sample]
  })
  return (await Promise.all(all)).flat()
}

/** The effort that the plan of a rendition chooses within a budget. */
function effortFor({ width, height }: Sample, budget: number): number {
  const settings = { ...UNTOUCHED, width, height, format: 'avif', quality: 80 } as const
  const within = AVIF.findLastIndex((_, effort) => encodeTime({ ...settings, effort }, DEFAULT_MEMORY_MB) <= budget)
  return Math.max(0, within)
}

/** AVIF of fewer bytes is made as WebP too, and the smaller one sent: that costs, and what it saves is not counted here. */
const FEW_BYTES = 4_096

export function budgetTable(results: Results): Table {
  const { samples, measures } = results
  const sets = [...new Set(samples.map(({ set }) => set))]
  const columns = sets.flatMap((set) => measures.map((measure) => ({ set, measure })))
  const runs = AVIF.map((setting) => runOf(results, setting))
  const usual = (curve: Curve | undefined) => curve?.find(({ quality }) => quality === 80)?.bytes ?? Number.NaN

  const rowOf = (budget: number, other: (typeof OTHERS)[number]) => {
    const theirs = runOf(results, other)
    const chosen = samples.map((sample) => {
      const run = runs[effortFor(sample, budget)] as (typeof runs)[number]
      const [curve, [point]] = [run.curves.get(sample) as Curve, theirs.curves.get(sample) as [Point]]
      const webp = usual(curve) < FEW_BYTES ? (theirs.cpu.get(sample) ?? Number.NaN) : 0
      const cpu = (run.cpu.get(sample) ?? Number.NaN) + webp
      return { sample, cpu, theirCpu: theirs.cpu.get(sample) ?? Number.NaN, curve, point }
    })
    const sum = (pick: (one: (typeof chosen)[number]) => number) => chosen.reduce((total, one) => total + pick(one), 0)
    const all = (measure: string) =>
      sum(({ curve, point }) => point.bytes * (1 + (excess(curve, point, measure) ?? Number.NaN))) /
        sum(({ point }) => point.bytes) -
      1
    return [
      `${budget}`,
      `${other.name}, ${other.quality}`,
      ...columns.map(({ set, measure }) =>
        meanExcess(
          chosen.filter(({ sample }) => sample.set === set).map(({ curve, point }) => excess(curve, point, measure)),
        ),
      ),
      ...measures.map(all),
      sum(({ cpu }) => cpu) / sum(({ theirCpu }) => theirCpu),
    ]
  }
  return {
    title: `AVIF by images.budget, over ${samples.length} renditions from ${NARROWEST} wide up, against WebP at equal looks`,
    columns: [
      ['budget, ms', 'text'],
      ['against', 'text'],
      ...columns.map(({ set, measure }) => [`${set}, ${measure}`, 'excess'] as const),
      ...measures.map((measure) => [`all bytes, ${measure}`, 'excess'] as const),
      ['CPU', 'ratio'],
    ],
    rows: BUDGETS.flatMap((budget) => OTHERS.map((other) => rowOf(budget, other))),
  }
}
