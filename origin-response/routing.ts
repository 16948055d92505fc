/** What origin-request said of a request, read back from its headers. */
import type { CloudFrontResponseEvent } from 'aws-lambda'
import { headersOf, headerText, ROUTE_HEADER, VARIANT_HEADER, VERSION_HEADER } from '../edge/headers.ts'
import { originIndex } from '../edge/origin.ts'
import { parseQuery } from '../edge/query.ts'
import type { AskedRequest, RoutedRequest } from '../edge/response.ts'
import {
  type Bucket,
  buckets,
  type ImageLimit,
  type ImageRule,
  imageLimits,
  imageRules,
  lifetimes,
  origins,
  routes,
} from '../edge/rules.ts'
import { checkedVariant, extensionOf, takesImageParameters, type Variant } from '../edge/variant.ts'
import { type Original, original } from './original.ts'

/** As the event has it. */
export type LambdaRequest = Partial<CloudFrontResponseEvent['Records'][number]['cf']['request']> | undefined

/** Where the object of a response is. */
export type SourcePlace = { bucket: Bucket; key: string }

/** A rendition that was asked for, and where its source is. */
export type ImageRequest = SourcePlace & {
  kind: 'image'
  uri: string
  variant: Variant
  rule: ImageRule
  limit: ImageLimit
}

export function routedRequest(request: LambdaRequest): AskedRequest {
  const headers = headersOf(request?.headers)
  const method = request?.method ?? 'GET'
  const uri: unknown = request?.uri
  const index = headerText(headers, ROUTE_HEADER)
  // As origin-request writes it, and in no other form.
  const route = /^(?:0|[1-9]\d*)$/.test(index) ? routes[Number(index)] : undefined
  const lifetime = lifetimes[Number(index)]
  if (!route || !lifetime) {
    const isPersonal = headerText(headers, 'authorization') !== '' || headerText(headers, 'cookie') !== ''
    return { kind: 'unrouted', method, isPersonal }
  }
  return {
    kind: 'routed',
    index: Number(index),
    method,
    route,
    lifetime,
    version: headerText(headers, VERSION_HEADER),
    variant: headerText(headers, VARIANT_HEADER),
    takesImageParameters: route.images >= 0 && typeof uri === 'string' && takesImageParameters(extensionOf(uri)),
  }
}

/** On a route with images; `unsupported`: nothing that origin-request would have sent. */
export function imageRequest(
  { index, route, variant }: RoutedRequest,
  request: LambdaRequest,
): ImageRequest | Original {
  const [bucket, rule, limit] = [bucketOf(index, request), imageRules[route.images], imageLimits[route.images]]
  const uri: unknown = request?.uri
  if (!bucket || !rule || !limit || typeof uri !== 'string') return original('unsupported', 'no image of a bucket')
  const checked = checkedVariant(parseQuery(variant), rule)
  if (Object.keys(checked).length === 0) return original('unsupported', `${variant} is off the ladders`)
  const place = sourceOf(index, request)
  return place
    ? { kind: 'image', ...place, uri, variant: checked, rule, limit }
    : original('unsupported', `${uri} is the path of no key`)
}

/** `undefined` on a route without images, and for a path of no key. */
export function sourceOf(index: number, request: LambdaRequest): SourcePlace | undefined {
  const bucket = bucketOf(index, request)
  const key = keyOf(`${request?.origin?.s3?.path ?? ''}${request?.uri ?? '/'}`)
  return bucket && key !== undefined ? { bucket, key } : undefined
}

/** The bucket that answered: the route's own, unless the event names the one of its failover. */
const bucketOf = (index: number, request: LambdaRequest): Bucket | undefined =>
  buckets[index]?.[Math.max(0, originIndex(request?.origin, origins[index] ?? []))]

/** S3 takes a plus for a space in a path, as it does in URLs of its own. `undefined`: no key is written like this. */
function keyOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1).replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
