/** The bucket of the image tests, asked by the real client: what it can't do, no test on top of it has shown. */
import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { closedEndpoint, openS3, type S3 } from './s3.ts'
import { BUCKET, type S3Object } from './s3-answers.ts'
import { ELSEWHERE, FAULTS, faultNamed } from './s3-faults.ts'
import { CREDENTIALS } from './signature.ts'

const REGION = 'eu-central-1'
const BYTES = Buffer.from('the bytes of a photograph, more or less')
const ETAG = '"0123456789abcdef0123456789abcdef"'
const PATIENCE_MS = 250
const objects = new Map<string, S3Object>()

let s3: S3
beforeAll(async () => {
  s3 = await openS3({ objects, credentials: CREDENTIALS, region: REGION })
})
afterAll(() => s3?.close())
beforeEach(() => {
  s3.unsigned.length = 0
})

/** Each its own key, so that faults and counts are its own. */
let count = 0
function put(key = `photos/${count++}.jpg`, object: Partial<S3Object> = {}): string {
  objects.set(key, { body: BYTES, type: 'image/jpeg', etag: ETAG, ...object })
  return key
}

const clientOf = (options: object) =>
  new S3Client({
    endpoint: s3.endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
    ...options,
  })

type Failure = Error & {
  code?: unknown
  $metadata?: { httpStatusCode?: number }
  $response?: { headers?: Record<string, string> }
}

/** What a program that reads an object sees of it: its bytes, or the name of what went wrong. */
async function read(key: string, input: object = {}, options: object = {}) {
  const client = clientOf(options)
  const timeout = AbortSignal.timeout(PATIENCE_MS)
  try {
    const command = new GetObjectCommand({ Bucket: BUCKET, Key: key, ...input })
    const { Body, ...found } = await client.send(command, { abortSignal: timeout })
    const late = Promise.withResolvers<never>()
    timeout.addEventListener('abort', () => late.reject(timeout.reason))
    late.promise.catch(() => {})
    const bytes = await Promise.race([Body?.transformToByteArray(), late.promise])
    return { ContentLength: undefined, ...found, bytes: Buffer.from(bytes ?? []) }
  } catch (error) {
    const { name, code, $metadata, $response } = error as Failure
    return {
      error: typeof code === 'string' ? code : name,
      status: $metadata?.httpStatusCode,
      location: $response?.headers?.location,
    }
  } finally {
    client.destroy()
  }
}

describe('an object', () => {
  it('is read whole, with what S3 says of it', async () => {
    const key = put()
    expect(await read(key)).toMatchObject({
      bytes: BYTES,
      ContentType: 'image/jpeg',
      ContentLength: BYTES.length,
      ETag: ETAG,
      LastModified: new Date('2026-11-18T12:00:00Z'),
    })
    expect(s3.requests(key)).toBe(1)
    expect(s3.unsigned).toEqual([])
  })

  it('has the MD5 of its bytes for its ETag, unless it was put with another', async () => {
    objects.set('plain', { body: BYTES })
    expect(await read('plain')).toMatchObject({
      ETag: '"fa437066b7d7842705718797fb0b475a"',
      ContentType: 'binary/octet-stream',
    })
  })

  it.each(['été 1/a b.jpg', 'a+b.jpg', "a&b=c;d,e'(f)!~*.jpg", 'a//b.jpg', 'a%2Fb.jpg', '日本/写真.jpg', 'a?b#c.jpg'])(
    'is found, and signed for, under the key %s',
    async (key) => {
      put(key)
      expect(await read(key)).toMatchObject({ bytes: BYTES })
      expect(s3.unsigned).toEqual([])
    },
  )

  it('is told of to HEAD without its bytes', async () => {
    const client = clientOf({})
    const found = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key: put() }))
    client.destroy()
    expect(found).toMatchObject({ ContentLength: BYTES.length, ETag: ETAG })
  })

  it('goes to who names its ETag, and not to who names another', async () => {
    const key = put()
    expect(await read(key, { IfMatch: ETAG })).toMatchObject({ bytes: BYTES })
    expect(await read(key, { IfMatch: '"another"' })).toMatchObject({ error: 'PreconditionFailed', status: 412 })
  })

  it('that is not there is a 404, and so is one of a bucket that is not there', async () => {
    expect(await read('none.jpg')).toMatchObject({ error: 'NoSuchKey', status: 404 })
    expect(await read(put(), { Bucket: 'another' })).toMatchObject({ error: 'NoSuchBucket', status: 404 })
  })
})

describe('a request that S3 would not take is refused', () => {
  it.each([
    ['another key', { credentials: { ...CREDENTIALS, accessKeyId: 'AKIDOTHER' } }, 'expected the credential'],
    ['another secret', { credentials: { ...CREDENTIALS, secretAccessKey: 'other' } }, 'the signature is another'],
    ['another session', { credentials: { ...CREDENTIALS, sessionToken: 'other' } }, 'expected the session token'],
    ['another region', { region: 'us-east-1' }, 'expected the credential'],
    ['a clock that is an hour off', { systemClockOffset: 3_600_000 }, 'expected the time of now'],
    ['no signature', { signer: { sign: async (request: unknown) => request } }, 'expected an Authorization'],
  ])('for %s', async (_what, options, said) => {
    expect(await read(put(), {}, options)).toMatchObject({ error: 'SignatureDoesNotMatch', status: 403 })
    expect(s3.unsigned).toEqual([expect.stringContaining(said)])
  })
})

const LOCATION = expect.stringContaining(`/${BUCKET}/${ELSEWHERE}photos/`)

/** What the client makes of each fault. */
const SEEN: Record<string, object> = {
  '403': { error: 'AccessDenied', status: 403 },
  '404': { error: 'NoSuchKey', status: 404 },
  '412': { error: 'PreconditionFailed', status: 412 },
  '416': { error: 'InvalidRange', status: 416 },
  '500': { error: 'InternalError', status: 500 },
  '503': { error: 'ServiceUnavailable', status: 503 },
  '503, SlowDown': { error: 'SlowDown', status: 503 },
  '503, SlowDown, Retry-After of an hour': { error: 'SlowDown', status: 503 },
  'a reset in the headers': { error: 'ECONNRESET' },
  'a reset in the body': { error: 'ECONNRESET' },
  silence: { error: 'AbortError' },
  'one byte a second': { error: 'TimeoutError' },
  'headers, then silence': { error: 'TimeoutError' },
  'less than its length': { error: 'ECONNRESET' },
  'more than its length': { bytes: BYTES },
  nothing: { bytes: Buffer.alloc(0), ContentLength: 0 },
  'no length': { bytes: BYTES, ContentLength: undefined },
  'another content type': { bytes: BYTES, ContentType: 'text/html' },
  'another ETag': { bytes: BYTES, ETag: '"00000000000000000000000000000000"' },
  'a redirect for good to another region': { error: 'PermanentRedirect', status: 301, location: LOCATION },
  'a redirect for now to another region': { error: 'TemporaryRedirect', status: 307, location: LOCATION },
}

describe('a fault', () => {
  it.each(FAULTS)('of $name is what a client sees', async (fault) => {
    const key = put()
    s3.fail(key, fault)
    const seen = await read(key, { IfMatch: ETAG })
    expect(SEEN).toHaveProperty([fault.name])
    expect(seen).toMatchObject(SEEN[fault.name] as object)
    expect(s3.requests(key)).toBe(1)
    expect(s3.requests(ELSEWHERE + key)).toBe(0)
    expect(s3.unsigned).toEqual([])
  })

  it('can pass: the first request alone fails, and a client that tries again has the object', async () => {
    const key = put()
    s3.fail(key, faultNamed('500'), 1)
    expect(await read(key, {}, { maxAttempts: 2 })).toMatchObject({ bytes: BYTES })
    expect(s3.requests(key)).toBe(2)
  })

  test('an endpoint where nobody listens refuses', async () => {
    expect(await read(put(), {}, { endpoint: await closedEndpoint() })).toMatchObject({ error: 'ECONNREFUSED' })
  })

  test('closing ends the connections that a fault has left open', async () => {
    const other = await openS3({ objects, credentials: CREDENTIALS, region: REGION })
    const key = put()
    other.fail(key, faultNamed('silence'))
    const reading = read(key, {}, { endpoint: other.endpoint })
    await expect.poll(() => other.requests(key)).toBe(1)
    await other.close()
    expect(await reading).toMatchObject({ error: 'ECONNRESET' })
  })
})
