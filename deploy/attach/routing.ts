/** Pairs behaviours with routes, and finds paths that are one route to CloudFront and another to the function. */
import type { Behaviour, Policies } from '../../bundle/policies.ts'
import { DEFAULT_PATTERN, type NamedBehaviour } from './behaviours.ts'

export type PairedBehaviour = NamedBehaviour & {
  /** Of the route with the same pattern. */
  index: number
  wanted: Behaviour
}

export type Pairing = { pairs: PairedBehaviour[]; problems: string[] }

/** @param asked path patterns; empty: all behaviours */
export function pairingOf(
  behaviours: readonly NamedBehaviour[],
  policies: Policies,
  asked: readonly string[],
): Pairing {
  return asked.length === 0 ? pairedInOrder(behaviours, policies) : pairedByName(behaviours, policies, asked)
}

function pairedInOrder(behaviours: readonly NamedBehaviour[], policies: Policies): Pairing {
  const found = behaviours.map(patternText)
  const routes = policies.behaviours.map(({ path }) => path)
  if (routes.map(normalPattern).join('\n') === behaviours.map(({ pattern }) => normalPattern(pattern)).join('\n')) {
    const pairs = behaviours.map((named, index) => ({
      ...named,
      index,
      wanted: policies.behaviours[index] as Behaviour,
    }))
    return { pairs, problems: [] }
  }
  const isOrder = isSameSet(routes.map(normalPattern), found.map(withoutDefault))
  const problem = [
    `the distribution's behaviours are not the config's routes${isOrder ? ' in their order' : ''}: a path could mean one route to CloudFront and another to the function`,
    `    expected, in this order: ${routes.map(routeText).join('  ')}`,
    `    found:                   ${found.join('  ')}`,
    isOrder
      ? '    put the behaviours into this order, or name those to attach to with --behaviour'
      : '    add, remove or rename behaviours or routes, or name those to attach to with --behaviour',
  ].join('\n')
  return { pairs: [], problems: [problem] }
}

const withoutDefault = (text: string): string => normalPattern(text.replace(/ \(default\)$/, ''))

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  one.toSorted().join('\n') === other.toSorted().join('\n')

const patternText = ({ pattern, isDefault }: NamedBehaviour): string => (isDefault ? `${pattern} (default)` : pattern)

const routeText = (path: string, index: number, { length }: readonly string[]): string =>
  index === length - 1 ? `${path} (default)` : path

/** `*`, `default` and `/*` are the default behaviour, which has no pattern. */
const askedPattern = (text: string): string =>
  text === 'default' || text === '*' || text === DEFAULT_PATTERN ? DEFAULT_PATTERN : normalPattern(text)

function pairedByName(behaviours: readonly NamedBehaviour[], policies: Policies, asked: readonly string[]): Pairing {
  const routes = policies.behaviours.map(({ path }) => path)
  const wanted = new Set(asked.map(askedPattern))
  const problems: string[] = []
  for (const pattern of wanted) {
    if (!behaviours.some((named) => patternOf(named) === pattern)) {
      problems.push(
        `--behaviour ${pattern}: expected a behaviour of the distribution (${behaviours.map(patternText).join('  ')}), found none with that pattern; name another`,
      )
    } else if (!routes.some((path) => normalPattern(path) === pattern)) {
      problems.push(
        `--behaviour ${pattern}: expected a route of the config (${routes.join('  ')}), found none with that path; add one, and build again`,
      )
    }
  }
  const pairs = behaviours.flatMap((named) => {
    const index = routes.findIndex((path) => normalPattern(path) === patternOf(named))
    return wanted.has(patternOf(named)) && index >= 0
      ? [{ ...named, index, wanted: policies.behaviours[index] as Behaviour }]
      : []
  })
  return { pairs, problems: [...problems, ...pairs.flatMap((pair) => ambiguity(pair, behaviours, routes))] }
}

/** `/*` is what the default behaviour is called here; a behaviour with that very pattern has no name. */
const patternOf = ({ pattern, isDefault }: NamedBehaviour): string =>
  !isDefault && normalPattern(pattern) === DEFAULT_PATTERN ? '' : normalPattern(pattern)

/** A path that CloudFront gives to this behaviour, and the function to another route. */
function ambiguity(
  { pattern, behaviour, index }: PairedBehaviour,
  behaviours: readonly NamedBehaviour[],
  routes: string[],
): string[] {
  const at = behaviours.findIndex((named) => named.behaviour === behaviour)
  const before = behaviours.slice(0, at).map((named) => named.pattern)
  for (const route of routes.slice(0, index)) {
    const witness = findPath([pattern, route], before)
    if (witness.kind === 'none') continue
    const example = witness.kind === 'path' ? `${witness.path} would` : 'a path could'
    return [
      `--behaviour ${pattern}: ${example} be ${pattern} to CloudFront and ${route} to the function; put a behaviour ${route} before ${pattern}, or take the route out of the config`,
    ]
  }
  return []
}

/**
 * A pattern with its leading slash, which may be left out: two spellings of one pattern are the same text after this.
 * `*` is any run of characters, `?` any one (Developer Guide, "Path pattern").
 */
export const normalPattern = (pattern: string): string => (pattern.startsWith('/') ? pattern : `/${pattern}`)

export type Witness = { kind: 'path'; path: string } | { kind: 'none' } | { kind: 'too-many' }

/** Steps before the search gives up: patterns with many stars can take very many. */
const STEPS = 50_000

/** The shortest path that all patterns of `within` match and none of `without`. */
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

/** For each pattern, the positions in it that a path can have reached. */
type State = readonly (readonly number[])[]

/** The characters that patterns name, and one that stands for all others. */
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
