import { type Row, rows } from './row.ts'
import { HTTPS, QUOTAS, RESTRICTIONS } from './sources.ts'

const toHttps = (status: number, end = '') => ({
  status,
  xCache: 'Redirect',
  headers: { location: new RegExp(`^https://cdn\\.example\\.com(:\\d+)?/redirect/\\d+${end}$`), server: 'CloudFront' },
})
const refused = { status: 403, xCache: 'Error' }

/** Path and query of so many characters. */
const targetOf = (characters: number) => `/usual/${'x'.repeat(characters - '/usual/'.length)}`

export const PROTOCOL: Row[] = [
  ...rows(HTTPS, 'redirect', {
    'GET by HTTP is redirected': [{ viewer: { scheme: 'http' }, expect: toHttps(301) }],
    'HEAD by HTTP is redirected': [
      { viewer: { scheme: 'http', method: 'HEAD' }, expect: { ...toHttps(301), body: '' } },
    ],
    'with path and query as they are': [
      { viewer: { scheme: 'http', query: 'a=%7e&&b' }, expect: toHttps(301, '\\?a=%7e&&b') },
    ],
    'POST by HTTP is redirected, and stays POST': [
      { viewer: { scheme: 'http', method: 'POST', body: 'x' }, expect: toHttps(307) },
    ],
    'DELETE by HTTP is redirected, and stays DELETE': [
      { viewer: { scheme: 'http', method: 'DELETE' }, expect: toHttps(307) },
    ],
    'GET by HTTP/1.0 is redirected': [{ viewer: { scheme: 'http', version: '1.0' }, expect: toHttps(301) }],
    'POST by HTTP/1.0 is refused': [
      { viewer: { scheme: 'http', version: '1.0', method: 'POST', body: 'x' }, expect: refused },
    ],
    'HTTPS is served': [{ origin: {}, expect: 'Miss' }],
    'HTTPS with HTTP/2 is served': [{ viewer: { version: '2' }, origin: {}, expect: 'Miss' }],
  }),
  ...rows(HTTPS, 'https-only', {
    'GET by HTTP is refused': [{ viewer: { scheme: 'http' }, expect: refused }],
    'POST by HTTP is refused': [{ viewer: { scheme: 'http', method: 'POST', body: 'x' }, expect: refused }],
    'HTTPS is served where it alone is': [{ origin: {}, expect: 'Miss' }],
  }),
  ...rows(HTTPS, 'usual', {
    'HTTP is served where both are allowed': [{ viewer: { scheme: 'http' }, origin: {}, expect: 'Miss' }],
  }),
  ...rows(RESTRICTIONS, 'redirect', {
    'no function runs for a redirect to HTTPS': {
      path: '/generated',
      steps: [{ viewer: { scheme: 'http' }, expect: { ...toHttps(301, '/generated'), headers: { 'x-by': null } } }],
    },
  }),
  ...rows(QUOTAS, 'usual', {
    'a URL of 8,192 characters': [{ viewer: { target: targetOf(8_192) }, origin: {}, expect: 'Miss' }],
    'a URL of 8,193 characters': [
      { viewer: { target: targetOf(8_193) }, expect: { status: 414, xCache: 'Error', isLast: true } },
    ],
    'the query counts': [
      { viewer: { target: '/usual/x', query: 'x'.repeat(8_190) }, expect: { status: 414, isLast: true } },
    ],
    'a request of nearly 32,768 bytes': [
      { viewer: { headers: { 'x-long': 'x'.repeat(32_300) } }, origin: {}, expect: 'Miss' },
    ],
    'a request of more than 32,768 bytes': [
      { viewer: { headers: { 'x-long': 'x'.repeat(32_768) } }, expect: { status: 494, xCache: 'Error', isLast: true } },
    ],
    'headers of an origin’s response of more than 32,768 bytes': [
      {
        origin: { headers: { 'x-a': 'x'.repeat(16_400), 'x-b': 'x'.repeat(16_400) } },
        expect: { status: 502, xCache: 'Error' },
      },
    ],
  }),
]
