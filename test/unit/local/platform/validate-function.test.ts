import { expect, test } from 'vitest'
import { validateFunction } from '../../../../local/platform/validate-function.ts'
import { functionEvent } from '../fixture.ts'

const PREFIX = 'The CloudFront function returned an invalid value: '

type Message = { headers: object; [field: string]: unknown }

/** What each breach is called: the rule, what the event's request has, what the function makes of it, the reasons. */
type Case = [rule: string, request: object, change: (request: Message) => unknown, reasons: string[]]

const field = (value: string) => ({ value })

const CASES: Case[] = [
  ['an untouched request is fine', {}, (request) => request, []],
  [
    'a request without headers or query is fine if it came so',
    { headers: undefined, querystring: undefined },
    (request) => request,
    [],
  ],
  ['a query may be a string', {}, (request) => ({ ...request, querystring: 'v=1&w=640' }), []],
  [
    'a repeated header is fine',
    {},
    (request) => withHeader(request, 'x-a', { value: 'a', multiValue: [field('a'), field('b')] }),
    [],
  ],
  [
    'a header may be added, changed and removed',
    { headers: { a: field('1'), b: field('1') } },
    (request) => ({ ...request, headers: { a: field('2'), c: field('3') } }),
    [],
  ],
  ['nothing but an object', {}, () => 'text', ['a request or a response is expected']],
  [
    'not the whole event',
    {},
    (request) => functionEvent(request),
    ['a request or a response is expected, the function returned the whole event'],
  ],
  [
    'a request or a response',
    {},
    () => ({ headers: {} }),
    ['a request or a response is expected, it has neither uri nor statusCode'],
  ],
  [
    'method is read-only',
    {},
    (request) => ({ ...request, method: 'POST' }),
    ['the function tried to change the read-only field request.method'],
  ],
  [
    'method must not go missing',
    {},
    ({ uri, headers }) => ({ uri, headers }),
    ['the function tried to change the read-only field request.method'],
  ],
  ['uri is a string', {}, (request) => ({ ...request, uri: 1 }), ['request.uri must be a string']],
  [
    'uri begins with a slash',
    {},
    (request) => ({ ...request, uri: 'a.jpg' }),
    ["request.uri must begin with a slash, not with 'a.jpg'"],
  ],
  ['an unfilled template that came in may go out', { uri: '{{{uri}}}' }, (request) => request, []],
  [
    'uri and query have fewer than 8,192 characters',
    {},
    (request) => ({ ...request, uri: `/${'a'.repeat(8_000)}`, querystring: 'b'.repeat(191) }),
    ['the length of request.uri and request.querystring was 8192 characters; CloudFront allows fewer than 8192'],
  ],
  [
    'uri and query may have 8,191 characters',
    {},
    (request) => ({ ...request, uri: `/${'a'.repeat(8_000)}`, querystring: 'b'.repeat(190) }),
    [],
  ],
  [
    "a long URL that came in is not the function's doing",
    { uri: `/${'a'.repeat(9_000)}` },
    (request) => ({ ...request, querystring: '' }),
    [],
  ],
  [
    'no space in the query',
    {},
    (request) => ({ ...request, querystring: 'a=b c' }),
    ["request.querystring must not contain the character '%20'"],
  ],
  [
    'no # in the query',
    {},
    (request) => ({ ...request, querystring: { a: field('b#c') } }),
    ["request.querystring must not contain the character '%23'"],
  ],
  [
    'no control character in the query',
    {},
    (request) => ({ ...request, querystring: 'a=\n' }),
    ["request.querystring must not contain the character '%0A'"],
  ],
  ['a query that came in with a space may go out', { querystring: { a: field('b c') } }, (request) => request, []],
  [
    'a parameter has a string value',
    {},
    (request) => ({ ...request, querystring: { a: 'b' } }),
    ['request.querystring.a must be an object with a string value'],
  ],
  [
    'a cookie has a string value',
    {},
    (request) => ({ ...request, cookies: { a: { value: 1 } } }),
    ['request.cookies.a must be an object with a string value'],
  ],
  [
    'headers is an object',
    {},
    (request) => ({ ...request, headers: [] }),
    ['request.headers must be an object', readOnly('Host')],
  ],
  [
    'header names are in lower case',
    {},
    (request) => withHeader(request, 'X-A', field('1')),
    ['request.headers must have header names in lower case. headerName : X-A'],
  ],
  [
    'header names are tokens',
    {},
    (request) => withHeader(request, 'x a', field('1')),
    ["the function returned an invalid header, invalid character : '%20' in header name, headerName : X a."],
  ],
  [
    'header names are not empty',
    {},
    (request) => withHeader(request, '', field('1')),
    ['the function returned an invalid header, empty header name, headerName : .'],
  ],
  [
    'header values hold no line break',
    {},
    (request) => withHeader(request, 'x-a', field('1\r\nx-b: 2')),
    ["the function returned an invalid header, invalid character : '%0D' in header value, headerName : X-A."],
  ],
  [
    'header values are strings',
    {},
    (request) => withHeader(request, 'x-a', field(1 as never)),
    [
      'request.headers must have an object with a string value, and where a header repeats with multiValue, a list of such objects. headerName : X-A',
    ],
  ],
  [
    'cookies are not headers',
    {},
    (request) => withHeader(request, 'cookie', field('a=b')),
    ['request.headers must not contain cookie; use request.cookies'],
  ],
  [
    'a disallowed header is not added',
    {},
    (request) => withHeader(request, 'x-edge-location', field('1')),
    ['The function tried to add or change a disallowed header. headerName : X-Edge-Location'],
  ],
  [
    'a disallowed header is not changed',
    { headers: { connection: field('close') } },
    (request) => withHeader(request, 'connection', field('keep-alive')),
    ['The function tried to add or change a disallowed header. headerName : Connection'],
  ],
  ['a disallowed header may stay', { headers: { connection: field('close') } }, (request) => request, []],
  [
    'a disallowed header may go',
    { headers: { connection: field('close') } },
    (request) => ({ ...request, headers: {} }),
    [],
  ],
  [
    'a read-only header is not changed',
    {},
    (request) => withHeader(request, 'host', field('other')),
    [readOnly('Host')],
  ],
  ['a read-only header is not deleted', {}, (request) => ({ ...request, headers: {} }), [readOnly('Host')]],
  ['a read-only header is not added', {}, (request) => withHeader(request, 'via', field('1.1 a')), [readOnly('Via')]],
  [
    'a request has at most 32,768 bytes',
    {},
    (request) => withHeader(request, 'x-a', field('a'.repeat(32_768))),
    [
      `the length of the path, query string and headers was ${32_768 + 'x-a'.length + 4 + '/a.jpg'.length + 'hostcdn.example.com'.length + 4} bytes which exceeded the CloudFront limit of 32768 bytes`,
    ],
  ],
  [
    'a response is fine',
    {},
    () => ({
      statusCode: 301,
      statusDescription: 'Moved',
      headers: { location: field('/') },
      cookies: { a: { value: 'b', attributes: 'Path=/' } },
      body: 'text',
    }),
    [],
  ],
  [
    'a response may state its length',
    {},
    () => ({ statusCode: 200, headers: { 'content-length': field('4') }, body: 'text' }),
    [],
  ],
  ['statusCode is a number', {}, () => ({ statusCode: '200' }), ['response.statusCode must be a number']],
  ['statusCode is from 200 to 599', {}, () => ({ statusCode: 199 }), ['the status must be from 200 to 599']],
  [
    'statusDescription is a string',
    {},
    () => ({ statusCode: 200, statusDescription: 1 }),
    ['response.statusDescription must be a string'],
  ],
  [
    'a response names headers in lower case',
    {},
    () => ({ statusCode: 200, headers: { Location: field('/') } }),
    ['response.headers must have header names in lower case. headerName : Location'],
  ],
  [
    'a response sets cookies in their own object',
    {},
    () => ({ statusCode: 200, headers: { 'set-cookie': field('a=b') } }),
    ['response.headers must not contain set-cookie; use response.cookies'],
  ],
  [
    'a response has no disallowed header',
    {},
    () => ({ statusCode: 200, headers: { 'x-cache': field('Hit') } }),
    ['The function tried to add or change a disallowed header. headerName : X-Cache'],
  ],
  [
    'a response has no Transfer-Encoding of its own',
    {},
    () => ({ statusCode: 200, headers: { 'transfer-encoding': field('chunked') } }),
    [readOnly('Transfer-Encoding')],
  ],
  [
    '204 has no body',
    {},
    () => ({ statusCode: 204, body: 'text' }),
    ['a response with status 204 must not have a body'],
  ],
  [
    'a body is text or has an encoding',
    {},
    () => ({ statusCode: 200, body: { data: 'text' } }),
    ['response.body must be a string, or an object with data and an encoding of text or base64'],
  ],
  [
    'base64 is base64',
    {},
    () => ({ statusCode: 200, body: { encoding: 'base64', data: 'a-b' } }),
    ['response.body is not valid base64'],
  ],
  ['base64 may be padded', {}, () => ({ statusCode: 200, body: { encoding: 'base64', data: 'YQ==' } }), []],
]

function readOnly(name: string) {
  return `The function tried to add, delete, or change a read-only header. headerName : ${name}`
}

function withHeader(request: { headers: object }, name: string, value: object) {
  return { ...request, headers: { ...request.headers, [name]: value } }
}

test.each(CASES)('%s', (_rule, request, change, reasons) => {
  const event = functionEvent(request)
  expect(validateFunction(event, change(structuredClone(event.request) as Message))).toEqual(
    reasons.map((reason) => ({ error: 'FunctionValidationError', reason: PREFIX + reason })),
  )
})
