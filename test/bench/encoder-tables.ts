/** What the runs of encoder settings say, as tables. */
import { avifQuality } from '../../origin-response/output.ts'
import { type Curve, excess, mean, meanExcess, type Point, qualityAt } from './curves.ts'
import { cpuRatio, type Run } from './encoder-runs.ts'
import { AVIF_CHOICES, DEFAULTS, MOZJPEG, OUR_AVIF, OUR_WEBP, type Setting, WEBP_CHOICES } from './encoder-settings.ts'
import type { Sample } from './samples.ts'
import type { Cell, Table } from './table.ts'

export type Results = {
  samples: readonly Sample[]
  /** Their names. */
  measures: readonly string[]
  runs: ReadonlyMap<Setting, Run>
}

/** The default ladder of `q`. */
const LADDER = [50, 65, 80, 90]

export function runOf({ runs }: Results, setting: Setting): Run {
  const run = runs.get(setting)
  if (!run) throw new Error(`${setting.name} was not run`)
  return run
}

/** The photographs where there are some, else the project's own pictures. */
export function mainSamples(samples: readonly Sample[]): readonly Sample[] {
  const photographs = samples.filter(({ set }) => set === 'Kodak')
  return photographs.length > 0 ? photographs : samples
}

const pointAt = (curve: Curve | undefined, quality: number): Point | undefined =>
  curve?.find((point) => point.quality === quality)

/** The mean over some samples of the bytes of one setting beyond another's, where that has a quality, at equal looks. */
export function excessOver(
  results: Results,
  setting: Setting,
  other: Setting,
  quality: number,
  measure: string,
  samples: readonly Sample[],
): number | undefined {
  const [run, otherRun] = [runOf(results, setting), runOf(results, other)]
  return meanExcess(
    samples.map((sample) => {
      const [curve, point] = [run.curves.get(sample), pointAt(otherRun.curves.get(sample), quality)]
      return curve && point && excess(curve, point, measure)
    }),
  )
}

/** Ours against what others send when nobody asks for another quality. */
export function defaultsTable(results: Results): Table {
  const pairs = [OUR_WEBP, ...OUR_AVIF].flatMap((setting) =>
    DEFAULTS.filter(({ format }) => format !== (setting.format === 'avif' ? 'jpg' : 'avif')).map((other) => ({
      setting,
      other,
    })),
  )
  const sets = [...new Set(results.samples.map(({ set }) => set))]
  const columns = sets.flatMap((set) => results.measures.map((measure) => ({ set, measure })))
  return {
    title: 'Bytes at equal looks, ours against the defaults of others, and CPU',
    columns: [
      ['Rimlight', 'text'],
      ['against', 'text'],
      ...columns.map(({ set, measure }) => [`${set}, ${measure}`, 'excess'] as const),
      ['CPU', 'ratio'],
    ],
    rows: pairs.map(({ setting, other }) => [
      setting.name,
      `${other.name}, ${other.quality}`,
      ...columns.map(({ set, measure }) => {
        const samples = results.samples.filter((sample) => sample.set === set)
        return excessOver(results, setting, other, other.quality, measure, samples)
      }),
      cpuRatio(runOf(results, setting), runOf(results, other)),
    ]),
  }
}

/** What was weighed for one format, against one of them, at qualities of that one. */
function choicesTable(
  results: Results,
  title: string,
  base: Setting,
  choices: readonly Setting[],
  qualities: readonly number[],
): Table {
  const samples = mainSamples(results.samples)
  const columns = results.measures.flatMap((measure) => qualities.map((quality) => ({ measure, quality })))
  return {
    title,
    columns: [
      ['setting', 'text'],
      ...columns.map(({ measure, quality }) => [`${measure}, ${quality}`, 'excess'] as const),
      ['CPU', 'ratio'],
    ],
    rows: choices.map((choice) => [
      choice.name,
      ...columns.map(({ measure, quality }) => excessOver(results, choice, base, quality, measure, samples)),
      cpuRatio(runOf(results, choice), runOf(results, base)),
    ]),
  }
}

export const webpTable = (results: Results): Table =>
  choicesTable(results, 'WebP: bytes at equal looks against effort 4 at q', OUR_WEBP, WEBP_CHOICES, [50, 65, 80, 90])

export function avifTable(results: Results): Table {
  const [base, ...choices] = AVIF_CHOICES
  if (!base) throw new Error('expected choices for AVIF')
  const title = `AVIF: bytes at equal looks against ${base.name}, at AVIF's own quality`
  return choicesTable(results, title, base, [...OUR_AVIF, ...choices], [45, 52, 61, 76])
}

/** The AVIF quality that looks like a `q` of the other formats, and what `q` is made into. */
export function qualityTable(results: Results): Table {
  const [avif] = AVIF_CHOICES
  if (!avif) throw new Error('expected choices for AVIF')
  const samples = mainSamples(results.samples)
  const columns = [OUR_WEBP, MOZJPEG].flatMap((like) => results.measures.map((measure) => ({ like, measure })))
  return {
    title: 'The AVIF quality that looks like q of another format',
    columns: [
      ['q', 'text'],
      ...columns.map(({ like, measure }) => [`as ${like.name}, ${measure}`, 'decimal'] as const),
      ['chosen', 'text'],
    ],
    rows: LADDER.map((q) => [
      String(q),
      ...columns.map(({ like, measure }): Cell => {
        const found = samples.map((sample) => {
          const curve = runOf(results, avif).curves.get(sample)
          const point = pointAt(runOf(results, like).curves.get(sample), q)
          return curve && point && qualityAt(curve, measure, point.distances[measure] ?? Number.NaN)
        })
        const known = found.filter((quality) => quality !== undefined)
        return known.length < found.length ? undefined : mean(known)
      }),
      String(avifQuality(q)),
    ]),
  }
}
