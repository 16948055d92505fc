import type { Problem } from './problem.ts'

/**
 * Problems in the order of the file: as an editor shows it, from the top to the bottom. What is missing comes after what
 * is there beside it, and what concerns a part as a whole before what is inside it.
 */
export function inOrderOf(config: unknown, problems: readonly Problem[]): Problem[] {
  const placed = withoutRepeats(problems).map((problem) => ({ problem, place: placeOf(config, keysOf(problem.path)) }))
  return placed.toSorted((one, other) => compare(one.place, other.place)).map(({ problem }) => problem)
}

/** Two checks of one value may expect the same: then the second is left out. */
const withoutRepeats = (problems: readonly Problem[]): Problem[] =>
  problems.filter(
    (one, i) => problems.findIndex((other) => other.path === one.path && other.expected === one.expected) === i,
  )

/** The parts of a path: of `routes[0].headers["x-a"]` these are routes, 0, headers and x-a. */
const keysOf = (path: string): string[] =>
  [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|[^.[\]]+/g)].map(([text, index, quoted]) =>
    quoted === undefined ? (index ?? text) : (JSON.parse(quoted) as string),
  )

/** Where a value stands in the file: for each part of its path, how many are before it. A header's name may have capitals there. */
function placeOf(config: unknown, keys: readonly string[]): number[] {
  const place: number[] = []
  let value = config
  for (const key of keys) {
    const siblings = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const exact = siblings.indexOf(key)
    const at = exact < 0 ? siblings.findIndex((sibling) => sibling.toLowerCase() === key) : exact
    place.push(at < 0 ? siblings.length : at)
    value = at < 0 ? undefined : (value as Record<string, unknown>)[siblings[at] as string]
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
