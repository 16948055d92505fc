/** Objects to ask for: those that were named, and what a CloudFront on this machine says it has. */
import { InputError, joinedError, unexpectedInput } from '../../base/errors.ts'
import { at, isObject } from '../../base/json-values.ts'
import { type CheckTarget, freshText, type KnownObject } from './check-target.ts'
import type { Answer, ProbeRequest, Viewer } from './http.ts'

/** A path with its query, as it was named for a route. */
export type NamedObject = { route: string; path: string; query: readonly string[] }

/** What a URL's path and query may hold: RFC 3986, 3.3 and 3.4. */
const PATH_AND_QUERY = /^\/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*)?$/

/**
 * @param texts each a path, or a route's pattern, `=` and a path
 * @throws InputError for each that is neither
 */
export function namedObjects(texts: readonly string[], targets: readonly CheckTarget[]): NamedObject[] {
  const found = texts.map((text) => namedObject(text, targets))
  const problems = found.filter((one) => one instanceof InputError)
  if (problems.length > 0) throw joinedError(problems)
  return found.filter((one): one is NamedObject => !(one instanceof InputError))
}

function namedObject(text: string, targets: readonly CheckTarget[]): NamedObject | InputError {
  const [at, code] = ['--object', 'option-value']
  const patterns = targets.map(({ route }) => route.path).toSorted((one, other) => other.length - one.length)
  const pattern = patterns.find((path) => text.startsWith(`${path}=/`))
  const pathAndQuery = pattern === undefined ? text : text.slice(pattern.length + 1)
  if (!PATH_AND_QUERY.test(pathAndQuery)) {
    const expected =
      "a path as it stands in a URL, such as /photos/dusk.jpg, or a route's pattern before it, such as '/*=/photos/dusk.jpg'"
    return unexpectedInput({ at, code, expected, found: JSON.stringify(text) })
  }
  const [path = '', query = ''] = pathAndQuery.split(/\?(.*)/, 2)
  const owner = targets.find(({ takes }) => takes(path))
  if (owner === undefined || (pattern !== undefined && owner.route.path !== pattern)) {
    const found = `${path}, which is of ${owner?.route.path ?? 'none'}`
    return unexpectedInput({ at, code, expected: `a path of the route ${pattern}`, found })
  }
  return { route: owner.route.path, path, query: query.split('&').filter((pair) => isOwn(pair, owner)) }
}

/**
 * Whether a pair is part of what the object is. Versions and sizes of renditions are added by the checks themselves.
 */
const isOwn = (pair: string, { isCached, route }: CheckTarget): boolean =>
  pair !== '' && (!isCached || route.query.includes(nameOf(pair)))

/** The name in a raw pair. */
export const nameOf = (pair: string): string => pair.replace(/=.*/s, '')

/** What `npm start` and `startCloudFront` say of themselves. */
export type LocalSite = { httpUrl: string; pops: string[]; samples: string[] }

/** `undefined`: what answers there is no CloudFront of this machine. @throws NoAnswer */
export async function askLocalSite(viewer: Viewer): Promise<LocalSite | undefined> {
  const answer = await viewer.ask({ path: '/__rimlight/site' })
  const site = answer.status === 200 ? parsed(answer) : undefined
  const { httpUrl, pops, samples } = isObject(site) ? site : {}
  if (typeof httpUrl !== 'string' || !Array.isArray(pops) || !Array.isArray(samples)) return undefined
  return {
    httpUrl,
    pops: pops.map(String),
    samples: samples.map((sample) => at(sample, 'path')).filter((path) => typeof path === 'string'),
  }
}

function parsed({ beginning }: Answer): unknown {
  try {
    return JSON.parse(beginning.toString())
  } catch {
    return undefined
  }
}

/** Of a route's sample files one of each kind is checked: a picture, a drawing, a text. */
const SAMPLED = [/\.jpg$/, /\.svg$/, /\.json$/]

/** Samples for the cached routes that nothing was named for. */
export function sampledObjects(
  samples: readonly string[],
  named: readonly NamedObject[],
  targets: readonly CheckTarget[],
) {
  return targets
    .filter(
      ({ kind, isCached, route }) => kind === 'bucket' && isCached && !named.some((one) => one.route === route.path),
    )
    .flatMap(({ route, takes }) =>
      SAMPLED.flatMap((pattern) => samples.find((path) => pattern.test(path) && takes(path)) ?? []).map(
        (path): NamedObject => ({ route: route.path, path, query: [] }),
      ),
    )
}

/** The target with what was named for it, each object asked for once. @throws NoAnswer */
export async function known(target: CheckTarget, named: readonly NamedObject[], viewer: Viewer): Promise<CheckTarget> {
  const objects: KnownObject[] = []
  for (const { route, path, query } of named) {
    if (route !== target.route.path) continue
    const answer = await viewer.ask(requestFor(target, { path, query }))
    objects.push({ path, query, answer })
  }
  return { ...target, objects }
}

/**
 * A version that no request has had before, for a cache key of its own; empty where the route has no version parameter.
 */
export const freshQuery = ({ route, isCached }: CheckTarget): string[] =>
  isCached && route.version !== null ? [`${route.version}=${freshText()}`] : []

export const isThere = ({ answer }: KnownObject): boolean => answer.status === 200

/** The first object that is there. A check that uses it comes after `object`. */
export function firstObject({ objects, route }: CheckTarget): KnownObject {
  const object = objects.find(isThere)
  if (object === undefined) throw new Error(`no object of ${route.path} is there: the check has to come after 'object'`)
  return object
}

/** @param object default: the first. @param more raw pairs beside those of the object. @param fresh a key of its own */
export const requestFor = (
  target: CheckTarget,
  { path, query }: Pick<KnownObject, 'path' | 'query'> = firstObject(target),
  more: readonly string[] = [],
  fresh = freshQuery(target),
) => ({ path, query: [...query, ...fresh, ...more] }) satisfies ProbeRequest
