/**
 * Which paths two sets of path patterns part on. A pattern is read as CloudFront reads it: `*` is any run of
 * characters, `?` any one, a leading slash goes without saying (Developer Guide, "Path pattern").
 */

/** Two spellings of one pattern are the same text after this. */
export const normalPattern = (pattern: string): string => (pattern.startsWith('/') ? pattern : `/${pattern}`)

export type Witness = { kind: 'path'; path: string } | { kind: 'none' } | { kind: 'too-many' }

/** Steps that are looked at before it is given up: some patterns with many stars have no end of them. */
const STEPS = 50_000

/** The shortest path that all of `within` take and none of `without`. */
export function findPath(within: readonly string[], without: readonly string[]): Witness {
  const patterns = [...within, ...without].map(normalPattern)
  const isTaken = (state: State): boolean =>
    state.every((places, i) => places.includes((patterns[i] as string).length) === i < within.length)
  const isDead = (state: State): boolean => state.slice(0, within.length).some((places) => places.length === 0)
  const characters = alphabet(patterns)

  const start = patterns.map((pattern) => closure(pattern, [0]))
  const seen = new Set<string>()
  // Every path begins with a slash.
  let front: { path: string; state: State }[] = [{ path: '/', state: step(patterns, start, '/') }]
  let steps = 0
  while (front.length > 0) {
    const next: typeof front = []
    for (const { path, state } of front) {
      if (isDead(state)) continue
      if (isTaken(state)) return { kind: 'path', path }
      for (const character of characters) {
        steps += 1
        if (steps > STEPS) return { kind: 'too-many' }
        const after = step(patterns, state, character)
        const key = after.join(' ; ')
        if (seen.has(key)) continue
        seen.add(key)
        next.push({ path: path + character, state: after })
      }
    }
    front = next
  }
  return { kind: 'none' }
}

/** For each pattern, the places in it that a path can have come to. */
type State = readonly (readonly number[])[]

/** What the patterns name, and one character for all that they don't. */
function alphabet(patterns: readonly string[]): string[] {
  const named = new Set(patterns.join('').replace(/[*?]/g, ''))
  const other = [...'xyzabcdefghijklmnopqrstuvw0123456789'].find((character) => !named.has(character)) ?? '\u00a7'
  return [other, ...named]
}

const step = (patterns: readonly string[], state: State, character: string): State =>
  state.map((places, i) => {
    const pattern = patterns[i] as string
    const moved = places.flatMap((place) => {
      const expected = pattern[place]
      if (expected === '*') return [place]
      return expected === '?' || expected === character ? [place + 1] : []
    })
    return closure(pattern, moved)
  })

/** A star may stand for nothing. */
function closure(pattern: string, places: readonly number[]): number[] {
  const all = new Set(places)
  for (const place of all) if (pattern[place] === '*') all.add(place + 1)
  return [...all].sort((a, b) => a - b)
}
