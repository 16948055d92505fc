/**
 * Makes an imported config one that builds. A distribution may have settings that a config can't have: each is left out, or set to
 * the nearest that a config takes, with a note of it. What restricts who may read is never left out: the config would build, and
 * what was private would be public.
 */
import { checkConfig } from '../../../build/config.ts'
import { ConfigError } from '../../../build/error.ts'
import type { Problem } from '../../../build/problem.ts'
import { covers } from '../../../build/validate-order.ts'
import type { Config, Route } from '../../../edge/config.ts'
import type { Note } from './facts.ts'

export type NotedConfig = { config: Config; notes: Note[] }

/** Where a problem is. `config`: a copy, which rules change. `leftOut`: routes to remove once all problems of a round are seen to. */
type Place = { config: Config; keys: readonly (string | number)[]; leftOut: Set<Route> }

/** @returns what was done, as the words after the value that it was done to; `undefined`: nothing */
type Rule = (place: Place) => string | undefined

/** More rounds than a distribution has settings: each one leaves out at least one. */
const MOST_ROUNDS = 200

/** @param imported a config of which anything may be wrong */
export function buildable(imported: NotedConfig): NotedConfig {
  let noted = imported
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const config = structuredClone(noted.config)
    const leftOut = new Set<Route>()
    // From the last to the first: what is taken out of a list moves what is behind it.
    const told = problemsOf(noted.config)
      .toReversed()
      .flatMap((problem) => repaired(config, leftOut, problem))
    if (told.length === 0) break
    noted = withoutRoutes({ config, notes: [...noted.notes, ...told.toReversed()] }, leftOut)
  }
  return noted
}

/** The others keep their places until here, so that the paths of a round's problems lead where they did. */
function withoutRoutes({ config, notes }: NotedConfig, leftOut: ReadonlySet<Route>): NotedConfig {
  if (leftOut.size === 0) return { config, notes }
  const kept = [...config.routes.keys()].filter((index) => !leftOut.has(config.routes[index] as Route))
  return {
    config: { ...config, routes: config.routes.filter((route) => !leftOut.has(route)) },
    notes: notes.map((note) => moved(note, kept)),
  }
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

/** @returns a note of what was changed; none where there is no rule for the problem, or nothing to change */
function repaired(config: Config, leftOut: Set<Route>, problem: Problem): Note[] {
  const keys = keysOf(problem.path)
  const done = ruleFor(keys)?.({ config, keys, leftOut })
  return done === undefined ? [] : [noteOf(problem, keys, done)]
}

function ruleFor(keys: Place['keys']): Rule | undefined {
  const field = keys.filter((key, i) => typeof key === 'string' && !(i === 1 && keys[0] === 'origins')).join('.')
  if (Object.hasOwn(RULES, field)) return RULES[field]
  return field.startsWith('headers.setResponse.') ? leaveOutField : undefined
}

function noteOf({ path, expected, found }: Problem, [first, second]: Place['keys'], done: string): Note {
  const at = first === 'routes' ? `routes[${second}]` : first === 'origins' ? `origins.${second}` : String(first)
  const field = path
    .slice(at.length)
    .replace(/^\./, '')
    .replace(/\[\d+\]$/, '')
  return { at, text: `${field === '' ? '' : `${field}: `}${found} ${done}; a config takes ${expected}.` }
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

/** An item of a list; with the last one, the list, or what it is in. @param levels how far above the item that is */
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

/** With credentials, `*` is the name of a header and does not stand for all: Fetch Standard, "CORS protocol and credentials". */
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

/** A name without a dot is no host of the internet: it stands for a value that the file does not have. */
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

const leaveOutRoute: Rule = ({ config: { routes }, keys, leftOut }) => {
  const index = Number(keys[1])
  const route = routes[index]
  if (!route) return undefined
  const first = routes.find((other, i) => i < index && covers(other.path, route.path))
  // A route that an earlier one covers has no requests. The requests of any other would go to another route, which may be public.
  if (!first && (route.auth || index === routes.length - 1)) return undefined
  leftOut.add(route)
  // The last route has to be the one for all paths.
  if (first && index === routes.length - 1) first.path = route.path
  return `${DONE}, and so is its route`
}

/** A problem of an item: it is left out. A problem of the list: @param ofList what is done then */
const itemOr =
  (ofList: Rule): Rule =>
  (place) =>
    (typeof place.keys.at(-1) === 'number' ? leaveOutOf(1) : ofList)(place)

/** How each problem is mended: by its path, without numbers of list items and names of origins. */
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

/** Leaves out `images`: a cache policy has no room for their parameters beside the route's own. */
const withoutImages: Rule = (place) => leaveOutField({ ...place, keys: [...place.keys.slice(0, -1), 'images'] })

/** @param kept the numbers of the routes that are left */
function moved(note: Note, kept: readonly number[]): Note {
  const index = /^routes\[(\d+)\]$/.exec(note.at)?.[1]
  if (index === undefined) return note
  const now = kept.indexOf(Number(index))
  // The note of a route that is gone has no line of its own to stand before.
  return now < 0 ? { ...note, at: 'routes' } : { ...note, at: `routes[${now}]` }
}
