import type { Problem } from './problem.ts'

/**
 * Problems in the order of the file: as an editor shows it, from the top to the bottom. What is missing comes after what
 * is there beside it, and what concerns a part as a whole before what is inside it.
 */
export function inOrderOf(config: unknown, problems: readonly Problem[]): Problem[] {
  const placed = problems.map((problem) => ({ problem, place: placeOf(config, keysOf(problem.path)) }))
  return placed.toSorted((one, other) => compare(one.place, other.place)).map(({ problem }) => problem)
}

/** Of `routes[0].headers["x-a"]`: routes, 0, headers, x-a. */
const keysOf = (path: string): string[] =>
  [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|[^.[\]]+/g)].map(([text, index, quoted]) =>
    quoted === undefined ? (index ?? text) : (JSON.parse(quoted) as string),
  )

/** Of each key, how many stand before it in its object. */
function placeOf(config: unknown, keys: readonly string[]): number[] {
  const place: number[] = []
  let value = config
  for (const key of keys) {
    const siblings = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const at = siblings.indexOf(key)
    place.push(at < 0 ? siblings.length : at)
    value = at < 0 ? undefined : (value as Record<string, unknown>)[key]
  }
  return place
}

function compare(one: readonly number[], other: readonly number[]): number {
  for (let i = 0; i < Math.min(one.length, other.length); i++) {
    const difference = (one[i] as number) - (other[i] as number)
    if (difference !== 0) return difference
  }
  return one.length - other.length
}
