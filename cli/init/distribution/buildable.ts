/**
 * What CloudFront takes and a config does not: it is left out, with a note of it, so that what is written builds. What says
 * who may read is never left out: a config without it would build, and be public.
 */
import { checkConfig } from '../../../build/config.ts'
import { ConfigError } from '../../../build/error.ts'
import type { Problem } from '../../../build/problem.ts'
import { covers } from '../../../build/validate-order.ts'
import type { Config, Route } from '../../../edge/config.ts'
import type { Note } from './facts.ts'

export type NotedConfig = { config: Config; notes: Note[] }

/** Where a problem is, and the config that it is in, whose parts a rule changes. */
type Place = { config: Config; keys: readonly (string | number)[]; problem: Problem }

/** @returns what was done, after what it was done to; `undefined`: nothing */
type Rule = (place: Place) => string | undefined

/** More rounds than a distribution has settings: each one leaves out at least one. */
const MOST_ROUNDS = 200

/** @param imported a config of which anything may be wrong */
export function buildable(imported: NotedConfig): NotedConfig {
  let [{ config }, notes] = [imported, imported.notes]
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const changed = structuredClone(config)
    // From the last to the first: what is taken out of a list moves what is behind it.
    const told = problemsOf(config)
      .toReversed()
      .flatMap((problem) => repaired(changed, problem))
    if (told.length === 0) break
    config = changed
    notes = [...notes, ...told.toReversed()]
    const kept = config.routes.map((route, i) => ({ route, i })).filter(({ route }) => !LEFT_OUT.has(route))
    if (kept.length === config.routes.length) continue
    notes = notes.map((note) =>
      moved(
        note,
        kept.map(({ i }) => i),
      ),
    )
    config = { ...config, routes: kept.map(({ route }) => route) }
  }
  return { config, notes }
}

function problemsOf(config: Config): readonly Problem[] {
  try {
    checkConfig(config, 'the config')
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

function repaired(config: Config, problem: Problem): Note[] {
  const keys = keysOf(problem.path)
  const field = keys.filter((key, i) => typeof key === 'string' && !(i === 1 && keys[0] === 'origins')).join('.')
  const rule = Object.hasOwn(RULES, field)
    ? RULES[field]
    : /^headers\.setResponse\./.test(field)
      ? leaveOutField
      : undefined
  const done = rule?.({ config, keys, problem })
  if (done === undefined) return []
  const [first, second] = keys
  const at = first === 'routes' ? `routes[${second}]` : first === 'origins' ? `origins.${second}` : String(first)
  const { path, expected, found } = problem
  const name = path
    .slice(at.length)
    .replace(/^\./, '')
    .replace(/\[\d+\]$/, '')
  return [{ at, text: `${name === '' ? '' : `${name}: `}${found} ${done}; a config takes ${expected}.` }]
}

/** `routes[2].query[0]` as its steps. */
const keysOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|\.?([^.[\]]+)/g)].map(([, index, quoted, name]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? JSON.parse(quoted) : (name ?? ''),
  )

type Fields = Record<string | number, unknown>

/** What holds the value that a path leads to; `undefined` where a rule before this one took it away. */
const holderOf = ({ config, keys }: Place): Fields | unknown[] | undefined =>
  keys.slice(0, -1).reduce<Fields | undefined>((found, key) => found?.[key] as Fields | undefined, config as Fields)

const DONE = 'is left out'

const leaveOutField: Rule = (place) => {
  const holder = holderOf(place)
  const key = place.keys.at(-1) ?? ''
  if (!holder || Array.isArray(holder) || !Object.hasOwn(holder, key)) return undefined
  delete holder[key]
  return DONE
}

const leaveOutItem: Rule = (place) => {
  const holder = holderOf(place)
  if (!Array.isArray(holder)) return undefined
  holder.splice(Number(place.keys.at(-1)), 1)
  return DONE
}

/** An item of a list that a field is left out with, when nothing is left of it. */
const leaveOutOf =
  (levels: number): Rule =>
  (place) => {
    const done = leaveOutItem(place)
    if (done && (holderOf(place) as unknown[]).length === 0)
      leaveOutField({ ...place, keys: place.keys.slice(0, -levels) })
    return done
  }

/** Where there are more than fit, the last one. */
const leaveOutLast: Rule = (place) => {
  const value = holderOf(place)?.[place.keys.at(-1) as never] as unknown
  if (Array.isArray(value)) return value.pop() === undefined ? undefined : 'are too many: the last one is left out'
  const last = Object.keys(value as object).at(-1)
  if (last === undefined) return undefined
  delete (value as Fields)[last]
  return `are too many: ${last} is left out`
}

/** To credentials, `*` names no header. */
const leaveOutStar: Rule = (place) => {
  const holder = holderOf(place) as Fields | undefined
  const key = place.keys.at(-1) ?? ''
  const names = ((holder?.[key] ?? []) as string[]).filter((name) => name !== '*')
  if (!holder) return undefined
  if (names.length > 0) holder[key] = names
  else delete holder[key]
  return 'is left without *'
}

const set =
  (value: unknown, done: string): Rule =>
  (place) => {
    const holder = holderOf(place) as Fields | undefined
    if (!holder) return undefined
    holder[place.keys.at(-1) ?? ''] = value
    return done
  }

const LONGEST = set('3650d', 'is made 3650d')

/** No host of the internet is called so: it is what a file does not say. */
const exampleHost: Rule = (place) => {
  const holder = holderOf(place) as Fields | undefined
  const name = String(holder?.domain ?? '').toLowerCase()
  if (!holder || !/^[a-z\d-]{0,63}$/.test(name)) return undefined
  holder.domain = `${name.replace(/^-+|-+$/g, '') || 'api'}.example.com`
  return `is ${holder.domain} here, which is to be put right`
}

const escapedPath: Rule = (place) => {
  const holder = holderOf(place) as Fields | undefined
  const path = encodeURI(String(holder?.path ?? '')).replace(/["<>\\^`{|}]/g, encodeURIComponent)
  if (!holder || path === holder.path) return undefined
  holder.path = path
  return `is ${path} here`
}

/** S3 answers a missing key with the one or the other: Developer Guide, "Create an origin group". */
const bothMissing: Rule = (place) => {
  const holder = holderOf(place) as { statuses?: number[] } | undefined
  const statuses = [...new Set([403, 404, ...(holder?.statuses ?? [])])].toSorted((a, b) => a - b)
  if (!holder || statuses.length === holder.statuses?.length) return undefined
  holder.statuses = statuses
  return `is ${statuses.join(', ')} here`
}

/** Routes that are to go, once all problems of a round are seen to: until then the others keep their places. */
const LEFT_OUT = new WeakSet<Route>()

const leaveOutRoute: Rule = ({ config: { routes }, keys }) => {
  const index = Number(keys[1])
  const route = routes[index]
  if (!route) return undefined
  const first = routes.find((other, i) => i < index && covers(other.path, route.path))
  // Nobody sees what an earlier one takes first; anything else would fall to another, which may let everybody in.
  if (!first && (route.auth || index === routes.length - 1)) return undefined
  LEFT_OUT.add(route)
  // The last one is called so.
  if (first && index === routes.length - 1) first.path = route.path
  return `${DONE}, and so is its route`
}

/** Of an item of a list, or of the list. */
const itemOr =
  (ofList: Rule): Rule =>
  (place) =>
    (typeof place.keys.at(-1) === 'number' ? leaveOutOf(1) : ofList)(place)

/** By what a problem is at, without the numbers of lists and the names of origins. */
const RULES: Readonly<Record<string, Rule>> = {
  domains: leaveOutItem,
  'origins.domain': exampleHost,
  'origins.path': escapedPath,
  'origins.headers': leaveOutOf(1),
  'origins.failover': leaveOutField,
  'origins.failover.statuses': bothMissing,
  'routes.path': leaveOutRoute,
  'routes.query': itemOr((place) => withoutImages(place)),
  'routes.headers': leaveOutOf(1),
  'routes.version': set(null, 'is null here'),
  'routes.index': leaveOutField,
  'routes.missing': LONGEST,
  'routes.cache.default': LONGEST,
  'routes.cache.max': LONGEST,
  'routes.cache.min': LONGEST,
  'routes.cors.origins': leaveOutOf(2),
  'routes.cors.headers': itemOr(leaveOutStar),
  'routes.cors.exposeHeaders': itemOr(leaveOutStar),
  'routes.cors.credentials': leaveOutField,
  'routes.cors.methods': leaveOutField,
  'routes.cors.maxAge': LONGEST,
  'headers.setResponse': leaveOutLast,
  'headers.dropResponse': itemOr(leaveOutLast),
}

/** With names of its own, a route's key has no room for those of images. */
const withoutImages: Rule = (place) => leaveOutField({ ...place, keys: [...place.keys.slice(0, -1), 'images'] })

/** @param kept the numbers of the routes that are left */
function moved(note: Note, kept: readonly number[]): Note {
  const index = /^routes\[(\d+)\]$/.exec(note.at)?.[1]
  if (index === undefined) return note
  const now = kept.indexOf(Number(index))
  // Of a route that is gone, its place is no line to stand before.
  return now < 0 ? { ...note, at: 'routes' } : { ...note, at: `routes[${now}]` }
}
