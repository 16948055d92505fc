import { cloudFrontBase64 } from '../../cloudfront-base64.ts'
import { type Ask, type Expected, type Row, rows, type Step } from './row.ts'
import {
  both,
  cannedUrl,
  changed,
  conditions,
  cookies,
  forOther,
  KEYS,
  type MakeGrant,
  policyCookies,
  policyUrl,
  resource,
  url,
} from './signing.ts'
import {
  CANNED_COOKIES,
  CANNED_URL,
  CUSTOM_COOKIES,
  CUSTOM_URL,
  QUERY,
  RESPONSE_POLICY,
  SIGNED_COOKIES,
  SIGNED_URLS,
  SIGNERS,
  UNDOCUMENTED,
  URLS_OR_COOKIES,
} from './sources.ts'

const REFUSALS = {
  MissingKey: 'Missing Key-Pair-Id query parameter or cookie value',
  InvalidKey: 'Unknown Key',
  MalformedSignature: 'Could not unencode Signature',
  MalformedPolicy: 'Malformed Policy',
  AccessDenied: 'Access denied',
}
type Code = keyof typeof REFUSALS

/** The origin is not asked. */
const refusal = (code: Code): Step['expect'] => ({
  status: 403,
  xCache: 'Error',
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${REFUSALS[code]}</Message></Error>`,
  headers: { 'content-type': 'text/xml', server: 'CloudFront' },
})

const refused = (code: Code, sign?: MakeGrant, viewer: Ask = {}): Step => ({
  viewer: { ...viewer, ...(sign ? { sign } : {}) },
  expect: refusal(code),
})
const granted = (sign: MakeGrant, viewer: Ask = {}): Step => ({
  viewer: { ...viewer, sign },
  origin: {},
  expect: 'Miss',
})
/** Another viewer has had it before. */
const hit = (sign: MakeGrant, viewer: Ask = {}): Step => ({ viewer: { ...viewer, sign }, expect: 'Hit' })

const only = (policy: string, viewer?: Ask): Step[] => [granted(policyUrl(policy), viewer)]
const denied = (policy: string, viewer?: Ask): Step[] => [refused('AccessDenied', policyUrl(policy), viewer)]
const malformed = (policy: string): Step[] => [refused('MalformedPolicy', policyUrl(policy))]

const told = (xCache: string): Expected => ({ xCache, headers: { 'cache-control': 'private' } })

const MINUTE = '"DateLessThan":{"AWS:EpochTime":{now+60}}'
const OTHER_KEY = { key: KEYS.editor }

export const SIGNED: Row[] = [
  ...rows(SIGNED_URLS, 'signed', {
    'without a signature': [refused('MissingKey')],
    'a signed URL': [granted(url())],
    'a signed URL with parameters of its own': [granted(url(), { query: 'size=large&license=yes' })],
    'HEAD needs one, too': [{ viewer: { method: 'HEAD' }, expect: { status: 403, xCache: 'Error', body: '' } }],
    'OPTIONS needs no grant, and reaches the origin': [
      { viewer: { method: 'OPTIONS' }, origin: {}, sees: { method: 'OPTIONS' }, expect: 'Miss' },
    ],
    'a range needs one': [
      granted(url()),
      refused('MissingKey', undefined, { headers: { range: 'bytes=0-1' } }),
      { viewer: { sign: url(), headers: { range: 'bytes=0-1' } }, expect: { status: 206, xCache: 'Hit', body: 'ob' } },
    ],
    'a condition needs one: no 304 without': [
      { viewer: { sign: url() }, origin: { headers: { etag: '"a"' } }, expect: 'Miss' },
      refused('MissingKey', undefined, { headers: { 'if-none-match': '"a"' } }),
      { viewer: { sign: url(), headers: { 'if-none-match': '"a"' } }, expect: { status: 304, xCache: 'Hit' } },
    ],
    'what is in the cache needs one, too': [
      granted(url()),
      refused('MissingKey'),
      refused('InvalidKey', url({ key: KEYS.stranger })),
      refused('AccessDenied', url({ until: -1 })),
      refused('AccessDenied', forOther(url(), /\w+$/, 'other')),
      hit(url()),
    ],
    'two viewers with grants of their own share an object': [
      granted(url({ until: 60 })),
      hit(url({ until: 90 })),
      hit(cookies({ key: KEYS.ecdsa })),
    ],
    'a parameter that was added after signing': [refused('AccessDenied', changed(url(), /^/, 'w=640&'))],
    'a parameter that was taken out': [
      refused('AccessDenied', changed(url(), 'size=large&', ''), { query: 'size=large&license=yes' }),
    ],
    'parameters in another order': [
      refused('AccessDenied', changed(url(), 'a=1&b=2', 'b=2&a=1'), { query: 'a=1&b=2' }),
    ],
    'at the time at which it ends, and after it': [
      refused('AccessDenied', url({ until: 0 })),
      refused('AccessDenied', url({ until: -1 })),
    ],
    'by the clock of the distribution': [{ ...granted(url()), after: 100 }],
    'HTTP/2': [granted(url(), { version: '2' })],
    'HTTP, where it is allowed': [granted(url(), { scheme: 'http' })],
    'HTTP with a signature for HTTPS': [
      refused('AccessDenied', forOther(url(), /^http:/, 'https:'), { scheme: 'http' }),
    ],
    'an error of the origin needs a grant, too': [
      { viewer: { sign: url() }, origin: { status: 404 }, expect: { status: 404, xCache: 'Error' } },
      refused('MissingKey'),
    ],
  }),
  ...rows(SIGNED_URLS, 'redirect-signed', {
    'a redirect to HTTPS needs no grant, and keeps the signature': [
      {
        viewer: { scheme: 'http', sign: url() },
        expect: { status: 301, xCache: 'Redirect', headers: { location: /&Key-Pair-Id=KRSA&Signature=[\w~-]+$/ } },
      },
    ],
  }),
  ...rows(SIGNERS, 'signed', {
    'RSA 2048': [granted(cannedUrl({}, { key: KEYS.rsa }))],
    'ECDSA P-256': [granted(url({ key: KEYS.ecdsa }))],
    'a key of no group': [refused('InvalidKey', url({ key: KEYS.stranger }))],
    'a key of a group of another behaviour': [refused('InvalidKey', url(OTHER_KEY))],
    'a key of the group, and the signature of another key': [
      refused('AccessDenied', cannedUrl({ 'Key-Pair-Id': 'KRSA' }, { key: KEYS.stranger })),
    ],
    'a signature of ECDSA by the id of the RSA key': [
      refused('AccessDenied', cannedUrl({ 'Key-Pair-Id': 'KRSA' }, { key: KEYS.ecdsa })),
    ],
    'the name of a property of every object': [refused('InvalidKey', cannedUrl({ 'Key-Pair-Id': '__proto__' }))],
  }),
  ...rows(SIGNERS, 'signed-by-two', {
    'the keys of all groups of the behaviour count': [granted(url()), hit(url(OTHER_KEY))],
  }),
  ...rows(CANNED_URL, 'signed', {
    'SHA-256, said so': [granted(url({ hash: 'SHA256' }))],
    'SHA-256 with ECDSA': [granted(url({ hash: 'SHA256', key: KEYS.ecdsa }))],
    'SHA-1, said so': [granted(cannedUrl({ 'Hash-Algorithm': 'SHA1' }))],
    'SHA-256, not said': [refused('AccessDenied', cannedUrl({}, { hash: 'SHA256' }))],
    'SHA-1, called SHA-256': [refused('AccessDenied', cannedUrl({ 'Hash-Algorithm': 'SHA256' }))],
    'parameters in any order': [
      granted(changed(url(), /^(a=1)&(Expires=\d+)&(.+)&(Signature=.+)$/, '$4&$1&$3&$2'), { query: 'a=1' }),
    ],
    'another expiry than the one that was signed': [refused('AccessDenied', cannedUrl({ Expires: '4102444800' }))],
    'without an expiry': [refused('MalformedPolicy', cannedUrl({ Expires: undefined }))],
    'an expiry in milliseconds is beyond 2262': [
      refused('MalformedPolicy', changed(cannedUrl(), /Expires=(\d+)/, 'Expires=$1000')),
    ],
    'what is signed for a URL with an asterisk opens more, when it is sent as a policy': {
      path: '/abc',
      steps: [granted(forOther(policyUrl(resource('{url}')), /abc$/, 'a*'))],
    },
  }),
  ...rows(CUSTOM_URL, 'signed', {
    'a policy of the SDK’s: with a beginning and addresses': [granted(url({ from: -1, address: '127.0.0.0/8' }))],
    'a policy with spaces': [granted(policyUrl(resource('{url}').replaceAll(':[', ': [ ')))],
    'SHA-256': [granted(policyUrl(resource('{url}'), {}, { hash: 'SHA256' }))],
    'the policy of somebody else': [
      refused('AccessDenied', changed(policyUrl(resource('{url}')), /Policy=[^&]+/, `Policy=${encodedPolicy('*')}`)),
    ],
    'before it begins': [refused('AccessDenied', url({ from: 30 }))],
    'after it has begun': [granted(url({ from: -1 }))],
    'another address': [refused('AccessDenied', url({ address: '192.0.2.10' }))],
    'a range with the address': [granted(url({ address: '127.0.0.0/24' }))],
    'the address alone': [granted(url({ address: '127.0.0.1/32' }))],
    'a range without it': [refused('AccessDenied', url({ address: '127.0.1.0/24' }))],
    'any address': [granted(url({ address: '0.0.0.0/0' }))],
    'an address of IPv6': malformed(conditions(`${MINUTE},"IpAddress":{"AWS:SourceIp":"::1/128"}`)),
    'two ranges': malformed(conditions(`${MINUTE},"IpAddress":{"AWS:SourceIp":["127.0.0.1/32","10.0.0.0/8"]}`)),
    'without Resource: everything': only(`{"Statement":[{"Condition":{${MINUTE}}}]}`, { query: 'a=1' }),
    'without DateLessThan': malformed(conditions('"DateGreaterThan":{"AWS:EpochTime":1}')),
    'a time in quotation marks': malformed(conditions('"DateLessThan":{"AWS:EpochTime":"{now+60}"}')),
    'two statements': malformed(
      `{"Statement":[{"Resource":"*","Condition":{${MINUTE}}},{"Resource":"*","Condition":{${MINUTE}}}]}`,
    ),
    'a statement without its list': malformed(`{"Statement":{"Resource":"*","Condition":{${MINUTE}}}}`),
    'an abbreviated name': malformed(conditions(`${MINUTE},"IpAddr":{"AWS:SourceIp":"127.0.0.1/32"}`)),

    'any URL': only(resource('*')),
    'the protocol and the rest': only(resource('https://*'), { query: 'a=1' }),
    'another protocol': denied(resource('http://*')),
    'any protocol': only(resource('*://cdn.example.com/*')),
    'the protocol left out': only(resource('*.example.com/*')),
    'a domain with an asterisk at its end': only(resource('https://cdn.example.*'), { query: 'a=1' }),
    'another domain': denied(resource('https://www.example.com/*')),
    'an asterisk in the domain does not reach into the path': denied(resource('https://*/x')),
    'a folder': only(resource('{origin}/signed/*')),
    'another folder': denied(resource('{origin}/other/*')),
    'an asterisk in the middle': only(resource('{origin}/*ned/*')),
    'a question mark is one character': only(resource('{origin}/signe?/*')),
    'and no more': denied(resource('{origin}/sig?/*')),
    'the path, whatever its query: with an asterisk at its end': only(resource('{origin}/signed/*'), {
      query: 'w=640',
    }),
    'the path alone, with a query': denied(resource('{origin}/signed/*x'), { query: 'w=640x' }),
    'the path and its query': only(resource('{url}'), { query: 'size=large&license=yes' }),
    'a query with an asterisk': only(resource('{origin}/signed/*\\?size=*&license=yes'), {
      query: 'size=large&license=yes',
    }),
    'another query': denied(resource('{origin}/signed/*\\?size=small'), { query: 'size=large' }),
    'case counts': denied(resource('{origin}/SIGNED/*')),
    'signing parameters are no part of it': only(resource('{origin}/signed/*\\?a=?'), { query: 'a=1' }),
  }),
  ...rows(CANNED_COOKIES, 'signed', {
    'cookies by a canned policy': [granted(cookies())],
    'SHA-256': [granted(cookies({ hash: 'SHA256' }))],
    'for another URL': [refused('AccessDenied', forOther(cookies(), /\w+$/, 'other'))],
    'the names are case-sensitive': [refused('MissingKey', changed(cookies(), 'Key-Pair-Id', 'Key-pair-id'))],
  }),
  ...rows(CUSTOM_COOKIES, 'signed', {
    'cookies for a folder': [
      { viewer: { sign: policyCookies(resource('{origin}/signed/*')), query: 'a=1' }, origin: {}, expect: 'Miss' },
    ],
    'ECDSA and SHA-256': [granted(policyCookies(resource('*'), {}, { key: KEYS.ecdsa, hash: 'SHA256' }))],
    'for another folder': [refused('AccessDenied', policyCookies(resource('{origin}/other/*')))],
    ended: [refused('AccessDenied', policyCookies(conditions('"DateLessThan":{"AWS:EpochTime":{now-1}}')))],
    'for another address': [refused('AccessDenied', cookies({ address: '192.0.2.0/24' }))],
    'without a policy': [refused('MalformedPolicy', policyCookies(resource('*'), { Policy: undefined }))],
    'among others': [
      granted(
        both(
          () => ({ cookie: 'theme=dark' }),
          both(cookies(), () => ({ cookie: 'a=1' })),
        ),
      ),
    ],
  }),
  ...rows(URLS_OR_COOKIES, 'signed', {
    'a signed URL counts, and good cookies do not': [refused('AccessDenied', both(url({ until: -1 }), cookies()))],
    'a good URL, and cookies that have ended': [granted(both(url(), cookies({ until: -1 })))],
    ...Object.fromEntries(
      ['Expires', 'Policy', 'Signature', 'Hash-Algorithm'].map((name) => [
        `with a parameter ${name}, cookies are not looked at`,
        [
          refused(
            'MissingKey',
            both(cookies(), () => ({ query: `${name}=1` })),
          ),
        ],
      ]),
    ),
    'Key-Pair-Id, too': [
      refused(
        'InvalidKey',
        both(cookies(), () => ({ query: 'Key-Pair-Id=1' })),
      ),
    ],
  }),
  ...rows(QUERY, 'signed-query', {
    'the parameters of a signature are not in the key, and do not reach the origin': [
      { viewer: { sign: url(), query: 'a=1' }, origin: {}, sees: { query: 'a=1' }, expect: 'Miss' },
      hit(url({ until: 90 }), { query: 'a=1' }),
      hit(policyUrl(resource('*')), { query: 'a=1' }),
    ],
  }),
  ...rows(QUERY, 'query-all', {
    'where no signature is asked for, they are parameters as others': [
      {
        viewer: { query: 'Expires=1&Signature=2' },
        origin: {},
        sees: { query: 'Expires=1&Signature=2' },
        expect: 'Miss',
      },
      { viewer: { query: 'Expires=2&Signature=2' }, origin: {}, expect: 'Miss' },
    ],
  }),
  ...rows(SIGNED_COOKIES, 'signed-cookies', {
    'signed cookies are not in the key': [
      granted(both(cookies(), () => ({ cookie: 'a=1' }))),
      hit(both(cookies({ until: 90 }), () => ({ cookie: 'a=1' }))),
      granted(both(cookies(), () => ({ cookie: 'a=2' }))),
    ],
  }),
  ...rows(RESPONSE_POLICY, 'private', {
    'viewers are told private, and CloudFront caches for as long as the origin says': [
      { viewer: { sign: url() }, origin: { headers: { expires: '{+60}' } }, expect: told('Miss') },
      { after: 50, viewer: { sign: cookies() }, expect: told('Hit') },
      { after: 11, viewer: { sign: url() }, origin: { headers: { expires: '{+60}' } }, expect: told('Miss') },
    ],
    'a 304 is private, too': [
      { viewer: { sign: url() }, origin: { headers: { etag: '"a"' } }, expect: told('Miss') },
      {
        viewer: { sign: url(), headers: { 'if-none-match': '"a"' } },
        expect: { ...told('Hit'), status: 304 },
      },
    ],
    'and a refusal': [{ expect: { status: 403, xCache: 'Error', headers: { 'cache-control': 'private' } } }],
    'what the origin says itself stands': [
      {
        viewer: { sign: url() },
        origin: { headers: { 'cache-control': 'no-store' } },
        expect: { xCache: 'Miss', headers: { 'cache-control': 'no-store' } },
      },
    ],
  }),
  ...rows(UNDOCUMENTED, 'signed', {
    'a key comes first': [refused('InvalidKey', () => ({ query: 'Key-Pair-Id=K1&Signature=!&Policy=!' }))],
    'then the encoding of the signature': [
      refused('MalformedSignature', () => ({ query: 'Key-Pair-Id=KRSA&Signature=!&Policy=!' })),
    ],
    'then the policy': [refused('MalformedPolicy', cannedUrl({ Expires: undefined, Policy: '!' }))],
    'an empty Key-Pair-Id': [refused('MissingKey', cannedUrl({ 'Key-Pair-Id': '' }))],
    'without a signature in it': [refused('MalformedSignature', cannedUrl({ Signature: undefined }))],
    'a signature in plain base64': [refused('MalformedSignature', cannedUrl({ Signature: 'ab+/' }))],
    'a signature that is too short': [refused('AccessDenied', cannedUrl({ Signature: 'abcd' }))],
    'an expiry that is no number': [refused('MalformedPolicy', cannedUrl({ Expires: 'soon' }))],
    'a policy that is no JSON': malformed('{"Statement":['),
    'an address without a length': malformed(conditions(`${MINUTE},"IpAddress":{"AWS:SourceIp":"127.0.0.1"}`)),
    'another hash': [refused('AccessDenied', cannedUrl({ 'Hash-Algorithm': 'MD5' }))],
    'a policy counts before an expiry': [granted(policyUrl(resource('{url}'), { Expires: '1' }))],
    'of two signatures the first counts': [
      granted(both(cannedUrl(), () => ({ query: 'Signature=abcd' }))),
      refused(
        'AccessDenied',
        both(() => ({ query: 'Signature=abcd' }), cannedUrl()),
      ),
    ],
    'of two cookies of a name the first counts': [
      granted(both(cookies(), cookies({ until: -1 }))),
      refused('AccessDenied', both(cookies({ until: -1 }), cookies())),
    ],
    'a tilde that is escaped': [granted(changed(cannedUrl(), /~/g, '%7E'))],
    'a cookie whose value is escaped': [
      refused('MalformedSignature', changed(cookies(), /Signature=./, 'Signature=%41')),
    ],
  }),
]

function encodedPolicy(wanted: string): string {
  const text = `{"Statement":[{"Resource":"${wanted}","Condition":{"DateLessThan":{"AWS:EpochTime":4102444800}}}]}`
  return cloudFrontBase64(text)
}
