/** The sites whose functions the worst requests are put to: between them they have all that a function can be asked to do. */
import { generateKeyPairSync } from 'node:crypto'
import { checkConfig } from '../../build/config.ts'
import type { Settings } from '../../bundle/settings.ts'
import { KEY_VALUES } from '../contract/tokens.ts'
import { settings } from './fixtures.ts'

export type WorstSite = {
  name: string
  settings: Settings
  /** Of its KeyValueStore. */
  keyValues: Record<string, string>
}

const ORIGINS = {
  photos: { bucket: 'example-photos', region: 'us-east-1' },
  api: { domain: 'api.example.com', path: '/prod' },
}
const DOMAINS = ['cdn.example.com', 'img.example.com']

/** As many as a cache policy takes, with one that clients escape. */
const NAMES = ['ids[]', 'page', 'term', 'sort', 'from', 'to', 'lang', 'theme', 'size']

const QUERY = { query: NAMES }
const IMAGES = { formats: ['avif', 'webp'], previews: true }
const INDEX = { file: 'index.html', redirect: true }

const DROPPED = { dropRequest: ['x-forwarded-host', 'x-original-url'] }

/** Pictures with every parameter there is, and some of the site's own; folders with pages, an API with a list of names. */
const pictures = (): Settings =>
  checkConfig(
    {
      domains: DOMAINS,
      canonicalHost: true,
      origins: ORIGINS,
      routes: [
        { path: '/drafts/*', origin: 'photos', cache: 'never' },
        { path: '/api/*', origin: 'api', cache: { default: '1h' }, headers: ['authorization'], ...QUERY },
        { path: '/search/*', origin: 'api', cache: { default: 60 }, ...QUERY },
        { path: '/static/*', origin: 'photos', cache: {}, index: INDEX, cors: { origins: ['https://*.example.com'] } },
        { path: '/*', origin: 'photos', cache: {}, images: IMAGES, query: ['ids[]', 'page'] },
      ],
      headers: DROPPED,
      logs: true,
    },
    'pictures with everything',
  )

const TOKENS = {
  type: 'jwt',
  algorithms: ['HS256'],
  from: ['authorization', 'cookie:grant', 'query:grant'],
  issuer: 'https://login.example.com',
  audience: 'cdn',
  path: 'paths',
  claims: { scope: { contains: 'read' }, tier: 2 },
}

/** Tokens by a shared key, wherever they may be, with all that can be asked of one. */
const tokens = (): Settings =>
  checkConfig(
    {
      domains: DOMAINS,
      origins: ORIGINS,
      routes: [
        {
          path: '/api/*',
          origin: 'api',
          cache: { default: '1h' },
          auth: { ...TOKENS, forward: true },
          query: NAMES.slice(1),
        },
        { path: '/search/*', origin: 'api', cache: { default: 60 }, auth: TOKENS, ...QUERY },
        {
          path: '/static/*',
          origin: 'photos',
          cache: {},
          auth: { ...TOKENS, redirect: 'https://cdn.example.com/login' },
        },
        {
          path: '/*',
          origin: 'photos',
          cache: {},
          auth: TOKENS,
          cors: { origins: ['https://*.example.com'] },
        },
      ],
      headers: DROPPED,
    },
    'private by tokens',
  )

/** The code for all of that and for pictures as well is more than a function may have: a site of pictures alone. */
const picturesByTokens = (): Settings =>
  checkConfig(
    {
      domains: DOMAINS,
      origins: ORIGINS,
      routes: [
        { path: '/static/*', origin: 'photos', cache: {} },
        {
          path: '/*',
          origin: 'photos',
          cache: {},
          images: { formats: ['avif', 'webp'] },
          auth: { type: 'jwt', algorithms: ['HS256'], from: ['cookie:grant', 'query:grant'], path: 'paths' },
        },
      ],
      headers: DROPPED,
    },
    'pictures by tokens',
  )

/** CloudFront's own signatures, of pictures and of an API. */
function signatures(): Settings {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const auth = { type: 'signed', keyGroups: ['site'] }
  return checkConfig(
    {
      domains: DOMAINS,
      keyGroups: { site: [`${publicKey.export({ type: 'spki', format: 'pem' })}`] },
      origins: ORIGINS,
      routes: [
        { path: '/api/*', origin: 'api', cache: { default: '1h' }, auth, ...QUERY },
        { path: '/static/*', origin: 'photos', cache: 'never', auth },
        { path: '/*', origin: 'photos', cache: {}, images: IMAGES, auth, query: ['ids[]', 'page'] },
      ],
      headers: DROPPED,
    },
    'private by signatures',
  )
}

export const worstSites = (): WorstSite[] => [
  { name: 'a site', settings: settings(), keyValues: {} },
  { name: 'pictures with everything', settings: pictures(), keyValues: {} },
  { name: 'private by tokens', settings: tokens(), keyValues: KEY_VALUES },
  { name: 'pictures by tokens', settings: picturesByTokens(), keyValues: KEY_VALUES },
  { name: 'private by signatures', settings: signatures(), keyValues: {} },
]
