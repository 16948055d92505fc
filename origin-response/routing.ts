/** What origin-request said of a request, read back from its headers. */
import type { CloudFrontResponseEvent } from 'aws-lambda'
import { headersOf, headerText, ROUTE_HEADER, VARIANT_HEADER, VERSION_HEADER } from '../edge/headers.ts'
import { parseQuery } from '../edge/query.ts'
import type { AskedRequest } from '../edge/response.ts'
import {
  type Bucket,
  buckets,
  type ImageLimit,
  type ImageRule,
  imageLimits,
  imageRules,
  lifetimes,
  routes,
} from '../edge/rules.ts'
import { checkedVariant, extensionOf, takesImageParameters, type Variant } from '../edge/variant.ts'

type Request = Partial<CloudFrontResponseEvent['Records'][number]['cf']['request']> | undefined

/** A rendition that was asked for, and where its source is. */
export type ImageRequest = {
  bucket: Bucket
  key: string
  uri: string
  variant: Variant
  rule: ImageRule
  limit: ImageLimit
}

export function routedRequest(request: Request): AskedRequest {
  const headers = headersOf(request?.headers)
  const method = request?.method ?? 'GET'
  const uri: unknown = request?.uri
  const index = headerText(headers, ROUTE_HEADER)
  const route = /^\d+$/.test(index) ? routes[Number(index)] : undefined
  const lifetime = lifetimes[Number(index)]
  if (!route || !lifetime) return { kind: 'unrouted', method }
  return {
    kind: 'routed',
    method,
    route,
    lifetime,
    version: headerText(headers, VERSION_HEADER),
    variant: headerText(headers, VARIANT_HEADER),
    takesImageParameters: route.images >= 0 && typeof uri === 'string' && takesImageParameters(extensionOf(uri)),
  }
}

/** `undefined` where the route has no images, or the variant that came in is none that origin-request would send. */
export function imageRequest(request: Request): ImageRequest | undefined {
  const headers = headersOf(request?.headers)
  const index = Number(headerText(headers, ROUTE_HEADER))
  const images = routes[index]?.images ?? -1
  const [bucket, rule, limit] = [buckets[index], imageRules[images], imageLimits[images]]
  const uri: unknown = request?.uri
  if (!bucket || !rule || !limit || typeof uri !== 'string') return undefined
  const variant = checkedVariant(parseQuery(headerText(headers, VARIANT_HEADER)), rule)
  const key = keyOf(`${request?.origin?.s3?.path ?? ''}${uri}`)
  return Object.keys(variant).length > 0 && key !== undefined ? { bucket, key, uri, variant, rule, limit } : undefined
}

/** S3 takes a plus for a space in a path, as it does in URLs of its own. `undefined`: no key is written like this. */
function keyOf(path: string): string | undefined {
  try {
    return decodeURIComponent(path.slice(1).replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
