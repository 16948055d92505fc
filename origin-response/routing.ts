/** What origin-request said of a request, read back from its headers. */
import type { CloudFrontResponseEvent } from 'aws-lambda'
import { headersOf, headerText, ROUTE_HEADER, VARIANT_HEADER, VERSION_HEADER } from '../edge/headers.ts'
import type { AskedRequest } from '../edge/response.ts'
import { lifetimes, routes } from '../edge/rules.ts'
import { extensionOf, takesImageParameters } from '../edge/variant.ts'

type Request = Partial<CloudFrontResponseEvent['Records'][number]['cf']['request']> | undefined

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
