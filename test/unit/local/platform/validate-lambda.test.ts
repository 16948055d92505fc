import { describe, expect, test } from 'vitest'
import { at } from '../../../../base/json-values.ts'
import { GENERATED_RESPONSE_BYTES } from '../../../../edge/limits.ts'
import { validateLambda } from '../../../../local/platform/validate-lambda.ts'
import { originRequestEvent, originResponseEvent, S3_ORIGIN } from '../fixture.ts'

const PREFIX = 'The Lambda function result failed validation: '

const violations = (reasons: string[]) =>
  reasons.map((reason) => ({ error: 'LambdaValidationError', reason: PREFIX + reason }))

const line = (value: unknown, key?: string) => [{ ...(key ? { key } : {}), value }]

const withHeader = (message: { headers: object }, name: string, lines: unknown) => ({
  ...message,
  headers: { ...message.headers, [name]: lines },
})

const readOnly = (name: string) =>
  `The function tried to add, delete, or change a read-only header. headerName : ${name}`
const disallowed = (name: string) => `The function tried to add or change a disallowed header. headerName : ${name}`
const HEADER_SHAPE =
  'headers must have a list of objects with a string value, and a key that is the name of the header in any case, or none. headerName : X-A'

type Message = { headers: object; [field: string]: unknown }
type Case = [rule: string, message: object, change: (message: Message) => unknown, reasons: string[]]

describe('viewer-request', () => {
  const event = originRequestEvent({ origin: undefined }, 'viewer-request')
  const request = at(event, 'Records', 0, 'cf', 'request') as Message

  test.each<[string, unknown, string[]]>([
    ['the same request', request, []],
    ['another path and query', { ...request, uri: '/b', querystring: 'a=1' }, []],
    ['a header that is read-only there', withHeader(request, 'host', line('other.example.com')), [readOnly('Host')]],
    ['one that is so at origin-request alone', withHeader(request, 'if-none-match', line('"a"')), []],
    ['a response', { status: '401', headers: {}, body: 'x' }, []],
    [
      'a response of more than 40 KB',
      { status: '200', headers: {}, body: 'x'.repeat(40_961) },
      ['the length of the body size and header was 40961 bytes which exceeded the CloudFront limit of 40960 bytes'],
    ],
  ])('%s', (_, value, reasons) => {
    expect(validateLambda('viewer-request', event, value)).toEqual(violations(reasons))
  })
})

describe('origin-request', () => {
  const CUSTOM = {
    customHeaders: {},
    domainName: 'api.example.com',
    keepaliveTimeout: 5,
    path: '/prod',
    port: 443,
    protocol: 'https',
    readTimeout: 30,
    sslProtocols: ['TLSv1.2'],
  }
  const withCustom = (change: object) => (request: object) => ({
    ...request,
    origin: { custom: { ...CUSTOM, ...change } },
  })
  const withS3 = (change: object) => (request: object) => ({
    ...request,
    origin: { s3: { ...S3_ORIGIN.s3, ...change } },
  })
  const CASES: Case[] = [
    ['an untouched request is fine', {}, (request) => request, []],
    ['a header may be added without a key', {}, (request) => withHeader(request, 'x-a', line('1')), []],
    ['a key may be in any case', {}, (request) => withHeader(request, 'x-a', line('1', 'X-a')), []],
    ['nothing but an object', {}, () => 'text', ['the function must return an object: a request or a response']],
    [
      'a request or a response',
      {},
      () => ({ Records: [] }),
      ['the function must return a request or a response, the result has neither uri nor status'],
    ],
    [
      'method is read-only',
      {},
      (request) => ({ ...request, method: 'PUT' }),
      ['the function tried to change the read-only field request.method'],
    ],
    [
      'clientIp is read-only',
      {},
      (request) => ({ ...request, clientIp: '::1' }),
      ['the function tried to change the read-only field request.clientIp'],
    ],
    [
      'uri begins with a slash',
      {},
      (request) => ({ ...request, uri: 'key' }),
      ["request.uri must begin with a slash, not with 'key'"],
    ],
    [
      'querystring is a string',
      {},
      (request) => ({ ...request, querystring: {} }),
      ['request.querystring must be a string'],
    ],
    [
      'no space in the query',
      {},
      (request) => ({ ...request, querystring: 'a b' }),
      ["request.querystring must not contain the character '%20'"],
    ],
    ['a key is the name of its header', {}, (request) => withHeader(request, 'x-a', line('1', 'X-B')), [HEADER_SHAPE]],
    ['a header is a list', {}, (request) => withHeader(request, 'x-a', '1'), [HEADER_SHAPE]],
    ['a header value is a string', {}, (request) => withHeader(request, 'x-a', line(1)), [HEADER_SHAPE]],
    [
      'a header value holds no line break',
      {},
      (request) => withHeader(request, 'location', line('/\r\n')),
      ["the function returned an invalid header, invalid character : '%0D' in header value, headerName : Location."],
    ],
    [
      'header names are in lower case',
      {},
      (request) => withHeader(request, 'X-A', line('1')),
      ['headers must have header names in lower case. headerName : X-A'],
    ],
    [
      'a disallowed header is not added',
      {},
      (request) => withHeader(request, 'x-real-ip', line('1')),
      [disallowed('X-Real-Ip')],
    ],
    ['a disallowed header may stay', { headers: { upgrade: line('h2c') } }, (request) => request, []],
    ['a read-only header is not deleted', {}, (request) => ({ ...request, headers: {} }), [readOnly('Via')]],
    [
      'a read-only header is not added',
      {},
      (request) => withHeader(request, 'if-none-match', line('"a"')),
      [readOnly('If-None-Match')],
    ],
    [
      'a request has at most 32,768 bytes',
      { headers: {} },
      (request) => withHeader(request, 'x-a', line('a'.repeat(32_768))),
      [
        'the length of the path, query string and headers was 32781 bytes which exceeded the CloudFront limit of 32768 bytes',
      ],
    ],
    [
      'a body says what is to be done with it',
      {},
      (request) => ({ ...request, body: { data: 'a', encoding: 'text' } }),
      ['request.body.action must be read-only or replace'],
    ],
    [
      'a replaced body has at most 1 MB',
      {},
      (request) => ({ ...request, body: { action: 'replace', encoding: 'text', data: 'a'.repeat(1_048_577) } }),
      ['the length of request.body was 1048577 bytes which exceeded the CloudFront limit of 1048576 bytes'],
    ],
    [
      'a replaced body counts as what its base64 stands for',
      {},
      (request) => ({
        ...request,
        body: { action: 'replace', encoding: 'base64', data: Buffer.alloc(1_048_576).toString('base64') },
      }),
      [],
    ],

    ['another origin is fine', {}, withCustom({}), []],
    [
      'an API origin has one kind',
      {},
      (request) => ({ ...request, origin: { ...S3_ORIGIN, custom: CUSTOM } }),
      ['request.origin must have exactly one of custom and s3'],
    ],
    [
      'an origin is of a kind',
      {},
      (request) => ({ ...request, origin: {} }),
      ['request.origin must have exactly one of custom and s3'],
    ],
    [
      'a custom domain is no IP address',
      {},
      withCustom({ domainName: '10.0.0.1' }),
      [
        'request.origin.custom.domainName must be a host name of at most 253 characters, without a port and not an IP address',
      ],
    ],
    [
      'a custom domain has no port',
      {},
      withCustom({ domainName: 'a.example:80' }),
      [
        'request.origin.custom.domainName must be a host name of at most 253 characters, without a port and not an IP address',
      ],
    ],
    [
      'a path does not end in a slash',
      {},
      withCustom({ path: '/prod/' }),
      [
        'request.origin.custom.path must be empty, or at most 255 characters with a slash at its beginning and none at its end',
      ],
    ],
    [
      'a path is more than a slash',
      {},
      withCustom({ path: '/' }),
      [
        'request.origin.custom.path must be empty, or at most 255 characters with a slash at its beginning and none at its end',
      ],
    ],
    [
      'a port is one that CloudFront takes',
      {},
      withCustom({ port: 22 }),
      ['request.origin.custom.port must be 80, 443, or from 1024 to 65535'],
    ],
    [
      'a protocol is http or https',
      {},
      withCustom({ protocol: 'ftp' }),
      ['request.origin.custom.protocol must be http or https'],
    ],
    [
      'a timeout is from 1 to 120',
      {},
      withCustom({ readTimeout: 121, keepaliveTimeout: 0 }),
      [
        'request.origin.custom.keepaliveTimeout must be a whole number from 1 to 120',
        'request.origin.custom.readTimeout must be a whole number from 1 to 120',
      ],
    ],
    [
      'no field is missing',
      {},
      withCustom({ sslProtocols: undefined }),
      ['request.origin.custom.sslProtocols must be a list of TLS versions'],
    ],
    [
      'responseCompletionTimeout is not below readTimeout',
      {},
      withCustom({ responseCompletionTimeout: 29 }),
      ['request.origin.custom.responseCompletionTimeout must be absent, 0, or a whole number of at least readTimeout'],
    ],
    ['responseCompletionTimeout 0 takes the limit away', {}, withCustom({ responseCompletionTimeout: 0 }), []],
    [
      'an origin header is not on the list',
      {},
      withCustom({ customHeaders: { 'x-amz-date': line('1') } }),
      ['request.origin.custom.customHeaders must not contain a disallowed header. headerName : X-Amz-Date'],
    ],
    [
      'an origin header is not one of the request',
      { headers: { 'x-a': line('1') } },
      withCustom({ customHeaders: { 'X-A': line('1') } }),
      ['request.origin.custom.customHeaders must not contain a header of the request. headerName : X-A'],
    ],
    [
      'an S3 domain is in lower case',
      {},
      withS3({ domainName: 'Photos.s3.amazonaws.com' }),
      ['request.origin.s3.domainName must be a host name of at most 128 lower-case characters'],
    ],
    [
      'an S3 origin says how it is authorised',
      {},
      withS3({ authMethod: 'oac' }),
      ['request.origin.s3.authMethod must be origin-access-identity or none'],
    ],
    [
      'an origin access identity needs the region',
      {},
      withS3({ authMethod: 'origin-access-identity', region: '' }),
      ['request.origin.s3.region must be the region of the bucket, which origin-access-identity needs'],
    ],

    ['an answer is fine', {}, () => ({ status: '404', headers: { 'content-length': line('4') }, body: 'none' }), []],
    ['status is a string of digits', {}, () => ({ status: 404 }), ['the status must be a string of digits']],
    ['status is from 200 to 599', {}, () => ({ status: '100' }), ['the status must be from 200 to 599']],
    [
      'an answer has no Via of its own',
      {},
      () => ({ status: '200', headers: { via: line('1.1 a') } }),
      [readOnly('Via')],
    ],
    [
      'an answer has no disallowed header',
      {},
      () => ({ status: '200', headers: { 'x-amzn-requestid': line('1') } }),
      [disallowed('X-Amzn-Requestid')],
    ],
  ]
  test.each(CASES)('%s', (_rule, request, change, reasons) => {
    const event = originRequestEvent(request)
    const result = change(structuredClone(at(event, 'Records', 0, 'cf', 'request')) as Message)
    expect(validateLambda('origin-request', event, result)).toEqual(violations(reasons))
  })
})

describe('origin-response', () => {
  const bodyOf = (bytes: number) => (response: object) => ({
    ...response,
    headers: { 'transfer-encoding': line('chunked', 'Transfer-Encoding') },
    body: 'a'.repeat(bytes),
  })
  const HEADER_BYTES = 'transfer-encoding: chunked\r\n'.length
  const CASES: Case[] = [
    ['an untouched response is fine', {}, (response) => response, []],
    [
      'a response is expected',
      {},
      () => ({ uri: '/', method: 'GET' }),
      ['the function must return a response, with a status'],
    ],
    ['a status that came in may go out', { status: '0' }, (response) => response, []],
    [
      'a changed status is from 200 to 599',
      {},
      (response) => ({ ...response, status: '600' }),
      ['the status must be from 200 to 599'],
    ],
    [
      'a changed status is a string',
      {},
      (response) => ({ ...response, status: 404 }),
      ['the status must be a string of digits'],
    ],
    [
      'a read-only header is not deleted',
      {},
      (response) => ({ ...response, headers: {} }),
      [readOnly('Transfer-Encoding')],
    ],
    [
      'a read-only header is not added',
      {},
      (response) => withHeader(response, 'via', line('1.1 a')),
      [readOnly('Via')],
    ],
    [
      'content-length may go',
      { headers: { 'content-length': line('5') } },
      (response) => ({ ...response, headers: {} }),
      [],
    ],
    [
      'a disallowed header is not added',
      {},
      (response) => withHeader(response, 'x-cache', line('Hit')),
      [disallowed('X-Cache')],
    ],
    ['a disallowed header may stay', { headers: { 'x-cache': line('Hit') } }, (response) => response, []],
    [
      'a body is a string',
      {},
      (response) => ({ ...response, body: {} }),
      ['The body is not a string, is not an object, or exceeds the maximum size.'],
    ],
    [
      '204 has no body',
      {},
      (response) => ({ ...response, status: '204', body: 'text' }),
      ['a response with status 204 must not have a body'],
    ],
    [
      'an encoding is text or base64',
      {},
      (response) => ({ ...response, body: '', bodyEncoding: 'gzip' }),
      ['bodyEncoding must be text or base64'],
    ],
    [
      'base64 is base64',
      {},
      (response) => ({ ...response, body: 'YQ=', bodyEncoding: 'base64' }),
      ['the body is not valid base64'],
    ],
    [
      'a replaced response has at most 1,048,576 bytes',
      {},
      bodyOf(GENERATED_RESPONSE_BYTES - HEADER_BYTES + 1),
      ['the length of the body size and header was 1048577 bytes which exceeded the CloudFront limit of 1048576 bytes'],
    ],
    ['a replaced response may have 1,048,576 bytes', {}, bodyOf(GENERATED_RESPONSE_BYTES - HEADER_BYTES), []],
  ]
  test.each(CASES)('%s', (_rule, response, change, reasons) => {
    const event = originResponseEvent(response)
    const result = change(structuredClone(at(event, 'Records', 0, 'cf', 'response')) as Message)
    expect(validateLambda('origin-response', event, result)).toEqual(violations(reasons))
  })
})
