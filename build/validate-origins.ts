/** Origins against each other, against the routes that have them, and against CloudFront's quotas. */
import { isObject } from '../base/json-values.ts'
import {
  type ApiOriginSettings,
  isS3,
  type RouteSettings,
  type S3OriginSettings,
  type Settings,
} from '../bundle/settings.ts'
import { DISALLOWED_ORIGIN_HEADERS, isListed, ORIGIN_GROUPS, ORIGIN_HEADERS } from '../edge/limits.ts'
import { forwardedNames } from './forwarded.ts'
import { regionOf, shieldOf } from './origins.ts'
import { type IsSound, type Problem, problem } from './problem.ts'

type AnyOrigin = S3OriginSettings | ApiOriginSettings

export function originsProblems({ origins }: Settings, isSound: IsSound): Problem[] {
  if (!isObject(origins)) return []
  const sound = Object.entries(origins).filter(([name]) => isSound(`origins.${name}`))
  const groups = sound.filter(([, { failover }]) => failover).length
  return [
    ...sound.flatMap(([name, origin]) => [
      ...(isS3(origin) ? [] : headerNameProblems(`origins.${name}.headers`, origin)),
      ...shieldProblems(`origins.${name}.shield`, origin),
      ...failoverProblems(name, origin, { origins, isSound }),
    ]),
    ...(groups > ORIGIN_GROUPS
      ? [problem('origins', `at most ${ORIGIN_GROUPS} with failover (CloudFront's quota of origin groups)`, groups)]
      : []),
  ]
}

function headerNameProblems(at: string, { headers = [] }: ApiOriginSettings): Problem[] {
  const found = headers.flatMap((name, i) => {
    const isRefused = isListed(name, [...DISALLOWED_ORIGIN_HEADERS, 'x-rimlight*'])
    const [most, length] = [ORIGIN_HEADERS.nameCharacters, name.length]
    return [
      ...(isRefused ? [problem(`${at}[${i}]`, 'a header that CloudFront may add to requests to an origin', name)] : []),
      ...(length > most ? [problem(`${at}[${i}]`, `a name of at most ${most} characters`, length)] : []),
    ]
  })
  const expected = `at most ${ORIGIN_HEADERS.items} headers (CloudFront's quota)`
  return headers.length > ORIGIN_HEADERS.items ? [...found, problem(at, expected, headers.length)] : found
}

function shieldProblems(at: string, origin: AnyOrigin): Problem[] {
  if (origin.shield !== true || shieldOf(origin)) return []
  const region = regionOf(origin)
  const because = region ? `the guide names none for ${region}` : 'the domain does not say where it is'
  return [problem(at, `the AWS Region that is nearest, such as us-east-1: ${because}`, true)]
}

function failoverProblems(
  name: string,
  origin: AnyOrigin,
  { origins, isSound }: Pick<Settings, 'origins'> & { isSound: IsSound },
): Problem[] {
  const { failover } = origin
  if (!failover || (failover.origin in origins && !isSound(`origins.${failover.origin}`))) return []
  const at = `origins.${name}.failover`
  const others = Object.keys(origins).filter(
    (other) => other !== name && isSound(`origins.${other}`) && isS3(origins[other] as AnyOrigin) === isS3(origin),
  )
  const kind = isS3(origin) ? 'buckets' : 'APIs'
  const other = others.includes(failover.origin) ? origins[failover.origin] : undefined
  if (!other) {
    const expected =
      others.length > 0 ? `one of the other ${kind} ${others.join(', ')}` : `another of the ${kind}: there is none`
    return [problem(at, expected, failover.origin)]
  }
  const isOne = [403, 404].filter((status) => failover.statuses.includes(status)).length === 1
  return [
    ...(placeOf(other) === placeOf(origin)
      ? [problem(at, `another place than ${placeOf(origin)}`, failover.origin)]
      : []),
    ...(isS3(origin) && isOne
      ? [
          problem(
            `${at}.statuses`,
            '403 and 404, or neither: a bucket answers a missing key with either',
            failover.statuses,
          ),
        ]
      : []),
  ]
}

/** The functions are told by it which of the two they are called for. */
const placeOf = (origin: AnyOrigin): string => (isS3(origin) ? origin.bucket : `${origin.domain}${origin.path ?? ''}`)

/** Finds headers that a route lets through and its origin sets: the viewer's value would be in the key, and never reach the origin. */
export function addedHeaderProblems({ origins }: Settings, route: RouteSettings, at: string): Problem[] {
  const origin = isObject(origins) ? origins[route.origin] : undefined
  if (!isObject(origin) || isS3(origin)) return []
  const added = [origin, origins[origin.failover?.origin ?? '']].flatMap((one) =>
    one && !isS3(one) ? (one.headers ?? []) : [],
  )
  const expected =
    'a header that no origin of the route has among its own headers: CloudFront would put that in its place'
  const own = route.headers.flatMap((name, i) =>
    added.includes(name) ? [problem(`${at}.headers[${i}]`, expected, name)] : [],
  )
  const token = forwardedNames(route).headers.find((name) => added.includes(name))
  return token ? [...own, problem(`${at}.auth.forward`, expected, token)] : own
}
