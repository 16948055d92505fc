/** Presigned URLs of `rimlight/sign`, held against a bucket that verifies them. */
import { request as httpRequest } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { type Presigner, presigner } from '../../sign/presign.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/*', origin: 'photos', cache: { default: '24h' } },
  ],
}
const bucket = 'example-photos'

let cloudfront: CloudFront
let presign: Presigner
beforeAll(async () => {
  cloudfront = await started(CONFIG)
  const { endpoint, region, ...credentials } = cloudfront.s3
  presign = presigner({ region, endpoint, credentials })
})
afterAll(() => cloudfront.stop())

type Sent = { method?: string; body?: string; headers?: Record<string, string> }

/** As any client sends it: `content-length` is that of the body. */
function sent(url: string, { method = 'GET', body = '', headers = {} }: Sent = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<{
    status: number | undefined
    body: string
    type: unknown
  }>()
  const length: Record<string, string> = method === 'PUT' ? { 'content-length': `${Buffer.byteLength(body)}` } : {}
  const request = httpRequest(url, { method, headers: { ...headers, ...length } }, async (response) =>
    resolve({ status: response.statusCode, body: await text(response), type: response.headers['content-type'] }),
  )
  request.on('error', reject).end(body)
  return promise
}

const codeIn = (body: string) => /<Code>(.*?)<.Code>/.exec(body)?.[1]

describe.each(['drafts/a.json', 'drafts/Entwürfe & mehr/a+b 100%.json', "drafts/it's (1)!*.json"])(
  'the key %s',
  (key) => {
    it('is written, and read back', async () => {
      const body = JSON.stringify({ saved: key })
      const put = await presign({ method: 'PUT', bucket, key, contentType: 'application/json' })
      expect(put.headers).toEqual({ 'content-type': 'application/json' })
      expect(await sent(put.url, { method: 'PUT', body, headers: put.headers })).toMatchObject({ status: 200 })
      const get = await presign({ bucket, key })
      expect(get.headers).toEqual({})
      expect(await sent(get.url)).toEqual({ status: 200, body, type: 'application/json' })
    })
  },
)

describe('what was signed', () => {
  const key = 'drafts/held.json'
  const body = '{"a":1}'
  const headers = { 'content-type': 'application/json' }
  const put = (more: object = {}) =>
    presign({ method: 'PUT', bucket, key, contentType: 'application/json', contentLength: body.length, ...more })

  it('is good for 15 minutes, and for what was said', async () => {
    const { url } = await put()
    const parameters = new URL(url).searchParams
    expect(parameters.get('X-Amz-Expires')).toBe('900')
    expect(parameters.get('X-Amz-SignedHeaders')).toBe('content-length;content-type;host')
    expect([...parameters.keys()].filter((name) => /checksum/i.test(name))).toEqual([])
    expect(new URL((await put({ expiresIn: 60 })).url).searchParams.get('X-Amz-Expires')).toBe('60')
    expect(await sent(url, { method: 'PUT', body, headers })).toMatchObject({ status: 200 })
  })

  it.each<[string, Sent]>([
    ['another type', { method: 'PUT', body, headers: { 'content-type': 'text/html' } }],
    ['no type', { method: 'PUT', body }],
    ['more bytes', { method: 'PUT', body: `${body} `, headers }],
    ['another method', { method: 'GET', headers }],
  ])('is refused with %s', async (_, request) => {
    const { url } = await put()
    const answer = await sent(url, request)
    expect([answer.status, codeIn(answer.body)]).toEqual([
      403,
      expect.stringMatching(/^(SignatureDoesNotMatch|AccessDenied)$/),
    ])
  })

  it('takes any type and length where none was said', async () => {
    const { url, headers } = await presign({ method: 'PUT', bucket, key: 'drafts/any.txt' })
    expect(headers).toEqual({})
    for (const [type, body] of [
      ['text/plain', 'a'],
      ['text/html', 'abc'],
    ] as const) {
      expect(await sent(url, { method: 'PUT', body, headers: { 'content-type': type } })).toMatchObject({ status: 200 })
    }
  })

  it('can say how a browser is to save it', async () => {
    const disposition = 'attachment; filename="a b.json"'
    const { url } = await presign({ bucket, key, disposition })
    const response = await fetch(url)
    expect([response.status, response.headers.get('content-disposition')]).toEqual([200, disposition])
  })

  it('leads through the CDN where that is asked for, on a route that is never cached', async () => {
    const { region, accessKeyId, secretAccessKey } = cloudfront.s3
    const remote = presigner({ region, credentials: { accessKeyId, secretAccessKey } })
    const { url, headers } = await remote({
      method: 'PUT',
      bucket,
      key,
      contentType: 'application/json',
      domain: 'CDN.example.com',
    })
    expect(url).toMatch(/^https:\/\/cdn\.example\.com\/drafts\/held\.json\?X-Amz-/)
    expect((await cloudfront.fetch(url, { method: 'PUT', body: '{"b":2}', headers })).status).toBe(200)
    const get = await remote({ bucket, key, domain: 'cdn.example.com' })
    expect(await (await cloudfront.fetch(get.url)).json()).toEqual({ b: 2 })
  })
})

describe('an error says what is wrong', () => {
  it.each([
    [{ expiresIn: 604_801 }, 'lifetime', 'expiresIn: expected whole seconds from 1 to 604800, found 604801'],
    [{ bucket: '' }, 'bucket', 'bucket: expected the name of a bucket, found ""'],
    [{ key: '' }, 'key', 'key: expected a key of well-formed Unicode that is not empty, found ""'],
    [{ key: 'a\ud800' }, 'key', 'key: expected a key of well-formed Unicode that is not empty, found "a\\ud800"'],
    [
      { domain: 'https://cdn.example.com' },
      'domain',
      'domain: expected a host name such as cdn.example.com, found "https://cdn.example.com"',
    ],
    [
      { method: 'PUT', contentLength: -1 },
      'content-length',
      'contentLength: expected a whole number of bytes, found -1',
    ],
  ] as const)('%j', async (more, code, message) => {
    await expect(presign({ bucket, key: 'a', ...more } as never)).rejects.toMatchObject({
      name: 'InputError',
      code,
      message,
    })
  })

  it('for an endpoint that anyone on the way could read', () => {
    expect(() => presigner({ region: 'eu-central-1', endpoint: 'http://s3.example.com' })).toThrow(
      'endpoint: expected an https: URL, or an http: URL of this machine, found "http://s3.example.com"',
    )
  })
})

/** Last: the clock of the bucket goes on alone. */
it('a presigned URL expires', async () => {
  const { url } = await presign({ bucket, key: 'drafts/a.json', expiresIn: 60 })
  expect((await sent(url)).status).toBe(200)
  await cloudfront.advance(61)
  expect((await sent(url)).status).toBe(403)
})
