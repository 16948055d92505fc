/** The site that the conformance table is about: one route for every kind that the config knows. */
import { checkConfig } from '../../build/config.ts'
import type { Settings } from '../../bundle/settings.ts'
import type { Config } from '../../edge/config.ts'

export const CONFIG: Config = {
  domains: ['cdn.example.com', 'img.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-central-1', failover: 'mirror' },
    mirror: { bucket: 'example-mirror', region: 'us-west-2' },
    vault: { bucket: 'example-vault', region: 'eu-central-1', prefix: 'site/été 1', failover: 'replica' },
    replica: { bucket: 'example-replica', region: 'us-west-2', prefix: 'copy' },
    api: { domain: 'api.example.com', path: '/prod' },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/api/live/*', origin: 'api', cache: 'never' },
    {
      path: '/api/*',
      origin: 'api',
      cache: { default: '60s' },
      query: ['term', 'page', 'q', 'w', 'url', 'ids[]', 'page[number]'],
      headers: ['authorization', 'x-tenant'],
    },
    {
      path: '/thumbs/*',
      origin: 'photos',
      cache: { default: '1h' },
      images: {
        formats: ['webp'],
        widths: [100, 200, 400],
        ratios: ['1:1', '2:1'],
        rect: false,
        qualities: [40, 60, 80],
        quality: 60,
        maxInputBytes: 1_000_000,
      },
      cors: { origins: ['https://www.example.com', 'https://shop.example.com'], maxAge: '1h' },
    },
    { path: '/vault/*', origin: 'vault', cache: {}, version: null, missing: 5 },
    { path: '/builds/*', origin: 'photos', cache: { default: '365d' }, version: 'rev', query: ['lang'], settle: '1m' },
    { path: '/u/*/avatar-?.png', origin: 'photos', cache: {} },
    { path: '*.css', origin: 'photos', cache: { default: '365d' } },
    { path: '/open/*', origin: 'api', cache: { default: '60s' }, headers: ['accept-language', 'host'] },
    { path: '/*', origin: 'photos', cache: {}, images: { formats: ['avif', 'webp'] }, cors: { origins: '*' } },
  ],
  headers: {
    dropRequest: ['x-forwarded-host', 'x-original-url'],
    dropResponse: ['server', 'x-amz-request-id', 'x-amz-meta-*', 'x-debug-*'],
    setResponse: {
      'referrer-policy': null,
      'cross-origin-resource-policy': 'same-site',
      'permissions-policy': 'interest-cohort=()',
    },
  },
}

/** Routes by what they are for, as the handlers number them. */
export const ROUTE = {
  drafts: 0,
  live: 1,
  api: 2,
  thumbs: 3,
  vault: 4,
  builds: 5,
  avatars: 6,
  styles: 7,
  open: 8,
  photos: 9,
} as const

export const PATTERNS = CONFIG.routes.map(({ path }) => path)

export const settings = (): Settings => checkConfig(CONFIG, 'the contract config')
