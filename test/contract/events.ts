/** Events as CloudFront makes them, from what a case is about; all else is ordinary. */
import { ROUTE } from './config.ts'

/** A value, or one for each line. */
type Values = Record<string, string | readonly string[]>

const field = (values: string | readonly string[]) =>
  typeof values === 'string'
    ? { value: values }
    : { value: values[0] as string, multiValue: values.map((value) => ({ value })) }

const fieldsOf = (values: Values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, field(value)]))

/** A query as CloudFront Functions has it: names and values as received, `multiValue` where a name repeats. */
export function queryFields(text: string): ReturnType<typeof fieldsOf> {
  const values = new Map<string, string[]>()
  for (const pair of text === '' ? [] : text.split('&')) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(pair) ?? []
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return fieldsOf(Object.fromEntries([...values].map(([name, list]) => [name, list.length > 1 ? list : `${list[0]}`])))
}

export type ViewerInput = {
  method?: string
  uri?: string
  query?: string
  headers?: Values
  cookies?: Values
  /** What the runtime's `rawQueryString()` gives; left out: a runtime without it. `null`: `undefined`. */
  rawQuery?: string | null
}

/** An Accept of browsers that take neither WebP nor AVIF. */
export const PLAIN_ACCEPT = 'image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5'

export const viewerEvent = ({ method, uri, query, headers, cookies, rawQuery }: ViewerInput = {}) => ({
  version: '1.0',
  context: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType: 'viewer-request',
    requestId: 'EXAMPLEntjQpEXAMPLE_SG5Z-EXAMPLEPmPfEXAMPLEu3EqEXAMPLE==',
  },
  viewer: { ip: '203.0.113.1' },
  request: {
    method: method ?? 'GET',
    uri: uri ?? '/photo.jpg',
    querystring: queryFields(query ?? ''),
    headers: fieldsOf({ host: 'cdn.example.com', 'user-agent': 'Mozilla/5.0', accept: PLAIN_ACCEPT, ...headers }),
    cookies: fieldsOf(cookies ?? {}),
    ...(rawQuery === undefined ? {} : { rawQueryString: () => rawQuery ?? undefined }),
  },
})

/** Lines by the header's key, in the case that CloudFront prints it in. */
const lines = (headers: Values) =>
  Object.fromEntries(
    Object.entries(headers).map(([key, values]) => [
      key.toLowerCase(),
      [values].flat().map((value) => ({ key, value })),
    ]),
  )

/** The same request as Lambda@Edge has it at viewer-request; cookies are a header there. */
export const viewerLambdaEvent = ({ method, uri, query, headers, cookies }: ViewerInput = {}) => {
  const pairs = Object.entries(cookies ?? {}).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}=${value}`),
  )
  return record('viewer-request', {
    request: {
      clientIp: '203.0.113.1',
      method: method ?? 'GET',
      uri: uri ?? '/photo.jpg',
      querystring: query ?? '',
      headers: lines({
        Host: 'cdn.example.com',
        'User-Agent': 'Mozilla/5.0',
        Accept: PLAIN_ACCEPT,
        ...headers,
        ...(pairs.length > 0 ? { Cookie: pairs.join('; ') } : {}),
      }),
    },
  })
}

export const s3Origin = (domainName = 'example-photos.s3.eu-central-1.amazonaws.com', path = '') => ({
  s3: { authMethod: 'none', customHeaders: {}, domainName, path, region: 'eu-central-1' },
})

export const customOrigin = (domainName = 'api.example.com') => ({
  custom: {
    customHeaders: {},
    domainName,
    keepaliveTimeout: 5,
    path: '/prod',
    port: 443,
    protocol: 'https',
    readTimeout: 30,
    sslProtocols: ['TLSv1.2'],
  },
})

export type OriginInput = {
  method?: string
  uri?: string
  query?: string
  headers?: Values
  origin?: object
}

const originRequest = ({ method, uri, query, headers, origin }: OriginInput) => ({
  clientIp: '203.0.113.1',
  method: method ?? 'GET',
  uri: uri ?? '/photo.jpg',
  querystring: query ?? '',
  headers: lines({
    'User-Agent': 'Amazon CloudFront',
    'X-Forwarded-For': '203.0.113.1',
    Via: '2.0 2afae0d44e2540f472c0635ab62c232b.cloudfront.net (CloudFront)',
    Host: 'example-photos.s3.eu-central-1.amazonaws.com',
    ...headers,
  }),
  origin: origin ?? s3Origin(),
})

const record = (eventType: string, parts: object) => ({
  Records: [
    {
      cf: {
        config: {
          distributionDomainName: 'd111111abcdef8.cloudfront.net',
          distributionId: 'EDFDVBD6EXAMPLE',
          eventType,
          requestId: '4TyzHTaYWb1GX1qTfsHhEqV6HUDd_BzoBZnwfnvQc_1oF26ClkoUSEQ==',
        },
        ...parts,
      },
    },
  ],
})

export const originRequestEvent = (input: OriginInput = {}) =>
  record('origin-request', { request: originRequest(input) })

export type ResponseInput = Omit<OriginInput, 'headers'> & {
  /** What origin-request said in its headers; `route: null`: it was not there. */
  route?: number | string | null
  version?: string
  variant?: string
  /** Further headers of the request. */
  requestHeaders?: Record<string, string>
  status?: string
  /** The response's headers, laid over those of `OBJECT`; `null` takes one away. */
  headers?: Record<string, string | readonly string[] | null>
}

/** The headers of a photo in S3. */
export const OBJECT = {
  'Content-Type': 'image/jpeg',
  'Content-Length': '123456',
  'Accept-Ranges': 'bytes',
  ETag: '"d41d8cd98f00b204e9800998ecf8427e"',
  'Last-Modified': 'Wed, 18 Nov 2026 12:00:00 GMT',
  Date: 'Fri, 20 Nov 2026 12:00:00 GMT',
  Via: '1.1 2afae0d44e2540f472c0635ab62c232b.cloudfront.net (CloudFront)',
}

export const originResponseEvent = (input: ResponseInput = {}) => {
  const { route = ROUTE.photos, version, variant, status = '200', headers, requestHeaders = {}, ...request } = input
  const told = {
    ...(route === null ? {} : { 'x-rimlight-route': `${route}` }),
    ...(version === undefined ? {} : { 'x-rimlight-version': version }),
    ...(variant === undefined ? {} : { 'x-rimlight-variant': variant }),
  }
  const all = Object.entries({ ...OBJECT, ...headers }).filter((entry): entry is [string, string] => entry[1] !== null)
  return record('origin-response', {
    request: originRequest({ ...request, headers: { ...requestHeaders, ...told } }),
    response: { status, statusDescription: 'As the origin said', headers: lines(Object.fromEntries(all)) },
  })
}
