import { Readable } from 'node:stream'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readSource } from '../../../origin-response/source.ts'

/** In the place of S3: what is asked of it, and no more than that. How it answers, source.test.ts has a listener for. */
const s3 = mockClient(S3Client)

const REQUEST = { bucket: 'example-photos', region: 'eu-central-1', key: 'site/été 1/a+b.jpg', etag: '"d41d8cd9"' }

const answerWith = (answer: object) => s3.on(GetObjectCommand).resolves({ ETag: REQUEST.etag, ...answer })
const bodyOf = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk))) as never

beforeEach(() => {
  s3.reset()
})
afterAll(() => s3.restore())

describe('the command', () => {
  it('one, for the object, bound to its ETag', async () => {
    answerWith({ Body: bodyOf('by', 'tes') })
    expect(await readSource(REQUEST, 100, 1_000)).toEqual({ kind: 'source', bytes: Buffer.from('bytes') })
    expect(s3.calls().map(({ args: [command] }) => command.input)).toEqual([
      { Bucket: 'example-photos', Key: 'site/été 1/a+b.jpg', IfMatch: '"d41d8cd9"' },
    ])
    expect(s3.commandCalls(GetObjectCommand)).toHaveLength(1)
  })

  it('bound to nothing without an ETag', async () => {
    answerWith({ Body: bodyOf('bytes') })
    await readSource({ ...REQUEST, etag: '' }, 100, 1_000)
    expect(s3.calls().map(({ args: [command] }) => command.input)).toEqual([
      { Bucket: 'example-photos', Key: 'site/été 1/a+b.jpg' },
    ])
  })

  it('can be stopped', async () => {
    answerWith({ Body: bodyOf('bytes') })
    await readSource(REQUEST, 100, 1_000)
    const [, options] = (s3.calls()[0] as { args: unknown[] }).args
    expect(options).toEqual({ abortSignal: expect.any(AbortSignal) })
  })

  it('one client for each region, kept', async () => {
    for (const region of ['eu-central-1', 'us-east-1', 'eu-central-1']) {
      answerWith({ Body: bodyOf('bytes') })
      await readSource({ ...REQUEST, region }, 100, 1_000)
    }
    const [first, second, third] = s3.calls().map(({ thisValue }) => thisValue as S3Client)
    expect(await first?.config.region()).toBe('eu-central-1')
    expect(await second?.config.region()).toBe('us-east-1')
    expect(third).toBe(first)
  })
})

describe('an answer', () => {
  it('without a body', async () => {
    answerWith({})
    const detail = 'S3 answered without a body'
    expect(await readSource(REQUEST, 100, 1_000)).toEqual({ kind: 'original', reason: 'source-error', detail })
  })

  it('that is too large by its own word is not read', async () => {
    const Body = bodyOf('bytes') as Readable
    answerWith({ Body, ContentLength: 101 })
    const detail = 'more than 100 bytes'
    expect(await readSource(REQUEST, 100, 1_000)).toEqual({ kind: 'original', reason: 'too-large', detail })
    expect(Body.destroyed).toBe(true)
    expect(Body.readableDidRead).toBe(false)
  })

  it('that is longer than its own word is cut off', async () => {
    const Body = bodyOf('x'.repeat(60), 'x'.repeat(60), 'x'.repeat(60)) as Readable
    answerWith({ Body, ContentLength: 100 })
    const detail = 'more than 100 bytes'
    expect(await readSource(REQUEST, 100, 1_000)).toEqual({ kind: 'original', reason: 'too-large', detail })
    expect(Body.destroyed).toBe(true)
  })

  it('without an ETag, where one was asked for, is another object', async () => {
    const Body = bodyOf('bytes') as Readable
    answerWith({ Body, ETag: undefined })
    const detail = 'S3 answered with the ETag undefined, "d41d8cd9" was asked for'
    expect(await readSource(REQUEST, 100, 1_000)).toEqual({ kind: 'original', reason: 'changed', detail })
    expect(Body.destroyed).toBe(true)
  })

  it('that never ends is given up with the time', async () => {
    const Body = new Readable({ read() {} })
    Body.push('bytes')
    answerWith({ Body: Body as never })
    expect(await readSource(REQUEST, 100, 100)).toMatchObject({ kind: 'original', reason: 'source-timeout' })
    expect(Body.destroyed).toBe(true)
  })

  it.each([
    ['one of no kind that is known', new Error('out of luck'), 'Error: out of luck'],
    ['something that is no error', 'out of luck', 'Error: out of luck'],
  ])('that is a failure: %s', async (_what, error, detail) => {
    s3.on(GetObjectCommand).rejects(error)
    expect(await readSource(REQUEST, 100, 1_000)).toEqual({ kind: 'original', reason: 'source-error', detail })
  })
})
