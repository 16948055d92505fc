/** What origin-request said of a request, read back from its headers. */
import type { CloudFrontResponseEvent } from 'aws-lambda'
import { headersOf, headerText, ROUTE_HEADER, VARIANT_HEADER, VERSION_HEADER } from '../edge/headers.ts'
import { type LifetimeRule, lifetimes, type RouteRule, routes } from '../edge/rules.ts'
import { extensionOf, takesImageParameters } from '../edge/variant.ts'

export type RoutedRequest = {
  kind: 'routed'
  method: string
  route: RouteRule
  lifetime: LifetimeRule
  /** Empty: none was asked for; the same for the variant. */
  version: string
  variant: string
  /** Its path does, on this route: the response varies with `Accept`. */
  takesImageParameters: boolean
}

/** `unrouted`: origin-request is not attached, or belongs to another build. */
export type Asked = RoutedRequest | { kind: 'unrouted'; method: string }

type Request = Partial<CloudFrontResponseEvent['Records'][number]['cf']['request']> | undefined

export function askedOf(request: Request): Asked {
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
