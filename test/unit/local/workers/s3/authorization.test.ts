import { describe, expect, it } from 'vitest'
import { toS3Request } from '../../../../../local/workers/s3/address.ts'
import { authorize } from '../../../../../local/workers/s3/authorization.ts'
import { S3Error } from '../../../../../local/workers/s3/s3-error.ts'

/** Of the examples in the S3 API Reference. */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}
const TIME = '20130524T000000Z'
const NOW = Date.UTC(2013, 4, 24)
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const LIFECYCLE_SIGNATURE = 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'
const LIST_SIGNATURE = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'
const GET_SIGNATURE = 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'

type Asked = {
  method?: string
  target?: string
  host?: string
  headers?: Record<string, string>
  clocks?: { machine: number; buckets: number }
  region?: string | null
  sessionToken?: string
}

function verdictOn(asked: Asked): S3Error | 'allowed' {
  const { method = 'GET', target = '/test.txt', host = 'examplebucket.s3.amazonaws.com', headers = {} } = asked
  const { clocks = { machine: NOW, buckets: NOW }, region = 'us-east-1', sessionToken } = asked
  const request = toS3Request({ method, target, host, headers: new Headers(headers), body: null })
  try {
    authorize(request, { ...credentials, ...(sessionToken ? { sessionToken } : {}) }, region, clocks)
    return 'allowed'
  } catch (error) {
    if (error instanceof S3Error) return error
    throw error
  }
}

const authorization = (
  signedHeaders: string,
  signature: string,
  credential = `${credentials.accessKeyId}/20130524/us-east-1/s3/aws4_request`,
) => `AWS4-HMAC-SHA256 Credential=${credential},SignedHeaders=${signedHeaders},Signature=${signature}`

const GET = {
  headers: {
    range: 'bytes=0-9',
    'x-amz-content-sha256': EMPTY,
    'x-amz-date': TIME,
    authorization: authorization('host;range;x-amz-content-sha256;x-amz-date', GET_SIGNATURE),
  },
}

const presigned = (changes: Record<string, string> = {}) => {
  const parameters = {
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request',
    'X-Amz-Date': TIME,
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    ...changes,
  }
  return `/test.txt?${Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join('&')}`
}

describe('the examples of the S3 API Reference are allowed', () => {
  it.each<[string, Asked]>([
    ['GET Object, with a range', GET],
    ['PUT Object, with a $ in its key', put('/test%24file.text')],
    ['GET Bucket Lifecycle, with a parameter without a value', onBucket('lifecycle', LIFECYCLE_SIGNATURE)],
    ['GET Bucket, with two parameters', onBucket('max-keys=2&prefix=J', LIST_SIGNATURE)],
    ['a presigned URL', { target: presigned() }],
  ])('%s', (_name, asked) => {
    expect(verdictOn(asked)).toBe('allowed')
  })
})

describe('what differs only on the way is allowed', () => {
  it.each<[string, Asked]>([
    ['the other order of parameters', onBucket('prefix=J&max-keys=2', LIST_SIGNATURE)],
    ['an escape that need not be one', { ...GET, target: '/%74est.txt' }],
    ['a $ that the signer has escaped, sent as it is', put('/test$file.text')],
    ['x-amz-cf-id, which CloudFront adds', { ...GET, headers: { ...GET.headers, 'x-amz-cf-id': 'abc' } }],
    ['another header that is not signed', { ...GET, headers: { ...GET.headers, accept: '*/*' } }],
    ['a value with more space around it and in it', { ...GET, headers: { ...GET.headers, range: '  bytes=0-9 ' } }],
    ['another region for a service that has none', { ...GET, region: null }],
    ['15 minutes before', { ...GET, clocks: { machine: NOW + 900_000, buckets: NOW + 900_000 } }],
    ['now by the machine, a week ago by the buckets', { ...GET, clocks: { machine: NOW, buckets: NOW + 604_800_000 } }],
    [
      'now by the buckets, a week ahead by the machine',
      { ...GET, clocks: { machine: NOW - 604_800_000, buckets: NOW } },
    ],
    ['a URL in its last second', { target: presigned(), clocks: { machine: 0, buckets: NOW + 86_400_000 } }],
  ])('%s', (_name, asked) => {
    expect(verdictOn(asked)).toBe('allowed')
  })
})

function onBucket(query: string, signature: string): Asked {
  return {
    target: `/?${query}`,
    headers: {
      'x-amz-date': TIME,
      'x-amz-content-sha256': EMPTY,
      authorization: authorization('host;x-amz-content-sha256;x-amz-date', signature),
    },
  }
}

function put(target: string): Asked {
  const hash = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072'
  return {
    method: 'PUT',
    target,
    headers: {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-date': TIME,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': hash,
      authorization: authorization(
        'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
        '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      ),
    },
  }
}

const withAuthorization = (text: string): Asked => ({ headers: { ...GET.headers, authorization: text } })
const without = (name: string): Asked => ({
  headers: Object.fromEntries(Object.entries(GET.headers).filter(([other]) => other !== name)),
})

describe('refused', () => {
  it.each<[string, Asked, string, string]>([
    ['nothing signed', {}, 'AccessDenied', 'The bucket is private, and the request is not signed.'],
    [
      'another path',
      { ...GET, target: '/Test.txt' },
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'another query',
      onBucket('prefix=J&max-keys=3', LIST_SIGNATURE),
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'another method',
      { ...GET, method: 'HEAD' },
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'another host',
      { ...GET, host: 'examplebucket.s3.eu-west-1.amazonaws.com' },
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'another value of a signed header',
      { headers: { ...GET.headers, range: 'bytes=0-10' } },
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'another signature',
      withAuthorization(authorization('host;range;x-amz-content-sha256;x-amz-date', '0'.repeat(64))),
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'an x-amz header that is not signed',
      { headers: { ...GET.headers, 'x-amz-acl': 'public-read' } },
      'AccessDenied',
      'The request has headers that must be signed, and are not.',
    ],
    [
      'a host that is not signed',
      withAuthorization(authorization('range;x-amz-content-sha256;x-amz-date', GET_SIGNATURE)),
      'AccessDenied',
      'The request has headers that must be signed, and are not.',
    ],
    [
      'another access key',
      withAuthorization(authorization('host', GET_SIGNATURE, 'AKIDOTHER/20130524/us-east-1/s3/aws4_request')),
      'InvalidAccessKeyId',
      'There is no such access key here.',
    ],
    [
      'another region',
      { ...GET, region: 'eu-west-1' },
      'AuthorizationHeaderMalformed',
      'The request is signed for the region us-east-1; the bucket is in eu-west-1.',
    ],
    [
      'a credential of another day',
      withAuthorization(
        authorization('host', GET_SIGNATURE, 'AKIAIOSFODNN7EXAMPLE/20130523/us-east-1/s3/aws4_request'),
      ),
      'AuthorizationHeaderMalformed',
      'The credential is of 20130523, the request of 20130524T000000Z.',
    ],
    [
      'a credential for another service',
      withAuthorization(
        authorization('host', GET_SIGNATURE, 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/sqs/aws4_request'),
      ),
      'AuthorizationHeaderMalformed',
      'The Authorization header has not its three parts.',
    ],
    [
      'a header without a signature',
      withAuthorization('AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host'),
      'AuthorizationHeaderMalformed',
      'The Authorization header has not its three parts.',
    ],
    [
      'Signature Version 2',
      withAuthorization('AWS AKIAIOSFODNN7EXAMPLE:frJIUN8DYpKDtOLCwo//yllqDzg='),
      'InvalidRequest',
      'The signature is expected to be of AWS4-HMAC-SHA256.',
    ],
    ['no time', without('x-amz-date'), 'AccessDenied', 'A signed request has its time in X-Amz-Date.'],
    [
      'no word about the body',
      without('x-amz-content-sha256'),
      'InvalidRequest',
      'A signed request says in x-amz-content-sha256 what its body is.',
    ],
    [
      'more than 15 minutes before',
      { ...GET, clocks: { machine: NOW + 900_001, buckets: NOW + 900_001 } },
      'RequestTimeTooSkewed',
      'The request was signed more than 15 minutes before or after now.',
    ],
    [
      'more than 15 minutes after',
      { ...GET, clocks: { machine: NOW - 900_001, buckets: NOW - 900_001 } },
      'RequestTimeTooSkewed',
      'The request was signed more than 15 minutes before or after now.',
    ],
    [
      'a month that there is not',
      {
        headers: {
          ...GET.headers,
          'x-amz-date': '20131324T000000Z',
          authorization: authorization(
            'host',
            GET_SIGNATURE,
            'AKIAIOSFODNN7EXAMPLE/20131324/us-east-1/s3/aws4_request',
          ),
        },
      },
      'RequestTimeTooSkewed',
      'The request was signed more than 15 minutes before or after now.',
    ],
    [
      'a token where there is none',
      { headers: { ...GET.headers, 'x-amz-security-token': 'token' } },
      'AccessDenied',
      'The request has headers that must be signed, and are not.',
    ],
    [
      'no token where there is one',
      { ...GET, sessionToken: 'token' },
      'InvalidToken',
      'The session token is not the one that belongs to the access key.',
    ],
    [
      'a URL that has expired',
      { target: presigned(), clocks: { machine: NOW, buckets: NOW + 86_400_001 } },
      'AccessDenied',
      'The URL has expired.',
    ],
    [
      'a URL that is not valid yet',
      { target: presigned(), clocks: { machine: NOW, buckets: NOW - 900_001 } },
      'AccessDenied',
      'The URL is not valid yet.',
    ],
    [
      'a URL with a longer life than signed',
      { target: presigned({ 'X-Amz-Expires': '86401' }) },
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'a URL with a parameter more',
      { target: `${presigned()}&response-content-type=text%2Fhtml` },
      'SignatureDoesNotMatch',
      'The request is signed, but not as it was received.',
    ],
    [
      'a URL for more than a week',
      { target: presigned({ 'X-Amz-Expires': '604801' }) },
      'AuthorizationQueryParametersError',
      'X-Amz-Expires is expected to be 1 to 604800 seconds.',
    ],
    [
      'a URL for no time',
      { target: presigned({ 'X-Amz-Expires': '0' }) },
      'AuthorizationQueryParametersError',
      'X-Amz-Expires is expected to be 1 to 604800 seconds.',
    ],
    [
      'a URL of another algorithm',
      { target: presigned({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' }) },
      'AuthorizationQueryParametersError',
      'X-Amz-Algorithm is expected to be AWS4-HMAC-SHA256.',
    ],
    [
      'a URL without a time',
      { target: presigned({ 'X-Amz-Date': '' }) },
      'AuthorizationQueryParametersError',
      'X-Amz-Date is expected to be a time such as 20261120T120000Z.',
    ],
    [
      'a URL without a credential',
      { target: presigned({ 'X-Amz-Credential': '' }) },
      'AuthorizationQueryParametersError',
      'X-Amz-Credential, X-Amz-SignedHeaders and X-Amz-Signature are expected, as they are generated.',
    ],
    [
      'a URL of another region',
      { target: presigned(), region: 'eu-west-1' },
      'AuthorizationQueryParametersError',
      'The request is signed for the region us-east-1; the bucket is in eu-west-1.',
    ],
    [
      'two signatures',
      { ...GET, target: presigned() },
      'InvalidArgument',
      'A request is signed in one way alone: by an Authorization header, which an origin access control adds too, or in its query.',
    ],
  ])('%s', (_name, asked, code, message) => {
    expect(verdictOn(asked)).toMatchObject({ code, message })
  })
})
