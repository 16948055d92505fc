/** What one route asks for, held against its origin and CloudFront's quotas. */

import { isObject } from '../base/json-values.ts'
import { mediaTypeOfFile } from '../base/media-type.ts'
import { isS3, type RouteSettings, type Settings } from '../bundle/settings.ts'
import { imageRuleOf, ratioOf } from '../edge/image-rule.ts'
import {
  DISALLOWED_HEADERS,
  IMAGE_MEMORY_MB,
  IMAGE_SIDE_PIXELS,
  isListed,
  MIN_TTL_ON_S3_SECONDS,
  POLICY_ITEMS,
  POLICY_NAME_CHARACTERS,
} from '../edge/limits.ts'
import { OTHER_IMAGE_PARAMETERS, VARIANT_PARAMETERS, variantOf } from '../edge/variant.ts'
import { parametersOf } from './compile.ts'
import { forwardedNames } from './forwarded.ts'
import { type IsSound, type Problem, problem } from './problem.ts'
import { authProblems, stripProblems } from './validate-auth.ts'
import { corsProblems } from './validate-cors.ts'
import { addedHeaderProblems } from './validate-origins.ts'

/** `s3`: whether the route's origin is a bucket; `undefined` where that is not known, for the origin is wrong itself. */
type Context = { settings: Settings; route: RouteSettings; at: string; s3: boolean | undefined }

/** Each check with the fields that it reads: only where these passed the schema it is made. */
const CHECKS: readonly { reads: readonly string[]; problems: (context: Context) => Problem[] }[] = [
  { reads: ['origin'], problems: originProblems },
  { reads: ['cache'], problems: ttlProblems },
  { reads: ['headers'], problems: keyHeaderProblems },
  { reads: ['images', 'cache'], problems: imageProblems },
  { reads: ['images'], problems: ladderProblems },
  { reads: ['query', 'version', 'images', 'cache', 'auth'], problems: parameterProblems },
  { reads: ['auth', 'query', 'version', 'headers', 'images', 'cors'], problems: authProblems },
  { reads: ['strip', 'path'], problems: stripProblems },
  { reads: ['index', 'placeholder', 'cache'], problems: objectProblems },
  { reads: ['cors', 'cache'], problems: corsProblems },
]

export function routeProblems(settings: Settings, index: number, isSound: IsSound): Problem[] {
  const at = `routes[${index}]`
  const route = settings.routes[index] as RouteSettings
  const origin = isObject(settings.origins) ? settings.origins[route.origin] : undefined
  const context = { settings, route, at, s3: isObject(origin) ? isS3(origin) : undefined }
  const made = CHECKS.filter(({ reads }) => reads.every((field) => isSound(`${at}.${field}`)))
  const found = made.flatMap(({ problems }) => problems(context))
  const keyed = isSound('headers') && isSound(`${at}.headers`) && isSound(`${at}.auth`) ? droppedProblems(context) : []
  const added = ['origins', `${at}.headers`, `${at}.auth`].every(isSound)
    ? addedHeaderProblems(settings, route, at)
    : []
  return [...found, ...keyed, ...added, ...(isSound('lambda') ? memoryProblems(context) : [])]
}

function originProblems({ settings, route, at }: Context): Problem[] {
  if (!isObject(settings.origins)) return []
  const names = Object.keys(settings.origins)
  const expected = names.length > 0 ? `one of the origins ${names.join(', ')}` : 'one of the origins: there is none'
  return names.includes(route.origin) ? [] : [problem(`${at}.origin`, expected, route.origin)]
}

function ttlProblems({ route, at, s3 }: Context): Problem[] {
  if (route.cache === 'never') return []
  const { min, default: usual, max } = route.cache
  const found: Problem[] = []
  if (s3 && min > MIN_TTL_ON_S3_SECONDS) {
    const expected = `at most ${MIN_TTL_ON_S3_SECONDS} seconds on an S3 route: the handlers' short lifetimes must hold`
    found.push(problem(`${at}.cache.min`, expected, min))
  }
  if (min > usual) found.push(problem(`${at}.cache.default`, `at least min, ${min} seconds`, usual))
  if (usual > max) found.push(problem(`${at}.cache.max`, `at least default, ${usual} seconds`, max))
  // CloudFront API Reference, CreateCachePolicy: without caching, a policy may have nothing in its key.
  if (max === 0) found.push(problem(`${at}.cache.max`, "more than 0 seconds, or cache: 'never'", max))
  return found
}

function keyHeaderProblems({ route, at, s3 }: Context): Problem[] {
  const found = route.headers.flatMap((name, i) => {
    if (s3) return [problem(`${at}.headers[${i}]`, 'no headers on an S3 route: a private bucket reads none', name)]
    const isRefused = isListed(name, UNKEYABLE_HEADERS)
    return isRefused ? [problem(`${at}.headers[${i}]`, 'a header that a cache policy may name', name)] : []
  })
  const expected = `at most ${POLICY_ITEMS} headers in the cache key (CloudFront's quota)`
  return route.headers.length > POLICY_ITEMS ? [...found, problem(`${at}.headers`, expected, route.headers)] : found
}

/** Named in a cache policy these are refused, or they would give every viewer a cache entry of its own. */
const UNKEYABLE_HEADERS = [
  ...DISALLOWED_HEADERS,
  // Known to origin request policies alone: Developer Guide, "Add CloudFront request headers".
  'cloudfront-viewer-address',
  'cloudfront-viewer-asn',
  'cloudfront-viewer-ja3-fingerprint',
  'cloudfront-viewer-ja4-fingerprint',
  'cloudfront-viewer-tls',
  'accept-encoding',
  'cookie',
  'content-length',
  'transfer-encoding',
  'via',
  'x-rimlight-*',
]

function droppedProblems({ settings, route, at }: Context): Problem[] {
  const expected = 'a header that headers.dropRequest does not remove before it could be in the key'
  const { dropRequest } = settings.headers
  const own = route.headers.flatMap((name, i) =>
    dropRequest.includes(name) ? [problem(`${at}.headers[${i}]`, expected, name)] : [],
  )
  const token = forwardedNames(route).headers.find((name) => dropRequest.includes(name))
  return token ? [...own, problem(`${at}.auth.forward`, expected, token)] : own
}

function imageProblems({ route, at, s3 }: Context): Problem[] {
  if (!route.images) return []
  const found: Problem[] = []
  if (s3 === false) found.push(problem(`${at}.images`, 'images on an S3 route alone: the source is read from S3', true))
  if (route.cache === 'never') {
    const expected = "no images where cache is 'never': such a route is passed through as it is"
    found.push(problem(`${at}.images`, expected, true))
  }
  return found
}

/** What names an object of the bucket, on routes that show none. */
function objectProblems({ route, at, s3 }: Context): Problem[] {
  const named = { index: route.index?.file, placeholder: route.placeholder ?? undefined }
  const isNever = route.cache === 'never'
  if (s3 !== false && !isNever) {
    const isImage = route.placeholder === null || /^image\//.test(mediaTypeOfFile(route.placeholder) ?? '')
    const expected = 'the key of an image, with the extension of one'
    return isImage ? [] : [problem(`${at}.placeholder`, expected, route.placeholder)]
  }
  const because = isNever ? "none where cache is 'never': presigned URLs name their objects" : 'none on an API route'
  return Object.entries(named).flatMap(([name, value]) =>
    value === undefined ? [] : [problem(`${at}.${name}`, because, value)],
  )
}

function memoryProblems({ settings, route, at }: Context): Problem[] {
  const memory = settings.lambda.originResponseMemory
  const expected = `at least ${IMAGE_MEMORY_MB} MB, because ${at} has images`
  return route.images && memory < IMAGE_MEMORY_MB ? [problem('lambda.originResponseMemory', expected, memory)] : []
}

/** Ladders on which making a variant's parameters canonical once more would give other parameters. */
function ladderProblems({ route, at }: Context): Problem[] {
  const images = route.images
  if (!images) return []
  const found: Problem[] = []
  if (images.quality !== 'auto' && !images.qualities.includes(images.quality)) {
    found.push(problem(`${at}.images.quality`, `one of the qualities ${images.qualities.join(', ')}`, images.quality))
  }
  const rule = imageRuleOf(images)
  images.ratios?.forEach((ratio, i) => {
    const lost = images.widths.find((w) => {
      const h = Math.round(w / ratioOf(ratio))
      if (h > IMAGE_SIDE_PIXELS) return true
      const again = variantOf(fields({ fit: 'crop', w: `${w}`, h: `${h}` }), undefined, '', rule)
      return again.w !== w || again.h !== h
    })
    if (lost) {
      const expected = `a ratio that can be told from the others at every width, and is no higher than ${IMAGE_SIDE_PIXELS} pixels; ${lost} wide it isn't`
      found.push(problem(`${at}.images.ratios[${i}]`, expected, ratio))
    }
  })
  return found
}

const fields = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))

const RESERVED_NAMES: readonly string[] = [...VARIANT_PARAMETERS, ...OTHER_IMAGE_PARAMETERS]

function parameterProblems({ route, at }: Context): Problem[] {
  const unreserved = `a name that is no image parameter (${RESERVED_NAMES.join(', ')})`
  const found = route.query.flatMap((name, i) => {
    if (name === route.version) return [problem(`${at}.query[${i}]`, 'a name other than the version parameter', name)]
    return route.images && RESERVED_NAMES.includes(name) ? [problem(`${at}.query[${i}]`, unreserved, name)] : []
  })
  if (route.images && route.version && RESERVED_NAMES.includes(route.version)) {
    found.push(problem(`${at}.version`, unreserved, route.version))
  }
  const parameters = parametersOf(route)
  const characters = parameters.join('').length
  if (characters > POLICY_NAME_CHARACTERS) {
    const expected = `names of at most ${POLICY_NAME_CHARACTERS} characters in all (CloudFront's quota)`
    found.push(problem(`${at}.query`, expected, characters))
  }
  if (parameters.length > POLICY_ITEMS) {
    const expected = `at most ${POLICY_ITEMS} parameters in the cache key, the version and image parameters among them (CloudFront's quota)`
    found.push(problem(`${at}.query`, expected, parameters))
  }
  return found
}
