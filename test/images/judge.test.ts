/** The judge lets pass what is right, and finds each thing that can be wrong. */
import sharp, { type Sharp } from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { failed, type InvocationOutcome, returned } from '../../local/protocol/invocation.ts'
import { originResponseEvent } from '../contract/events.ts'
import { fixture } from './fixtures.ts'
import { type Invocation, judge } from './judge.ts'

const CACHED = { 'cache-control': 'public, max-age=86400', vary: 'accept' }
const VALIDATORS = { etag: '"1"', 'last-modified': 'Wed, 18 Nov 2026 12:00:00 GMT' }
const PLAIN = { ...CACHED, ...VALIDATORS, 'content-type': 'image/jpeg', 'content-length': '9999' }

const METRICS = { Namespace: 'Rimlight', Dimensions: [['Route']], Metrics: [{ Name: 'Fetch', Unit: 'Milliseconds' }] }
const EMF = { _aws: { Timestamp: 1_795_000_000_000, CloudWatchMetrics: [METRICS] }, Route: '/*', Fetch: 12.5 }
const logOf = (more: object = {}) => [JSON.stringify({ ...EMF, ...more })]

const linesOf = (headers: Record<string, string | undefined>) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [{ value }]]])),
  )

type Headers = Record<string, string | undefined>

const answer = (headers: Headers, more: object = {}, logs = logOf()): InvocationOutcome =>
  returned({ status: '200', headers: linesOf(headers), ...more }, logs)

const invocation = (outcome: InvocationOutcome, more: Partial<Invocation> & { variant?: string } = {}): Invocation => ({
  event: originResponseEvent({ variant: more.variant ?? 'fm=webp&w=64', headers: { ...PLAIN, Via: null } }),
  outcome,
  plain: returned({ status: '200', headers: linesOf(PLAIN) }),
  ...more,
})

const SOURCE = { kind: 'jpeg', width: 120, height: 80, frames: 1 } as const
const RENDITION = {
  ...CACHED,
  'last-modified': VALIDATORS['last-modified'],
  'content-type': 'image/webp',
  'server-timing': 'fetch;dur=12.5, transform;dur=30',
  'x-rimlight': 'webp; 64x43; q=80',
}

let webp: string
let others: Record<string, string>
beforeAll(async () => {
  const picture = sharp((await fixture('jpeg')).bytes)
  const bodyOf = async (made: Sharp) => (await made.toBuffer()).toString('base64')
  webp = await bodyOf(picture.clone().resize(64).webp())
  const animated = sharp((await fixture('gif, animated')).bytes, { pages: -1 })
  others = {
    jpeg: await bodyOf(picture.clone().resize(64).jpeg()),
    wide: await bodyOf(picture.clone().resize(100).webp()),
    square: await bodyOf(picture.clone().resize(64, 64).webp()),
    whole: await bodyOf(picture.clone().webp()),
    exif: await bodyOf(
      picture
        .clone()
        .resize(64)
        .withExif({ IFD0: { Make: 'Camera' } })
        .webp(),
    ),
    icc: await bodyOf(picture.clone().resize(64).withIccProfile('p3').webp()),
    still: await bodyOf(sharp((await fixture('gif, animated')).bytes).webp()),
    animated: await bodyOf(animated.webp()),
    half: Buffer.from(webp, 'base64').subarray(0, 300).toString('base64'),
    none: Buffer.from('not a picture').toString('base64'),
  }
})

const rendition = (headers: Headers = {}, body: string = webp, logs = logOf()) =>
  answer({ ...RENDITION, ...headers }, { body, bodyEncoding: 'base64' }, logs)

describe('a rendition', () => {
  it('that is what it says and what was asked for is fine', async () => {
    expect(await judge(invocation(rendition(), { source: SOURCE, expected: ['rendition'] }))).toEqual({
      came: 'rendition',
      faults: [],
    })
  })

  it.each<[string, () => InvocationOutcome, string]>([
    ['says another width', () => rendition({ 'x-rimlight': 'webp; 65x43; q=80' }), 'it says 65x43'],
    ['says another format', () => rendition({ 'x-rimlight': 'jpg; 64x43; q=80' }), 'it says jpg'],
    ['says no quality', () => rendition({ 'x-rimlight': 'webp; 64x43' }), 'neither a rendition'],
    ['has more quality than asked for', () => rendition({ 'x-rimlight': 'webp; 64x43; q=90' }), 'the quality is 90'],
    ['has another content type', () => rendition({ 'content-type': 'image/png' }), 'content-type is image/png'],
    ['has the length of the original', () => rendition({ 'content-length': '9999' }), 'content-length is the orig'],
    ['has the ETag of the original', () => rendition({ etag: '"1"' }), 'etag is the original'],
    ['has lost a header', () => rendition({ vary: undefined }), 'expected the headers'],
    ['is cached for another time', () => rendition({ 'cache-control': 'public, max-age=60' }), 'expected the headers'],
    ['has lost its date', () => rendition({ 'last-modified': undefined }), 'expected the headers'],
    ['does not say how long it took', () => rendition({ 'server-timing': undefined }), 'server-timing is undefined'],
    ['says so without a number', () => rendition({ 'server-timing': 'fetch;dur=NaN, a;dur=1' }), 'server-timing is'],
    [
      'is of another format',
      () => rendition({ 'content-type': 'image/jpeg' }, others.jpeg),
      'the bytes say image/jpeg',
    ],
    ['is too wide', () => rendition({ 'x-rimlight': 'webp; 100x67; q=80' }, others.wide), 'not inside 64xInfinity'],
    ['is out of proportion', () => rendition({ 'x-rimlight': 'webp; 64x64; q=80' }, others.square), 'expected 64x42.6'],
    ['is cut off', () => rendition({}, others.half), "can't be decoded"],
    ['is no picture', () => rendition({}, others.none), "can't be decoded"],
    ['has EXIF', () => rendition({}, others.exif), "the source's exif is left"],
    ['has a profile', () => rendition({}, others.icc), "the source's icc is left"],
    ['has no body', () => answer(RENDITION), 'there is no base64 body'],
    ['is logged twice', () => rendition({}, webp, [...logOf(), ...logOf()]), 'expected one log line'],
    ['is not logged', () => rendition({}, webp, []), 'expected one log line'],
    ['is logged as text', () => rendition({}, webp, ['done']), 'expected a log line of JSON'],
    [
      'is logged without a metric',
      () => rendition({}, webp, logOf({ Fetch: undefined })),
      'the metric Fetch is no number',
    ],
    ['is logged without a dimension', () => rendition({}, webp, logOf({ Route: undefined })), 'the dimension Route'],
    ['is logged without a time', () => rendition({}, webp, logOf({ _aws: {} })), '_aws.Timestamp'],
    ['takes the whole limit', () => rendition({}, Buffer.alloc(786_432).toString('base64')), 'the response takes'],
    ['touches a read-only header', () => rendition({ 'transfer-encoding': 'chunked' }), 'read-only'],
  ])('that %s is not', async (_what, outcome, said) => {
    const { faults } = await judge(invocation(outcome(), { source: SOURCE }))
    expect(faults.join('\n')).toContain(said)
  })

  it.each<[string, string, Partial<Invocation>, string]>([
    ['is enlarged', 'fm=webp&w=640', {}, 'expected 120x80, found 64x43'],
    ['is not of the ratio', 'fit=crop&fm=webp&h=64&w=64', {}, 'not of the ratio 64:64'],
    ['is of the source’s format where another was asked for', 'fm=png&w=64', {}, 'asked for png'],
    ['is of another format where none was asked for', 'w=64', {}, 'asked for jpeg'],
    ['was not expected', 'fm=webp&w=64', { expected: ['corrupt'] }, 'expected corrupt, found webp; 64x43'],
  ])('that %s is not', async (_what, variant, more, said) => {
    const { faults } = await judge(invocation(rendition(), { variant, source: SOURCE, ...more }))
    expect(faults.join('\n')).toContain(said)
  })

  it('of an animation has all its frames', async () => {
    const source = { kind: 'gif', width: 60, height: 40, frames: 4 } as const
    const headers = { 'x-rimlight': 'webp; 60x40; q=80' }
    const still = await judge(invocation(rendition(headers, others.still), { source }))
    const animated = await judge(invocation(rendition(headers, others.animated), { source }))
    expect(still.faults).toEqual(['of 4 frames there are 1'])
    expect(animated.faults).toEqual([])
  })

  it('that is a mere conversion is smaller than its source', async () => {
    const outcome = rendition({ 'x-rimlight': 'webp; 120x80; q=80' }, others.whole)
    const plainOf = (length: string) =>
      returned({ status: '200', headers: linesOf({ ...PLAIN, 'content-length': length }) })
    const judged = async (length: string) =>
      (await judge(invocation(outcome, { variant: 'fm=webp', source: SOURCE, plain: plainOf(length) }))).faults
    expect(await judged('9999')).toEqual([])
    expect(await judged('100')).toEqual([expect.stringContaining('bytes were made of 100')])
  })
})

const original = (reason: string, headers: Headers = {}, more: object = {}) =>
  answer({ ...PLAIN, 'x-rimlight': `original; reason=${reason}`, ...headers }, more, logOf({ Reason: reason }))

const SHORT = { 'cache-control': 'public, max-age=60', etag: undefined, 'last-modified': undefined }

describe('an original', () => {
  it('with a lasting reason and the caching of any, or a passing one and a short life, is fine', async () => {
    expect(await judge(invocation(original('corrupt')))).toEqual({ came: 'corrupt', faults: [] })
    expect(await judge(invocation(original('changed', SHORT)))).toEqual({ came: 'changed', faults: [] })
  })

  it.each<[string, InvocationOutcome, string]>([
    ['has no reason of ours', original('bad-luck'), 'the reason is none: bad-luck'],
    ['has a body', original('corrupt', {}, { body: '' }), 'has a body of its own'],
    ['has lost a header', original('corrupt', { vary: undefined }), 'expected the headers'],
    ['has lost its ETag for a lasting reason', original('corrupt', { etag: undefined }), 'expected the headers'],
    ['is short-lived for a lasting reason', original('corrupt', SHORT), 'expected the headers'],
    ['is long-lived for a passing one', original('changed', { ...SHORT, ...CACHED }), 'a passing reason, but'],
    [
      'keeps its validators for a passing one',
      original('changed', { 'cache-control': 'public, max-age=60' }),
      'headers',
    ],
    [
      'says another reason in its log',
      answer({ ...PLAIN, 'x-rimlight': 'original; reason=corrupt' }),
      'to say corrupt',
    ],
    ['says nothing', answer(PLAIN), 'neither a rendition nor an original'],
  ])('that %s is not', async (_what, outcome, said) => {
    expect((await judge(invocation(outcome))).faults.join('\n')).toContain(said)
  })

  it('of which the origin says private stays private, for a passing reason too', async () => {
    const own = { ...PLAIN, 'cache-control': 'private, max-age=600' }
    const plain = returned({ status: '200', headers: linesOf(own) })
    const outcome = original('changed', { ...SHORT, 'cache-control': own['cache-control'] })
    expect((await judge(invocation(outcome, { plain }))).faults).toEqual([])
    expect((await judge(invocation(original('changed', SHORT), { plain }))).faults).toHaveLength(1)
  })
})

describe('a failure', () => {
  it.each([[failed('LambdaExecutionError', 'boom')], [failed('LambdaLimitExceeded', 'Task timed out')]])(
    'is one, whatever was expected',
    async (outcome) => {
      const { came, faults } = await judge(invocation(outcome))
      expect(came).toBe('failure')
      expect(faults).toHaveLength(1)
    },
  )
})
