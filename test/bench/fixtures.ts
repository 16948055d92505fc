/** What the benchmarks run on: a site of five routes, and a browser that asks it for a photo. */
import { checkConfig } from '../../build/config.ts'
import type { Settings } from '../../bundle/settings.ts'
import type { TokenAuth } from '../../edge/config.ts'

export const CONFIG = {
  domains: ['cdn.example.com', 'img.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1' },
    api: { domain: 'api.example.com', path: '/prod' },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/api/*', origin: 'api', cache: { default: '365d' }, headers: ['authorization'] },
    { path: '/search/*', origin: 'api', cache: { default: 60 }, query: ['page', 'term'] },
    { path: '/static/*', origin: 'photos', cache: { default: '365d' } },
    { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true },
  ],
  headers: { dropRequest: ['x-forwarded-host', 'x-original-url'] },
}

export const settings = (): Settings => checkConfig(CONFIG, 'the benchmark config')

/** The same site, whose pictures keep parameters of their own as well, under names that clients escape. */
export function settingsForAll(): Settings {
  const routes = CONFIG.routes.map((route) => (route.path === '/*' ? { ...route, query: ['ids[]', 'page'] } : route))
  return checkConfig({ ...CONFIG, canonicalHost: true, routes }, 'the benchmark config with all')
}

/** Every option of `auth` that costs the function bytes, but `forward`, which only a route of an API may have. */
export const ALL_OF_AUTH = {
  from: ['authorization', 'cookie:grant', 'query:grant'],
  issuer: 'https://login.example.com',
  audience: 'cdn',
  claims: { tier: 2, scope: { contains: 'read' } },
  path: 'paths',
  exp: 'optional',
  redirect: 'https://cdn.example.com/login',
} satisfies Omit<TokenAuth, 'type' | 'algorithms'>

/** The same site, whose files and pictures need a token by a shared key. @param rules of `auth`, besides */
export function privateSettings(rules: Record<string, unknown> = {}): Settings {
  const auth = { type: 'jwt', algorithms: ['HS256'], ...rules }
  const routes = CONFIG.routes.map((route) => (/^\/(static\/)?\*$/.test(route.path) ? { ...route, auth } : route))
  return checkConfig({ ...CONFIG, routes }, 'the private benchmark config')
}

const values = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, { value }]))

/** Eight parameters, five of which count. */
export const viewerEvent = {
  version: '1.0',
  context: {
    distributionDomainName: 'd1.cloudfront.net',
    distributionId: 'E1',
    eventType: 'viewer-request',
    requestId: 'r',
  },
  viewer: { ip: '203.0.113.1' },
  request: {
    method: 'GET',
    uri: '/albums/2026/summer/photo-0123.jpg',
    querystring: values({
      ref: 'home',
      width: '640',
      utm_source: 'mail',
      v: '1706400000',
      fbclid: 'x',
      w: '600',
      q: '75',
      auto: 'format',
    }),
    headers: values({
      host: 'cdn.example.com',
      accept: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
      'user-agent': 'Mozilla/5.0',
      'cloudfront-forwarded-proto': 'https',
      referer: 'https://www.example.com/',
    }),
    cookies: values({ session: '1' }),
  },
}

const lines = (headers: Record<string, string>) =>
  Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), [{ key, value }]]))

const request = {
  clientIp: '203.0.113.1',
  method: 'GET',
  uri: '/albums/2026/summer/photo-0123.jpg',
  querystring: 'fm=webp&v=1706400000&w=640',
  headers: lines({ Host: 'example-photos.s3.us-east-1.amazonaws.com', 'User-Agent': 'Amazon CloudFront' }),
  origin: {
    s3: {
      authMethod: 'none',
      customHeaders: {},
      domainName: 'example-photos.s3.us-east-1.amazonaws.com',
      path: '',
    },
  },
}

const config = { distributionDomainName: 'd1.cloudfront.net', distributionId: 'E1', requestId: 'r' }

export const lambdaEvents = {
  'origin-request': { Records: [{ cf: { config: { ...config, eventType: 'origin-request' }, request } }] },
  'origin-response': {
    Records: [
      {
        cf: {
          config: { ...config, eventType: 'origin-response' },
          request: {
            ...request,
            querystring: '',
            headers: { ...request.headers, ...lines({ 'X-Rimlight-Route': '4', 'X-Rimlight-Version': '1706400000' }) },
          },
          response: {
            status: '200',
            statusDescription: 'OK',
            headers: lines({
              'Content-Type': 'image/jpeg',
              'Content-Length': '123456',
              ETag: '"0123456789abcdef0123456789abcdef"',
              'Last-Modified': 'Sun, 28 Jan 2024 00:00:00 GMT',
              Server: 'AmazonS3',
            }),
          },
        },
      },
    ],
  },
}
