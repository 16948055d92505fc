/** A site of pages: one host, indexes, cache tags, and what is shown for missing pictures. docs/requests.md, "The config". */
import { checkConfig } from '../../build/config.ts'
import type { Settings } from '../../bundle/settings.ts'
import type { Table } from './case.ts'
import { CONFIG } from './config.ts'
import { customOrigin, s3Origin, type ViewerInput } from './events.ts'
import { originRequestGroup } from './origin-request.cases.ts'
import { OF_A_BODY, responseGroup } from './response-case.ts'
import { answered, keyed, passed, refused, untouched, type ViewerRow, viewerGroup } from './viewer-case.ts'

const ROUTES = [
  { path: '/docs/secret/index.html', origin: 'site', cache: 'never' },
  { path: '/api/*', origin: 'api', cache: {} },
  { path: '/app/*', origin: 'site', cache: {}, strip: '/app', index: 'home.html' },
  { path: '/bare/*', origin: 'site', cache: {}, strip: '/bare', placeholder: 'shared/été 1,2.svg' },
  { path: '*.html', origin: 'site', cache: { default: '60s' } },
  {
    path: '/*',
    origin: 'site',
    cache: {},
    images: true,
    index: { file: 'index.html', redirect: true },
    placeholder: 'shared/missing.png',
  },
] as const

const ROUTE = { secret: 0, api: 1, app: 2, bare: 3, page: 4, all: 5 }

export const siteSettings = (): Settings =>
  checkConfig(
    {
      domains: ['www.example.com', 'example.com', 'example.net'],
      canonicalHost: true,
      cacheTags: true,
      origins: { site: { bucket: 'example-site', region: 'eu-central-1' }, api: { domain: 'api.example.com' } },
      routes: ROUTES,
      headers: CONFIG.headers,
    },
    'a site of pages',
  )

const at = (host: string, input: ViewerInput = {}): ViewerInput => ({ ...input, headers: { host, ...input.headers } })
const to = (location: string, status = 301) => answered(status, { location })
const LIST = { allow: 'GET, HEAD, OPTIONS' }

const HOST = viewerGroup('canonicalHost: the other hosts are redirected to the first', [
  ['GET: 301', at('example.com'), to('https://www.example.com/photo.jpg')],
  ['HEAD: 301', at('example.net', { method: 'HEAD' }), to('https://www.example.com/photo.jpg')],
  ['POST: 308', at('example.com', { method: 'POST', uri: '/api/x' }), to('https://www.example.com/api/x', 308)],
  ['in capitals', at('EXAMPLE.com'), to('https://www.example.com/photo.jpg')],
  [
    'path and query as received',
    at('example.com', { uri: '/%7Ea/../b//c.jpg', query: 'w=600&utm=x' }),
    to('https://www.example.com/%7Ea/../b//c.jpg?w=600&utm=x'),
  ],
  [
    "a path that looks like a stranger's host",
    at('example.com', { uri: '//evil.example/a' }),
    to('https://www.example.com//evil.example/a'),
  ],
  [
    'on a route that is never cached',
    at('example.com', { uri: '/docs/secret/index.html' }),
    to('https://www.example.com/docs/secret/index.html'),
  ],
  [
    'from HTTP in one step',
    at('example.net', { headers: { 'cloudfront-forwarded-proto': 'http' } }),
    to('https://www.example.com/photo.jpg'),
  ],
  ['the first goes on', at('www.example.com'), passed()],
  ["the distribution's own name goes on", at('d111111abcdef8.cloudfront.net'), passed()],
  ['this machine goes on', at('localhost:8443'), passed()],
  ['a name that ends like one of ours goes on', at('evil-example.com'), passed()],
  [
    'a preflight is answered: browsers follow no redirect of one',
    at('example.com', { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } }),
    answered(204, LIST),
  ],
  ['another OPTIONS is not', at('example.com', { method: 'OPTIONS' }), to('https://www.example.com/photo.jpg', 308)],
])

const WEBP = { accept: 'image/avif,image/webp,*/*' }

const redirects = (name: string, uri: string, location: string, more: ViewerInput = {}): ViewerRow => [
  name,
  { uri, ...more },
  to(location),
]

const INDEX = viewerGroup('index: a path that ends in a slash is a page', [
  ['it has one key, whatever images the viewer takes', { uri: '/docs/', headers: WEBP }, passed({ uri: '/docs/' })],
  ['and takes no image parameters', { uri: '/', query: 'w=640&fm=webp' }, passed({ uri: '/' })],
  ['a version does', { uri: '/docs/', query: 'v=7' }, passed({ uri: '/docs/', query: 'v=7' })],
  ['a picture beside it is one as before', { uri: '/docs/a.jpg', headers: WEBP }, keyed('fm=webp')],
  ['a dot segment at the end leaves a slash', { uri: '/docs/a/..' }, passed({ uri: '/docs/' })],
])

const SLASH = viewerGroup('index: a slash is added where that is asked for', [
  redirects('a name without a dot', '/docs', './docs/'),
  redirects('deeper down, relative to where it is', '/docs/a', './a/'),
  redirects('the query as received', '/docs', './docs/?utm=x&v=7', { query: 'utm=x&v=7' }),
  redirects('HEAD', '/docs', './docs/', { method: 'HEAD' }),
  redirects('a colon ends no scheme', '/javascript:alert(1)', './javascript:alert(1)/'),
  redirects("two slashes are no stranger's host", '//evil', './evil/'),
  redirects('an escaped slash stays one', '/a%2fb', './a%2Fb/'),
  redirects('a backslash is escaped', '/a\\b', './a%5Cb/'),
  redirects('the canonical name', '/x/%7e', './~/'),
  ['a name with a dot goes on', { uri: '/docs/a.pdf' }, passed()],
  ['another route goes on', { uri: '/app/a' }, passed()],
  ['an API goes on', { uri: '/api/a' }, passed()],
  ['a route that is never cached goes on', { uri: '/docs/secret/index.html' }, untouched()],
  ['what can be read in two ways is refused all the same', { uri: '/docs%2Fsecret%2Findex.html' }, refused],
])

const toSite = s3Origin('example-site.s3.eu-central-1.amazonaws.com')

const told = (route: number, uri: string, more: Record<string, string> = {}) => ({
  fields: { querystring: '', uri },
  set: { 'x-rimlight-route': `${route}`, ...more },
})

const NOT_FOUND = { status: '404', cacheControl: 'public, max-age=300', body: 'Not Found\n' }

const ORIGIN = originRequestGroup('index', [
  ['the root', { uri: '/', origin: toSite }, told(ROUTE.all, '/index.html')],
  ['a folder', { uri: '/docs/', origin: toSite }, told(ROUTE.all, '/docs/index.html')],
  [
    'with its version',
    { uri: '/docs/', query: 'v=7', origin: toSite },
    told(ROUTE.all, '/docs/index.html', { 'x-rimlight-version': '7' }),
  ],
  [
    'without image parameters',
    { uri: '/docs/', query: 'fm=webp', origin: toSite },
    told(ROUTE.all, '/docs/index.html'),
  ],
  ['a slash that is part of a key is none', { uri: '/docs%2F', origin: toSite }, told(ROUTE.all, '/docs%2F')],
  ['after what the path loses', { uri: '/app/', origin: toSite }, told(ROUTE.app, '/home.html')],
  ['without a slash, the key itself', { uri: '/docs', origin: toSite }, told(ROUTE.all, '/docs')],
  [
    'its own path is on the route of that path',
    { uri: '/docs/index.html', origin: toSite },
    told(ROUTE.page, '/docs/index.html'),
  ],
  [
    'what it stands for is on a route that lets others in: nobody gets it here',
    { uri: '/docs/secret/', origin: toSite },
    { status: '400', cacheControl: 'no-store', body: 'Bad Request\n' },
  ],
  ['without an index, what would list the bucket is missing', { uri: '/bare/', origin: toSite }, NOT_FOUND],
  ['deeper down it is a key', { uri: '/bare/a/', origin: toSite }, told(ROUTE.bare, '/a/')],
])

const PAGE = { 'cache-control': 'public, max-age=86400' }
const page = { uri: '/docs/index.html', route: ROUTE.app }
const TAGS = 'x-amz-meta-tags'

const CACHE_TAGS = responseGroup('cacheTags', [
  ['the path, on every response', page, { set: { ...PAGE, 'cache-tag': '/docs/index.html' } }],
  [
    "the object's own after it, each once in any case, and none that is no tag",
    { ...page, headers: { [TAGS]: 'album-7, Summer ,SUMMER,two words,é,,a"b' } },
    { set: { ...PAGE, 'cache-tag': '/docs/index.html,album-7,Summer,a"b' }, gone: [TAGS] },
  ],
  [
    '50 at most, the path among them',
    { ...page, headers: { [TAGS]: Array.from({ length: 60 }, (_, i) => `t${i}`).join() } },
    {
      set: { ...PAGE, 'cache-tag': ['/docs/index.html', ...Array.from({ length: 49 }, (_, i) => `t${i}`)].join() },
      gone: [TAGS],
    },
  ],
  ['a comma of a path ends no tag', { ...page, uri: '/a,b.html' }, { set: { ...PAGE, 'cache-tag': '/a%2Cb.html' } }],
  ['a path of more than 256 characters has none', { ...page, uri: `/${'a'.repeat(256)}` }, { set: PAGE }],
  ['a 304 without metadata leaves those that are cached', { ...page, status: '304' }, { set: PAGE }],
  [
    'a 304 with metadata has new ones',
    { ...page, status: '304', headers: { [TAGS]: 'new' } },
    { set: { ...PAGE, 'cache-tag': '/docs/index.html,new' }, gone: [TAGS] },
  ],
  [
    "an API's own, in its own header",
    { route: ROUTE.api, uri: '/api/x', origin: customOrigin(), headers: { 'Cache-Tag': 'a, b' } },
    { set: { ...PAGE, 'cache-control': 'max-age=86400', 'cache-tag': '/api/x,a,b' } },
  ],
  [
    'what is missing, too',
    { ...page, status: '404' },
    {
      fields: { status: '404', statusDescription: 'Not Found', body: 'Not Found\n' },
      set: {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'public, max-age=300',
        'x-rimlight': 'missing; s3=404',
        'cache-tag': '/docs/index.html',
      },
      gone: OF_A_BODY,
    },
  ],
  ['a route that is never cached has none', { route: ROUTE.secret, uri: '/docs/secret/index.html' }, {}],
])

/** No source can be read here: what is shown is the subject of test/unit/origin-response and test/e2e. */
const lost = (path: string, more: Record<string, string> = {}, body = true) => ({
  fields: { status: '404', statusDescription: 'Not Found', ...(body ? { body: 'Not Found\n' } : {}) },
  set: {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'public, max-age=60',
    'cache-tag': path,
    'x-rimlight': 'placeholder; reason=source-error; s3=404',
    ...more,
  },
  gone: OF_A_BODY,
})
const VARY = { vary: 'accept' }

const PLACEHOLDER = responseGroup('placeholder: where it can not be had', [
  [
    'text for a minute, with why',
    { route: ROUTE.all, uri: '/a.jpg', status: '404' },
    lost('/a.jpg,/shared/missing.png', VARY),
  ],
  [
    'HEAD too',
    { route: ROUTE.all, uri: '/a.jpg', status: '403', method: 'HEAD' },
    lost('/a.jpg,/shared/missing.png', { ...VARY, 'x-rimlight': 'placeholder; reason=source-error; s3=403' }, false),
  ],
  [
    'on a route without images',
    { route: ROUTE.bare, uri: '/a.svg', status: '404' },
    lost('/a.svg,/shared/%C3%A9t%C3%A9%201%2C2.svg'),
  ],
  [
    'not for what is no picture',
    { route: ROUTE.all, uri: '/a.js', status: '404' },
    {
      ...lost(''),
      set: {
        'content-type': 'text/plain; charset=utf-8',
        'x-rimlight': 'missing; s3=404',
        'cache-control': 'public, max-age=300',
        'cache-tag': '/a.js,/shared/missing.png',
      },
    },
  ],
  [
    'nor for a folder',
    { route: ROUTE.bare, uri: '/a/', status: '404' },
    {
      ...lost(''),
      set: {
        'content-type': 'text/plain; charset=utf-8',
        'x-rimlight': 'missing; s3=404',
        'cache-control': 'public, max-age=300',
        'cache-tag': '/a/,/shared/%C3%A9t%C3%A9%201%2C2.svg',
      },
    },
  ],
])

export const siteTables: Table[] = [
  { trigger: 'viewer-request', groups: [HOST, INDEX, SLASH] },
  { trigger: 'origin-request', groups: [ORIGIN] },
  { trigger: 'origin-response', groups: [CACHE_TAGS, PLACEHOLDER] },
]
