import type { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { closedEndpoint } from '../../images/s3.ts'
import { ACCESS_DENIED, type Exchange, NO_SUCH_KEY, PRECONDITION_FAILED, sendError } from '../../images/s3-answers.ts'
import { faultNamed } from '../../images/s3-faults.ts'
import { BODY, original, put, read, useBucket } from './bucket.ts'

const bucket = useBucket()

describe('what S3 says instead', () => {
  it.each([
    ['404', (exchange: Exchange) => sendError(exchange, NO_SUCH_KEY), 'changed', 'NoSuchKey: The specified key'],
    [
      '412',
      (exchange: Exchange) => sendError(exchange, PRECONDITION_FAILED),
      'changed',
      'PreconditionFailed: At least',
    ],
    ['403', (exchange: Exchange) => sendError(exchange, ACCESS_DENIED), 'source-error', 'AccessDenied: Access Denied'],
    ['no bytes', faultNamed('nothing').answer, 'source-error', 'S3 answered with an empty body'],
    ['another ETag', faultNamed('another ETag').answer, 'changed', 'S3 answered with the ETag "000'],
    ['half of it', faultNamed('less than its length').answer, 'source-error', 'Error: aborted'],
    ['half of it, and a reset', faultNamed('a reset in the body').answer, 'source-error', 'Error: aborted'],
  ])('%s', async (what, answer, reason, detail) => {
    const key = put(bucket, `instead, ${what}`)
    bucket.answer(key, answer)
    expect(await read({ key })).toEqual(original(reason, expect.stringContaining(detail)))
    expect(bucket.s3.requests(key)).toBe(1)
  })

  it('an ETag that is not asked for may be any', async () => {
    const key = put(bucket, 'any ETag')
    bucket.answer(key, faultNamed('another ETag').answer)
    expect(await read({ key, etag: '' })).toEqual({ kind: 'source', bytes: BODY })
  })
})

describe('a second attempt', () => {
  it.each(['500', '503', '503, SlowDown', 'a reset in the headers'])('after %s', async (fault) => {
    const key = put(bucket, `again, ${fault}`)
    bucket.answer(key, faultNamed(fault).answer, 1)
    expect(await read({ key })).toEqual({ kind: 'source', bytes: BODY })
    expect(bucket.s3.requests(key)).toBe(2)
  })

  it.each([
    ['500', 'InternalError: '],
    ['503, SlowDown', 'SlowDown: '],
    ['a reset in the headers', 'ECONNRESET'],
  ])('and no third: %s', async (fault, detail) => {
    const key = put(bucket, `twice, ${fault}`)
    bucket.answer(key, faultNamed(fault).answer)
    expect(await read({ key })).toEqual(original('source-error', expect.stringContaining(detail)))
    expect(bucket.s3.requests(key)).toBe(2)
  })
})

describe('no more than the milliseconds that there are', () => {
  it.each(['silence', 'headers, then silence', 'one byte a second', '503, SlowDown, Retry-After of an hour'])(
    '%s',
    async (fault) => {
      const key = put(bucket, `slow, ${fault}`)
      bucket.answer(key, faultNamed(fault).answer)
      const start = performance.now()
      const found = await read({ key }, { milliseconds: 300 })
      const taken = performance.now() - start
      expect(found).toEqual(original('source-timeout'))
      expect(taken).toBeGreaterThan(290)
      expect(taken).toBeLessThan(2_000)
    },
  )

  it.each(['silence', 'headers, then silence'])('%s: the connection is given up', async (fault) => {
    const key = put(bucket, `given up, ${fault}`)
    let socket: Socket | undefined
    bucket.answer(key, (exchange) => {
      socket = exchange.request.socket
      faultNamed(fault).answer(exchange)
    })
    await read({ key }, { milliseconds: 200 })
    await vi.waitUntil(() => socket?.destroyed, 5_000)
  })

  it.each([0, -5, 0.4])('%d of them: no request', async (milliseconds) => {
    const key = put(bucket, 'at once')
    expect(await read({ key }, { milliseconds })).toEqual(original('source-timeout', 'no time is left to ask S3'))
    expect(bucket.s3.requests(key)).toBe(0)
  })
})

describe('where there is nothing to ask, or with', () => {
  it('nobody listens', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_S3', await closedEndpoint())
    expect(await read({ key: 'nobody', region: 'us-east-1' })).toEqual(
      original('source-error', expect.stringContaining('ECONNREFUSED')),
    )
  })

  it.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'])('no %s: no request', async (name) => {
    const key = put(bucket, `no ${name}`)
    const before = process.env[name]
    vi.stubEnv(name, '')
    const detail = 'Error: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: the function has no execution role'
    // A client keeps its credentials.
    expect(await read({ key, region: `eu-west-${name.length}` })).toEqual(original('source-error', detail))
    vi.stubEnv(name, before)
    expect(bucket.s3.requests(key)).toBe(0)
  })
})
