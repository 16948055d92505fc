import { type Ask, type Row, rows, type Step } from './row.ts'
import { CACHE_KEY, CACHE_POLICY, COOKIES, HEADERS, INVALIDATION, QUERY } from './sources.ts'

const asked = (viewer: Ask): Step => ({ viewer, origin: {}, expect: 'Miss' })
const cached = (viewer: Ask): Step => ({ viewer, expect: 'Hit' })
const same = (one: Ask, other: Ask): Step[] => [asked(one), cached(other)]
const another = (one: Ask, other: Ask): Step[] => [asked(one), asked(other), cached(one), cached(other)]

const query = (text: string): Ask => ({ query: text })
const header = (name: string, value: string): Ask => ({ headers: { [name]: value } })
const cookie = (value: string) => header('cookie', value)

export const KEYS: Row[] = [
  ...rows(CACHE_KEY, 'usual', {
    'the query is not in the key': same(query('ref=1'), query('ref=2')),
    'headers are not in the key': same(header('accept-language', 'en'), header('accept-language', 'de')),
    'cookies are not in the key': same(cookie('session_id=1'), cookie('session_id=2')),
    'the host is not in the key': same({}, header('host', 'd111111abcdef8.cloudfront.net')),
    'the path is': [
      { viewer: { target: '/usual/key/a' }, origin: {}, expect: 'Miss' },
      { viewer: { target: '/usual/key/A' }, origin: {}, expect: 'Miss' },
      { viewer: { target: '/usual/key/a' }, expect: 'Hit' },
    ],
    'HTTP and HTTPS share objects': same({}, { scheme: 'http' }),
    'versions of HTTP share objects': same({ version: '2' }, { version: '1.1' }),
    'a GET answers for HEAD': [asked({}), { viewer: { method: 'HEAD' }, expect: { xCache: 'Hit', body: '' } }],
  }),
  ...rows(CACHE_POLICY, 'query-named', {
    'parameters that are named': another(query('color=red'), query('color=blue')),
    'parameters that are not': same(query('color=red&x=1'), query('color=red&x=2')),
    'the origin gets those that are named': [
      { viewer: query('x=1&color=red&b=2'), origin: {}, sees: { query: 'color=red&b=2' }, expect: 'Miss' },
    ],
  }),
  ...rows(QUERY, 'query-named', {
    'the order of parameters counts': another(query('color=red&b=1'), query('b=1&color=red')),
    'the case of values counts': another(query('color=red'), query('color=Red')),
    'the case of names counts': same(query('Color=red'), query('Color=blue')),
    'another delimiter makes one value': another(query('color=red;size=1'), query('color=red;size=2')),
    'another delimiter hides a name': same(query('size=1;color=red'), query('size=1;color=blue')),
  }),
  ...rows(CACHE_POLICY, 'query-except', {
    'parameters that are excepted': same(query('a=1&utm=x'), query('a=1&utm=y')),
    'all others': another(query('a=1&utm=x'), query('a=2&utm=x')),
  }),
  ...rows(CACHE_POLICY, 'query-all', {
    'all parameters': another(query('a=1'), query('a=1&b')),
    'the origin gets them byte for byte': [
      { viewer: query('b=%7e%E9&&a=+'), origin: {}, sees: { query: 'b=%7e%E9&&a=+' }, expect: 'Miss' },
    ],
  }),
  ...rows(HEADERS, 'headers-named', {
    'headers that are named': another(header('product', 'Acme'), header('product', 'Apex')),
    'the case of values counts': another(header('product', 'Acme'), header('product', 'acme')),
    'the case of names does not': same(header('product', 'Acme'), header('PRODUCT', 'Acme')),
    'the order of headers does not': same(
      { headers: { product: 'Acme', 'accept-language': 'en' } },
      { headers: { 'accept-language': 'en', product: 'Acme' } },
    ),
    'headers that are not named': same(header('x-other', '1'), header('x-other', '2')),
    'the origin gets those that are named': [
      {
        viewer: { headers: { product: 'Acme', 'x-other': '1' } },
        origin: {},
        sees: { headers: { product: 'Acme', 'x-other': null } },
        expect: 'Miss',
      },
    ],
  }),
  ...rows(COOKIES, 'cookies-named', {
    'cookies that are named': another(cookie('country=uk'), cookie('country=fr')),
    'cookies that are not': same(cookie('country=uk; session=1'), cookie('session=2; country=uk')),
    'the case of values counts': another(cookie('country=uk'), cookie('country=UK')),
    'their order does not': same(cookie('country=uk; a=1'), cookie('a=1; country=uk')),
    'the origin gets those that are named, sorted': [
      {
        viewer: cookie('session=1; country=uk; a=1'),
        origin: {},
        sees: { headers: { cookie: 'a=1; country=uk' } },
        expect: 'Miss',
      },
    ],
  }),
  ...rows(COOKIES, 'cookies-all', {
    'all cookies': another(cookie('a=1'), cookie('a=1; b=2')),
  }),
  ...rows(INVALIDATION, 'query-all', {
    'a path': [asked({}), { ...asked({}), invalidate: ['~'] }],
    'a path with a star, and all queries': [asked(query('a=1')), { ...asked(query('a=1')), invalidate: ['~*'] }],
    'a path without a star leaves queries': [asked(query('a=1')), { ...cached(query('a=1')), invalidate: ['~'] }],
    'a path that is another': [asked({}), { ...cached({}), invalidate: ['~/x', '/query-all'] }],
  }),
  ...rows(CACHE_KEY, 'usual', {
    'each edge location has a cache of its own': [
      { viewer: { pop: 'FRA56-P1' }, origin: {}, expect: { xCache: 'Miss', headers: { 'x-amz-cf-pop': 'FRA56-P1' } } },
      { viewer: { pop: 'IAD89-P2' }, origin: {}, expect: { xCache: 'Miss', headers: { 'x-amz-cf-pop': 'IAD89-P2' } } },
      { viewer: { pop: 'FRA56-P1' }, expect: { xCache: 'Hit', body: 'object 1' } },
      { viewer: { pop: 'IAD89-P2' }, expect: { xCache: 'Hit', body: 'object 2' } },
    ],
  }),
]
