import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { BUCKET, type Buckets, startBuckets } from './fixture.ts'
import { ask, type RawRequest, type SigningOptions, signed } from './raw.ts'

let buckets: Buckets
beforeAll(async () => {
  buckets = await startBuckets()
})
afterAll(() => buckets?.close())

const put = (Key: string, Body = 'text', rest: object = {}) =>
  buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, ...rest }))
const textOf = async (Key: string) =>
  (await buckets.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString()

/** Signed by the SDK's signer, and sent to the Worker's own socket. */
const askSigned = async (request: RawRequest, options: Partial<SigningOptions> = {}) =>
  ask(buckets.socket, await signed(buckets.client, request, { host: buckets.socket.host, ...options }))

describe('a target reaches the bucket as it was sent', () => {
  it.each([
    ['dot segments', 'a/../b/./c', 'a/../b/./c'],
    ['more of them than there are folders', '../../../a', '../../../a'],
    ['escaped dot segments', 'a/%2e%2E/b', 'a/../b'],
    ['repeated slashes', '/a//b/', '/a//b/'],
    ['an escaped slash', 'a%2Fb', 'a/b'],
    ['an escaped backslash and a raw one', 'a%5Cb\\c', 'a\\b\\c'],
    ['an escaped plus', 'a%2Bb', 'a+b'],
    ['a raw plus, which is a space to S3', 'a+b', 'a b'],
    ['characters that a path may not hold', 'a|b"<>^`{}[]', 'a|b"<>^`{}[]'],
    ['a hash', 'a#b', 'a#b'],
    ['escapes in lower case', '%c3%a9', 'é'],
  ])('%s', async (_name, path, key) => {
    await put(key, `of ${key}`)
    for (const to of [buckets.socket.href, buckets.endpoint]) {
      const request = { target: `/${BUCKET}/${path}` }
      const response = await ask(to, await signed(buckets.client, request, { host: new URL(to).host }))
      expect(response.body.toString()).toBe(`of ${key}`)
    }
  })

  it('with what was signed escaped, and is sent as it is', async () => {
    await put("it's é")
    const request = await signed(
      buckets.client,
      { target: `/${BUCKET}/it%27s%20%C3%A9` },
      { host: buckets.socket.host },
    )
    const target = Buffer.from(`/${BUCKET}/it's%20é`).toString('latin1')
    expect((await ask(buckets.socket, { ...request, target })).body.toString()).toBe('text')
  })

  it('in absolute form', async () => {
    await put('absolute')
    const request = await signed(buckets.client, { target: `/${BUCKET}/absolute` }, { host: buckets.socket.host })
    const response = await ask(buckets.socket, { ...request, target: `http://${buckets.socket.host}${request.target}` })
    expect(response.body.toString()).toBe('text')
  })

  it('and is refused where it is none', async () => {
    for (const target of [`/${BUCKET}/%zz`, `/${BUCKET}/%E9`, '*']) {
      expect(await ask(buckets.socket, { target })).toMatchObject({ status: 400, code: 'InvalidURI' })
    }
  })
})

test('headers are those of S3', async () => {
  await put('headers', 'text', { ContentType: 'text/plain', CacheControl: 'max-age=60', Metadata: { a: 'b' } })
  const { status, headers } = await askSigned({ target: `/${BUCKET}/headers` })
  expect(status).toBe(200)
  expect(headers).toEqual({
    'accept-ranges': 'bytes',
    'cache-control': 'max-age=60',
    'content-length': '4',
    'content-type': 'text/plain',
    date: expect.stringMatching(/ GMT$/),
    etag: '"1cb251ec0d568de6a929b520c4aed8d1"',
    'last-modified': expect.stringMatching(/ GMT$/),
    server: 'AmazonS3',
    'x-amz-id-2': expect.stringMatching(/^[\w+/]{75}=$/),
    'x-amz-meta-a': 'b',
    'x-amz-request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
    'x-amz-server-side-encryption': 'AES256',
  })
})

test('HEAD has the headers of GET, and no body', async () => {
  await put('head')
  const [get, head] = [
    await askSigned({ target: `/${BUCKET}/head` }),
    await askSigned({ method: 'HEAD', target: `/${BUCKET}/head` }),
  ]
  const ofItsOwn = { date: '', 'x-amz-id-2': '', 'x-amz-request-id': '' }
  expect({ ...head.headers, ...ofItsOwn }).toEqual({ ...get.headers, ...ofItsOwn })
  expect(head.body.length).toBe(0)
})

test('304 has the validators and Cache-Control, and no length', async () => {
  await put('unchanged', 'text', { CacheControl: 'max-age=60', ContentType: 'text/plain' })
  const { status, headers, body } = await askSigned({
    target: `/${BUCKET}/unchanged`,
    headers: { 'if-none-match': '"1cb251ec0d568de6a929b520c4aed8d1"' },
  })
  expect([status, body.length]).toEqual([304, 0])
  expect(headers).toMatchObject({
    'cache-control': 'max-age=60',
    etag: '"1cb251ec0d568de6a929b520c4aed8d1"',
    'last-modified': expect.any(String),
  })
  expect(headers).not.toHaveProperty('content-type')
  expect(headers).not.toHaveProperty('content-length')
})

test('an error is XML with a code, a message and the id of the request', async () => {
  const { status, headers, body } = await askSigned({ target: `/${BUCKET}/<none>` })
  expect(status).toBe(404)
  expect(headers['content-type']).toBe('application/xml')
  expect(body.toString()).toBe(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>There is no object with this key.</Message><Key>&lt;none&gt;</Key><Resource>/${BUCKET}/&lt;none&gt;</Resource><RequestId>${headers['x-amz-request-id']}</RequestId><HostId>${headers['x-amz-id-2']}</HostId></Error>`,
  )
})

test('416 says how long the object is', async () => {
  await put('short')
  const response = await askSigned({ target: `/${BUCKET}/short`, headers: { range: 'bytes=9-' } })
  expect(response).toMatchObject({ status: 416, code: 'InvalidRange', headers: { 'content-range': 'bytes */4' } })
})

test('what is stored with a content-encoding comes back as the same bytes', async () => {
  const bytes = Buffer.from('not gzip at all')
  await buckets.client.send(
    new PutObjectCommand({ Bucket: BUCKET, Key: 'encoded', Body: bytes, ContentEncoding: 'gzip' }),
  )
  for (const encoding of ['gzip', 'identity']) {
    const target = `/${BUCKET}/encoded`
    const { headers, body } = await askSigned({ target, headers: { 'accept-encoding': encoding } })
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(bytes.length) })
    expect(body).toEqual(bytes)
  }
})

test('an object stored without a type has one', async () => {
  await askSigned({ method: 'PUT', target: `/${BUCKET}/untyped`, body: 'a' })
  expect((await askSigned({ target: `/${BUCKET}/untyped` })).headers['content-type']).toBe('binary/octet-stream')
})

test("uploads are dated by the buckets' clock, and a client that follows its Date is let in", async () => {
  try {
    await buckets.moveClock(86_400_000)
    const target = `/${BUCKET}/tomorrow`
    expect((await askSigned({ method: 'PUT', target, body: 'a' })).status).toBe(200)
    const { headers } = await askSigned({ target }, { at: new Date(Date.now() + 86_400_000) })
    for (const time of [headers['last-modified'], headers.date]) {
      expect(Math.abs(Date.parse(time ?? '') - Date.now() - 86_400_000)).toBeLessThan(60_000)
    }
  } finally {
    await buckets.moveClock(0)
  }
})

describe('not let in', () => {
  it.each([
    ['nothing signed', {}, 403, 'AccessDenied'],
    ['words of the distribution, over TCP', { 'x-rimlight-origin': 'oac' }, 403, 'AccessDenied'],
    ['a password', { authorization: 'Basic YTpi' }, 400, 'InvalidRequest'],
  ])('%s', async (_name, headers, status, code) => {
    await put('secret', 'hidden')
    const rimlight = { 'x-rimlight-target': `/${BUCKET}/secret`, 'x-rimlight-host': '127.0.0.1', ...headers }
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'POST', 'OPTIONS']) {
      const response = await ask(buckets.socket, { method, target: `/${BUCKET}/secret`, headers: rimlight })
      expect([response.status, response.code]).toEqual([status, method === 'HEAD' ? undefined : code])
      expect(response.body.includes('hidden')).toBe(false)
    }
    expect(await textOf('secret')).toBe('hidden')
  })

  it('a large upload, which hears so', async () => {
    const body = Buffer.alloc(10_000_000)
    const response = await ask(buckets.socket, { method: 'PUT', target: `/${BUCKET}/large`, body })
    expect(response).toMatchObject({ status: 403, code: 'AccessDenied' })
  })
})

describe('a method that is none for it', () => {
  it.each([
    ['PATCH', `/${BUCKET}/a`, 405, 'MethodNotAllowed'],
    ['DELETE', `/${BUCKET}`, 405, 'MethodNotAllowed'],
    ['PUT', '/', 405, 'MethodNotAllowed'],
    ['POST', `/${BUCKET}/a`, 405, 'MethodNotAllowed'],
    ['POST', `/${BUCKET}`, 405, 'MethodNotAllowed'],
    ['PUT', `/${BUCKET}?policy`, 501, 'NotImplemented'],
    ['PUT', `/${BUCKET}/a?tagging`, 501, 'NotImplemented'],
    ['PUT', `/${BUCKET}`, 409, 'BucketAlreadyOwnedByYou'],
  ])('%s %s', async (method, target, status, code) => {
    expect(await askSigned({ method, target })).toMatchObject({ status, code })
  })
})
