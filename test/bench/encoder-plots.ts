/** What the runs of encoder settings say, as charts. */
import { geometricMean } from './curves.ts'
import {
  AVIF_CHOICES,
  CHOSEN_AVIF,
  MOZJPEG,
  OUR_AVIF,
  OUR_WEBP,
  type Setting,
  WEBP_CHOICES,
} from './encoder-settings.ts'
import { excessOver, mainSamples, type Results, runOf } from './encoder-tables.ts'
import { chart, type Line } from './plot.ts'
import type { Sample } from './samples.ts'

/** By file name. */
export function plots(results: Results): Record<string, string> {
  const [avif, ...choices] = AVIF_CHOICES
  if (!avif) throw new Error('expected choices for AVIF')
  return {
    'webp.svg': plot(results, OUR_WEBP, [...WEBP_CHOICES, MOZJPEG]),
    'avif.svg': plot(results, avif, [...OUR_AVIF, ...choices, OUR_WEBP]),
  }
}

/** Bytes against looks on the left; on the right how many more or fewer bytes each takes for the looks of one of them. */
function plot(results: Results, base: Setting, others: readonly Setting[]): string {
  const [measure = ''] = results.measures
  const samples = mainSamples(results.samples)
  const settings = [base, ...others]
  const name = base === OUR_WEBP ? 'WebP, effort 4' : base.name
  const line = (setting: Setting, points: Line['points'], qualities: readonly number[], typical: number): Line => {
    if (setting === base) return { name, points, isMain: true }
    if (setting !== CHOSEN_AVIF) return { name: setting.name, points }
    return { name: `${setting.name}: by default`, points, chosen: qualities.indexOf(typical) }
  }
  const pictures = `${samples.length} ${samples[0]?.set === 'Kodak' ? 'Kodak photographs' : 'pictures'}`
  const looks = `${measure}: distance from the original`
  return chart(`Bytes against ${measure} of encoder settings, ${pictures}`, [
    {
      title: `Bytes and looks, ${pictures}`,
      x: { label: 'bits for one pixel', isLogarithmic: true },
      y: { label: looks, isLogarithmic: true, isReversed: true },
      lines: settings.map((setting) =>
        line(setting, meanCurve(results, setting, measure, samples), setting.qualities, setting.typical),
      ),
    },
    {
      title: `Bytes at equal looks against ${name}`,
      x: { label: 'its quality' },
      y: { label: 'more bytes, %' },
      lines: settings.map((setting) =>
        line(
          setting,
          base.qualities.flatMap((quality): Line['points'] => {
            const excess = excessOver(results, setting, base, quality, measure, samples)
            return excess === undefined ? [] : [[quality, 100 * excess]]
          }),
          base.qualities,
          base.typical,
        ),
      ),
    },
  ])
}

/** The means over the samples at each quality: bits for a pixel, and distance. */
function meanCurve(
  results: Results,
  setting: Setting,
  measure: string,
  samples: readonly Sample[],
): [number, number][] {
  const { curves } = runOf(results, setting)
  return setting.qualities.map((_, index) => {
    const points = samples.map((sample) => {
      const point = curves.get(sample)?.[index]
      if (!point) throw new Error(`${setting.name} lacks a point`)
      return {
        bits: (8 * point.bytes) / (sample.width * sample.height),
        distance: point.distances[measure] ?? Number.NaN,
      }
    })
    return [geometricMean(points.map(({ bits }) => bits)), geometricMean(points.map(({ distance }) => distance))]
  })
}
