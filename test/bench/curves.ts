/** Curves of bytes against looks, and what they say at equal looks. */

export type Point = {
  quality: number
  bytes: number
  /** By measure: how far from the original it looks. */
  distances: Readonly<Record<string, number>>
}

/** One setting on one picture. */
export type Curve = readonly Point[]

const distanceOf = (point: Point, measure: string): number => point.distances[measure] ?? Number.NaN

/**
 * The value that a curve has where it looks `distance` away from the original, by a line between the two points next
 * to it, over the logarithm of the distance. `undefined` outside the curve: nothing is measured there.
 */
function valueAt(curve: Curve, measure: string, distance: number, value: (point: Point) => number): number | undefined {
  const points = curve.toSorted((a, b) => distanceOf(a, measure) - distanceOf(b, measure))
  const next = points.findIndex((point) => distanceOf(point, measure) >= distance)
  const [above, below] = [points[next], points[next - 1]]
  if (above && distanceOf(above, measure) === distance) return value(above)
  if (!above || !below) return undefined
  const [from, to, at] = [distanceOf(below, measure), distanceOf(above, measure), distance].map(Math.log) as [
    number,
    number,
    number,
  ]
  return value(below) + ((at - from) / (to - from)) * (value(above) - value(below))
}

export const qualityAt = (curve: Curve, measure: string, distance: number): number | undefined =>
  valueAt(curve, measure, distance, ({ quality }) => quality)

/**
 * The bytes of a curve beyond those of a point that looks as good; -0.1 is a tenth less.
 * @returns `undefined` when the curve does not reach that far
 */
export function excess(curve: Curve, point: Point, measure: string): number | undefined {
  const bytes = valueAt(curve, measure, distanceOf(point, measure), (other) => Math.log(other.bytes))
  return bytes === undefined ? undefined : Math.exp(bytes) / point.bytes - 1
}

/** The mean of ratios is that of their logarithms. @returns `undefined` when one of them is missing, or all */
export function meanExcess(values: readonly (number | undefined)[]): number | undefined {
  const logarithms = values.filter((value) => value !== undefined).map(Math.log1p)
  return logarithms.length < Math.max(1, values.length) ? undefined : Math.expm1(mean(logarithms))
}

export const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

export const geometricMean = (values: readonly number[]): number => Math.exp(mean(values.map(Math.log)))
