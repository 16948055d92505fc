/** What no single field shows: references, order, quotas, and what CloudFront would refuse later. */

import {
  BEHAVIOURS,
  DISALLOWED_HEADERS,
  IMAGE_MEMORY_MB,
  isListed,
  MIN_TTL_ON_S3_SECONDS,
  POLICY_ITEMS,
  READ_ONLY_HEADERS,
  RESPONSE_HEADERS_POLICY_ITEMS,
} from '../edge/limits.ts'
import { routeTable } from '../edge/patterns.ts'
import { routeOf } from '../edge/routes.ts'
import { OTHER_IMAGE_PARAMETERS, VARIANT_PARAMETERS, variantOf } from '../edge/variant.ts'
import { imageRuleOf, parametersOf } from './compile.ts'
import { removedNames, responseHeaders, securityHeaderProblem } from './response-headers.ts'
import { isRecord, isS3, type RouteSettings, type Settings } from './schema.ts'

/** One thing wrong: where in the file, what was expected, what was found. */
export type Problem = { path: string; expected: string; found: string }

type Found = Problem[]

const problem = (path: string, expected: string, found: unknown): Problem => ({ path, expected, found: shown(found) })

/** A value as an error shows it: on one line, and short. */
export function shown(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = typeof value === 'function' ? 'a function' : JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

/**
 * @param settings what the schema made of the file: where that found problems, parts may be missing or misshapen
 * @param isSound whether the part of the file at a path passed the schema; what did not is not looked at again
 */
export function problemsOf(settings: Settings, isSound: (path: string) => boolean): Found {
  const routes = Array.isArray(settings.routes) ? settings.routes : []
  const checked = routes.flatMap((route, i) => {
    const at = `routes[${i}]`
    return isSound(at) ? [...routeProblems(settings, route, at, isSound), ...orderProblems(settings, i, isSound)] : []
  })
  return [...checked, ...(isSound('headers') ? headerProblems(settings) : [])]
}

function routeProblems(
  settings: Settings,
  route: RouteSettings,
  at: string,
  isSound: (path: string) => boolean,
): Found {
  const found: Found = []
  const add = (field: string, expected: string, value: unknown) => found.push(problem(`${at}${field}`, expected, value))

  const names = Object.keys(settings.origins ?? {})
  const origin = settings.origins?.[route.origin]
  if (!names.includes(route.origin)) add('.origin', `one of the origins ${names.join(', ')}`, route.origin)
  const s3 = isRecord(origin) ? isS3(origin) : undefined

  if (route.cache !== 'never') {
    const { min, default: usual, max } = route.cache
    if (s3 && min > MIN_TTL_ON_S3_SECONDS) {
      add(
        '.cache.min',
        `at most ${MIN_TTL_ON_S3_SECONDS} seconds on an S3 route: the handlers' short lifetimes must hold`,
        min,
      )
    }
    if (min > usual) add('.cache.default', `at least min, ${min} seconds`, usual)
    if (usual > max) add('.cache.max', `at least default, ${usual} seconds`, max)
  }

  route.headers.forEach((name, i) => {
    if (s3) add(`.headers[${i}]`, 'no headers on an S3 route: a private bucket reads none', name)
    else if (isListed(name, UNKEYABLE_HEADERS)) add(`.headers[${i}]`, 'a header that a cache policy may name', name)
  })

  if (route.images) {
    if (s3 === false) add('.images', 'images on an S3 route alone: the source is read from S3', true)
    if (route.cache === 'never')
      add('.images', "no images where cache is 'never': such a route is passed through as it is", true)
    const memory = settings.lambda?.originResponseMemory
    if (isSound('lambda') && memory < IMAGE_MEMORY_MB) {
      found.push(
        problem('lambda.originResponseMemory', `at least ${IMAGE_MEMORY_MB} MB, because ${at} has images`, memory),
      )
    }
    found.push(...ladderProblems(route, at))
  }

  const reserved = [...VARIANT_PARAMETERS, ...OTHER_IMAGE_PARAMETERS]
  route.query.forEach((name, i) => {
    if (name === route.version) add(`.query[${i}]`, 'a name other than the version parameter', name)
    else if (reserved.includes(name))
      add(`.query[${i}]`, `a name that is no image parameter (${reserved.join(', ')})`, name)
  })
  if (route.images && route.version && reserved.includes(route.version)) {
    add('.version', `a name that is no image parameter (${reserved.join(', ')})`, route.version)
  }
  const parameters = parametersOf(route)
  if (parameters.length > POLICY_ITEMS) {
    add(
      '.query',
      `at most ${POLICY_ITEMS} parameters in the cache key, the version and image parameters among them (CloudFront's quota)`,
      parameters,
    )
  }
  return found
}

/** Named in a cache policy these are refused, or they would give every viewer a cache entry of its own. */
const UNKEYABLE_HEADERS = [
  ...DISALLOWED_HEADERS,
  'accept-encoding',
  'cookie',
  'content-length',
  'transfer-encoding',
  'via',
  'x-rimlight-*',
]

function ladderProblems(route: RouteSettings, at: string): Found {
  const images = route.images
  if (!images) return []
  const found: Found = []
  if (!images.qualities.includes(images.quality)) {
    found.push(problem(`${at}.images.quality`, `one of the qualities ${images.qualities.join(', ')}`, images.quality))
  }
  const rule = imageRuleOf(images)
  images.ratios.forEach((ratio, i) => {
    const lost = images.widths.find((w) => {
      const h = Math.round(w / (rule.ratios[i] as number))
      const again = variantOf(fields({ fit: 'crop', w: `${w}`, h: `${h}` }), undefined, '', rule)
      return again.w !== w || again.h !== h
    })
    if (lost) {
      const expected = `a ratio that can be told from the others at every width; ${lost} pixels wide it can't`
      found.push(problem(`${at}.images.ratios[${i}]`, expected, ratio))
    }
  })
  return found
}

const fields = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))

/** A route behind one that takes all its paths, or whose every path has two readings, can never match. */
function orderProblems(settings: Settings, index: number, isSound: (path: string) => boolean): Found {
  const { routes } = settings
  const path = routes[index]?.path as string
  const at = `routes[${index}].path`
  const isLast = index === routes.length - 1
  if (isLast && path !== '/*') return [problem(at, "'/*', the default behaviour, as the last route", path)]
  if (index === BEHAVIOURS)
    return [problem('routes', `at most ${BEHAVIOURS} routes, CloudFront's quota of behaviours`, routes.length)]

  const earlier = routes.findIndex((route, i) => i < index && isSound(`routes[${i}]`) && covers(route.path, path))
  if (earlier >= 0)
    return [problem(at, `a path that routes[${earlier}] ('${routes[earlier]?.path}') does not take first`, path)]

  const sample = path.replace(/[*?]/g, 'x').replace(/^x/, '/x')
  const routing = routeOf(sample, routeTable([path, '/*']))
  return routing.kind === 'refused'
    ? [problem(at, 'a pattern whose paths are canonical: no //, no . or .. segment, no "', path)]
    : []
}

/** Runs of wildcards in one order, so that `*?` and `?*` are the same pattern. */
const normalized = (pattern: string): string =>
  pattern.replace(/[*?]+/g, (run) => run.replaceAll('*', '') + (run.includes('*') ? '*' : ''))

/** Whether every path of `inner` is one of `outer`: a `*` of `inner` can only be taken by one of `outer`. */
export function covers(outer: string, inner: string): boolean {
  const [whole, part] = [normalized(outer), normalized(inner)]
  const reachable = (from: number, rest: number): boolean => {
    if (from === whole.length) return rest === part.length
    if (whole[from] === '*') return reachable(from + 1, rest) || (rest < part.length && reachable(from, rest + 1))
    if (rest === part.length || part[rest] === '*') return false
    return (whole[from] === '?' || whole[from] === part[rest]) && reachable(from + 1, rest + 1)
  }
  return reachable(0, 0)
}

function headerProblems(settings: Settings): Found {
  const { dropRequest, dropResponse } = settings.headers
  const found: Found = []
  const add = (at: string, expected: string, value: unknown) => found.push(problem(`headers.${at}`, expected, value))

  dropRequest.forEach((name, i) => {
    if (READ_ONLY_HEADERS['viewer-request'].includes(name)) {
      add(`dropRequest[${i}]`, 'a header that viewer-request may remove (this one is read-only there)', name)
    } else if (name === 'cookie') {
      add(
        `dropRequest[${i}]`,
        "no cookie: it is removed on every cached route, and 'never' routes are passed through",
        name,
      )
    }
  })
  dropResponse.forEach((name, i) => {
    if (READ_ONLY_HEADERS['origin-response'].some((header) => isListed(header, [name]))) {
      add(`dropResponse[${i}]`, 'a header that origin-response may remove (this one is read-only there)', name)
    }
  })
  for (const [name, value] of Object.entries(settings.headers.setResponse)) {
    if (value === null) continue
    if (
      isListed(name, DISALLOWED_HEADERS) ||
      READ_ONLY_HEADERS['origin-response'].includes(name) ||
      UNSETTABLE_HEADERS.includes(name)
    ) {
      add(`setResponse.${name}`, 'a header that a function may add to a response', value)
    } else {
      const expected = securityHeaderProblem(name, value)
      if (expected) add(`setResponse.${name}`, expected, value)
    }
  }
  const added = responseHeaders(settings.headers).filter(({ isSecurity }) => !isSecurity)
  if (added.length > RESPONSE_HEADERS_POLICY_ITEMS) {
    add(
      'setResponse',
      `at most ${RESPONSE_HEADERS_POLICY_ITEMS} headers in a response headers policy (CloudFront's quota)`,
      added.length,
    )
  }
  const removed = removedNames(settings.headers.dropResponse)
  if (removed.length > RESPONSE_HEADERS_POLICY_ITEMS) {
    add(
      'dropResponse',
      `at most ${RESPONSE_HEADERS_POLICY_ITEMS} headers in a response headers policy (CloudFront's quota)`,
      removed.length,
    )
  }
  return found
}

/** They describe the body or the caching of one response, and the same value for all would be wrong. */
const UNSETTABLE_HEADERS = [
  'age',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'set-cookie',
  'vary',
]
