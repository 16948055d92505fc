import { expect, it } from 'vitest'
import { at } from '../../../../base/json-values.ts'
import {
  lambdaRequest,
  lambdaResponse,
  originObject,
  originRequestEvent,
  originResponseEvent,
} from '../../../../local/platform/lambda-event.ts'
import { validateLambda } from '../../../../local/platform/validate-lambda.ts'

const ORIGIN = originObject({ domainName: 'api.example.com', originPath: '/prod', s3: null })
const REQUEST = {
  method: 'GET',
  path: '/a',
  query: 'v=1',
  headers: [
    ['accept', 'a'],
    ['accept', 'b'],
    ['x-amz-meta-a', 'c'],
  ] as [string, string][],
  clientIp: '192.0.2.1',
  origin: ORIGIN,
}

it('a request is told as the Developer Guide has it, and a pass-through breaks no rule', () => {
  const event = originRequestEvent(REQUEST, 'id')
  const request = at(event, 'Records', 0, 'cf', 'request')
  expect(request).toMatchObject({
    clientIp: '192.0.2.1',
    method: 'GET',
    uri: '/a',
    querystring: 'v=1',
    headers: {
      accept: [
        { key: 'Accept', value: 'a' },
        { key: 'Accept', value: 'b' },
      ],
      'x-amz-meta-a': [{ key: 'X-Amz-Meta-A', value: 'c' }],
    },
    origin: { custom: { domainName: 'api.example.com', path: '/prod', protocol: 'https' } },
  })
  expect(at(event, 'Records', 0, 'cf', 'config')).toMatchObject({ eventType: 'origin-request', requestId: 'id' })
  expect(validateLambda('origin-request', event, request)).toEqual([])
  expect(lambdaRequest(request as never, REQUEST)).toEqual(REQUEST)
})

it('a bucket is an S3 origin with its region', () => {
  const s3 = { bucket: 'a', region: 'eu-central-1', prefix: '' }
  expect(originObject({ domainName: 'a.s3.eu-central-1.amazonaws.com', originPath: '', s3 })).toEqual({
    s3: {
      authMethod: 'none',
      customHeaders: {},
      domainName: 'a.s3.eu-central-1.amazonaws.com',
      path: '',
      region: 'eu-central-1',
    },
  })
})

it('a response has its status as digits', () => {
  const response = { status: 404, headers: [['etag', '"a"']] as [string, string][] }
  expect(at(originResponseEvent(REQUEST, response, 'id'), 'Records', 0, 'cf', 'response')).toEqual({
    status: '404',
    statusDescription: '',
    headers: { etag: [{ key: 'Etag', value: '"a"' }] },
  })
})

it.each([
  ['left out', {}, undefined],
  ['empty', { body: '' }, ''],
  ['text', { body: 'é' }, 'é'],
  ['base64', { body: 'w6k=', bodyEncoding: 'base64' }, 'é'],
])('a body that is %s', (_, body, expected) => {
  const returned = lambdaResponse({ status: '200', headers: {}, ...body })
  expect(returned.body === undefined ? undefined : Buffer.from(returned.body).toString()).toBe(expected)
})
