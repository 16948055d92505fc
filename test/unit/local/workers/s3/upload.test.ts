import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request as send } from 'node:http'
import { connect } from 'node:net'
import { crc32 } from 'node:zlib'
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { BUCKET, type Buckets, CREDENTIALS, REGION, startBuckets } from './fixture.ts'
import { ask, type RawRequest, signed } from './raw.ts'

let buckets: Buckets
beforeAll(async () => {
  buckets = await startBuckets()
})
afterAll(() => buckets?.close())

const put = (Key: string, Body = 'text') => buckets.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))
const textOf = async (Key: string) =>
  (await buckets.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }))).Body?.transformToString()

/** Signed by the SDK's signer, and sent to the Worker's own socket. */
const askSigned = async (request: RawRequest) =>
  ask(buckets.socket, await signed(buckets.client, request, { host: buckets.socket.host }))

describe('an upload is held to what it says', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('base64')
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const CRC32_OF_BODY = Buffer.from(crc32('body').toString(16).padStart(8, '0'), 'hex').toString('base64')
  const upload = (headers: Record<string, string>, body: string | undefined = 'body') =>
    askSigned({ method: 'PUT', target: `/${BUCKET}/held`, headers, ...(body === undefined ? {} : { body }) })

  it.each([
    ['Content-MD5', { 'content-md5': md5('body') }],
    ['x-amz-content-sha256', { 'x-amz-content-sha256': sha256('body') }],
    ['x-amz-checksum-crc32', { 'x-amz-checksum-crc32': CRC32_OF_BODY }],
    [
      'two of them',
      { 'content-md5': md5('body'), 'x-amz-checksum-sha256': Buffer.from(sha256('body'), 'hex').toString('base64') },
    ],
  ])('right: %s', async (_name, headers) => {
    expect((await upload(headers)).status).toBe(200)
    expect(await textOf('held')).toBe('body')
  })

  it.each<[string, Record<string, string>, number, string, string]>([
    [
      'another Content-MD5',
      { 'content-md5': md5('other') },
      400,
      'BadDigest',
      'The body does not have the digest of content-md5.',
    ],
    ['a Content-MD5 that is none', { 'content-md5': 'abc' }, 400, 'InvalidDigest', 'Content-MD5 is no MD5 in base64.'],
    [
      'another SHA-256',
      { 'x-amz-content-sha256': sha256('other') },
      400,
      'XAmzContentSHA256Mismatch',
      'The body does not have the digest of x-amz-content-sha256.',
    ],
    [
      'a SHA-256 that is none',
      { 'x-amz-content-sha256': 'abc' },
      400,
      'InvalidArgument',
      'x-amz-content-sha256 is no SHA-256 and no other way to say what the body is.',
    ],
    [
      'another checksum',
      { 'x-amz-checksum-crc32': 'AAAAAA==' },
      400,
      'BadDigest',
      'The body does not have the digest of x-amz-checksum-crc32.',
    ],
    [
      'a checksum that is none',
      { 'x-amz-checksum-crc32': 'AA==' },
      400,
      'InvalidRequest',
      'x-amz-checksum-crc32 is no checksum of its kind in base64.',
    ],
    [
      'two checksums',
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-crc32c': 'AAAAAA==' },
      400,
      'InvalidRequest',
      'A body has one checksum of the x-amz-checksum headers alone.',
    ],
    [
      'a checksum that nobody knows',
      { 'x-amz-checksum-md4': 'AA==' },
      501,
      'NotImplemented',
      'The local bucket cannot check x-amz-checksum-md4.',
    ],
    [
      'a key of its own',
      { 'x-amz-server-side-encryption-customer-key': 'a' },
      501,
      'NotImplemented',
      'The local bucket does not encrypt with keys of a customer.',
    ],
  ])('wrong: %s', async (_name, headers, status, code, message) => {
    await put('held', 'before')
    expect(await upload(headers)).toMatchObject({ status, code, message })
    expect(await textOf('held')).toBe('before')
  })

  it('of no length', async () => {
    const request = await signed(
      buckets.client,
      { method: 'PUT', target: `/${BUCKET}/held` },
      { host: buckets.socket.host },
    )
    const response = await ask(buckets.socket, {
      ...request,
      headers: { ...request.headers, 'transfer-encoding': 'chunked' },
    })
    expect(response).toMatchObject({
      status: 411,
      code: 'MissingContentLength',
      message: 'The length of the body must be said beforehand.',
    })
  })

  it('of too great a length, which nobody sends', async () => {
    const headers = { 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': String(5 * 1024 ** 3 + 1) }
    expect(await upload(headers, '')).toMatchObject({ status: 400, code: 'EntityTooLarge' })
  })
})

describe('chunks', () => {
  const UNSIGNED = { 'content-encoding': 'aws-chunked', 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }
  const upload = (headers: Record<string, string>, body: string) =>
    askSigned({ method: 'PUT', target: `/${BUCKET}/chunked`, headers: { ...UNSIGNED, ...headers }, body })
  const ofFive = { 'x-amz-decoded-content-length': '5' }
  const trailer = { ...ofFive, 'x-amz-trailer': 'x-amz-checksum-crc32' }

  it('are put together, their trailer checked', async () => {
    const { status } = await upload(trailer, '3\r\nhel\r\n2\r\nlo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n')
    expect(status).toBe(200)
    expect(await textOf('chunked')).toBe('hello')
    const { headers } = await askSigned({ target: `/${BUCKET}/chunked` })
    expect(headers).not.toHaveProperty('content-encoding')
  })

  it.each([
    [
      'another checksum in the trailer',
      trailer,
      '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n',
      400,
      'BadDigest',
    ],
    ['a trailer that does not come', trailer, '5\r\nhello\r\n0\r\n\r\n', 400, 'InvalidRequest'],
    ['a trailer that is none', trailer, '5\r\nhello\r\n0\r\nx-amz-checksum-crc32:AA\r\n\r\n', 400, 'InvalidRequest'],
    ['a chunk cut off', ofFive, '5\r\nhel', 400, 'IncompleteBody'],
    ['no last chunk', ofFive, '5\r\nhello\r\n', 400, 'IncompleteBody'],
    ['fewer bytes', ofFive, '4\r\nhell\r\n0\r\n\r\n', 400, 'IncompleteBody'],
    ['more bytes', ofFive, '6\r\nhello!\r\n0\r\n\r\n', 400, 'IncompleteBody'],
    ['no chunks', ofFive, 'hello', 400, 'IncompleteBody'],
    ['no decoded length', {}, '5\r\nhello\r\n0\r\n\r\n', 411, 'MissingContentLength'],
  ])('refused: %s', async (_name, headers, body, status, code) => {
    await put('chunked', 'before')
    expect(await upload(headers, body)).toMatchObject({ status, code })
    expect(await textOf('chunked')).toBe('before')
  })

  it('are refused at the first that is broken, and a client that still sends the rest hears so', async () => {
    const rest = 'a'.repeat(10_000_000)
    expect(await upload(ofFive, rest)).toMatchObject({ status: 400, code: 'IncompleteBody' })
  })

  /** Each signature covers the one before it: S3 API Reference, "Transferring Payload in Multiple Chunks". */
  async function signedChunks(pieces: string[]): Promise<RawRequest> {
    const request = await signed(
      buckets.client,
      {
        method: 'PUT',
        target: `/${BUCKET}/signed-chunks`,
        headers: {
          'content-encoding': 'aws-chunked',
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
          'x-amz-decoded-content-length': String(pieces.join('').length),
        },
      },
      { host: buckets.socket.host },
    )
    const time = request.headers?.['x-amz-date'] ?? ''
    const scope = [time.slice(0, 8), REGION, 's3', 'aws4_request']
    const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
    const key = scope.reduce(hmac, Buffer.from(`AWS4${CREDENTIALS.secretAccessKey}`))
    let last = /Signature=(\w+)/.exec(request.headers?.authorization ?? '')?.[1] ?? ''
    const chunks = [...pieces, ''].map((piece) => {
      const lines = ['AWS4-HMAC-SHA256-PAYLOAD', time, scope.join('/'), last, sha256(''), sha256(piece)]
      last = hmac(key, lines.join('\n')).toString('hex')
      return `${piece.length.toString(16)};chunk-signature=${last}\r\n${piece}\r\n`
    })
    return { ...request, body: chunks.join('') }
  }
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

  it('are put together where they are signed', async () => {
    expect((await ask(buckets.socket, await signedChunks(['a'.repeat(8192), 'b'.repeat(100)]))).status).toBe(200)
    expect(await textOf('signed-chunks')).toBe('a'.repeat(8192) + 'b'.repeat(100))
  })

  it('are refused where the signature is of others', async () => {
    await put('signed-chunks', 'before')
    const request = await signedChunks(['a'.repeat(8192), 'b'.repeat(100)])
    const body = String(request.body).replace('bbb', 'ccc')
    expect(await ask(buckets.socket, { ...request, body })).toMatchObject({
      status: 403,
      code: 'SignatureDoesNotMatch',
      message: 'The body has a chunk with another signature than expected.',
    })
    expect(await textOf('signed-chunks')).toBe('before')
  })
})

test('a client that leaves in the middle of an upload stores nothing, and the bucket goes on', async () => {
  const { headers = {} } = await signed(
    buckets.client,
    { method: 'PUT', target: `/${BUCKET}/left` },
    { host: buckets.socket.host },
  )
  const socket = connect(Number(buckets.socket.port), '127.0.0.1')
  await once(socket, 'connect')
  const lines = Object.entries({ ...headers, 'content-length': '1000000' }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  )
  socket.write(`PUT /${BUCKET}/left HTTP/1.1\r\n${lines.join('')}\r\n${'a'.repeat(100_000)}`)
  await new Promise((resolve) => socket.write('a', resolve))
  socket.resetAndDestroy()
  await once(socket, 'close')
  await put('right')
  expect(await textOf('right')).toBe('text')
  await expect(textOf('left')).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('the listener answers Expect: 100-continue', async () => {
  const { headers = {}, target } = await signed(
    buckets.client,
    { method: 'PUT', target: `/${BUCKET}/expected` },
    { host: new URL(buckets.endpoint).host },
  )
  const request = send(buckets.endpoint, {
    method: 'PUT',
    path: target,
    headers: { ...headers, expect: '100-continue', 'content-length': '4' },
  })
  request.flushHeaders()
  await once(request, 'continue')
  request.end('text')
  const [response] = await once(request, 'response')
  response.resume()
  expect(response.statusCode).toBe(200)
  expect(await textOf('expected')).toBe('text')
})
