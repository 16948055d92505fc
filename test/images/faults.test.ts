/** Whatever the bucket does, the viewer gets a picture: behaviour.md, origin-response, 4, on the zip as it is built. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { makeCounts } from './counts.ts'
import { fixture } from './fixtures.ts'
import { SVG } from './handmade.ts'
import { responseOf } from './response.ts'
import { type Answer, openRig, type Question, type Rig, ROUTE, type Zip, zipOfRun } from './rig.ts'
import { closedEndpoint } from './s3.ts'
import { ELSEWHERE, FAULTS, faultNamed } from './s3-faults.ts'

/** Seconds. As with the 30 of the artefact, but a silent bucket is waited for no longer than this. */
const TIMEOUT = 1.5

let zip: Zip
let rig: Rig
let jpeg: Buffer
/** With the timeout of the artefact; what it waits for, it waits for while the others are tested. */
let patient: Rig
let waiting: Promise<Answer>
const counts = makeCounts()
beforeAll(async () => {
  zip = await zipOfRun()
  rig = await openRig(zip, { artefact: { timeout: TIMEOUT } })
  jpeg = (await fixture('jpeg')).bytes
  // The first invocation loads what the others find loaded, and it has two seconds for it.
  await rig.ask({ bytes: jpeg, variant: 'w=64' })
  patient = await openRig(zip)
  waiting = ask({ fault: faultNamed('silence'), expected: ['source-timeout'] }, patient)
})
afterAll(async () => {
  await rig?.close()
  await patient?.close()
  console.log(`faults of the bucket: ${counts.line()}`)
})

async function ask(question: Partial<Question>, where: Rig = rig): Promise<Answer> {
  const answer = await where.ask({ bytes: jpeg, variant: 'fm=webp&w=64', ...question })
  counts.add(answer)
  return answer
}

describe('a bucket that fails', () => {
  // All at once: most of the time that they take is spent waiting.
  const answers = new Map<string, Answer>()
  beforeAll(async () => {
    const failing = await openRig(zip, { artefact: { timeout: TIMEOUT }, processes: 3 })
    for (let i = 0; i < 3; i += 1) await failing.ask({ bytes: jpeg, variant: 'w=64' })
    const questions = FAULTS.map((fault) => {
      const key = `failing/${fault.name}.jpg`
      return { bytes: jpeg, variant: 'fm=webp&w=64', key, uri: `/${encodeURIComponent(key)}`, fault }
    })
    for (const answer of await failing.askAll(questions.map((each) => ({ ...each, expected: each.fault.expected })))) {
      counts.add(answer)
      answers.set(answer.question.fault.name, answer)
      if (failing.s3.requests(ELSEWHERE + answer.question.key) > 0) answer.faults.push('the redirect was followed')
    }
    await failing.close()
  })

  it.each(FAULTS)('with $name gives $expected', ({ name }) => {
    const { faults, requests } = answers.get(name) as Answer
    expect(faults).toEqual([])
    expect(requests).toBeGreaterThan(0)
    expect(requests, 'nobody helps a bucket by asking again and again').toBeLessThanOrEqual(3)
  })

  test('once is asked again', async () => {
    // The pause before that may be as long as all the time of the others.
    const unhurried = await openRig(zip, { artefact: { timeout: 10 } })
    for (const name of ['500', '503', '503, SlowDown', 'a reset in the headers']) {
      const question = { fault: faultNamed(name), times: 1, expected: ['rendition'] as const }
      const { faults, requests } = await ask(question, unhurried)
      expect({ name, faults, requests }).toEqual({ name, faults: [], requests: 2 })
    }
    await unhurried.close()
  })

  it('leaves nothing behind', async () => {
    for (const name of ['one byte a second', 'a reset in the body', 'less than its length']) {
      await ask({ fault: faultNamed(name) })
      expect((await ask({ expected: ['rendition'] })).faults).toEqual([])
    }
  })

  it('by not being there gives source-error', async () => {
    const alone = await openRig(zip, {
      artefact: { timeout: TIMEOUT },
      env: { AWS_ENDPOINT_URL_S3: await closedEndpoint() },
    })
    const { faults } = await ask({ expected: ['source-error'] }, alone)
    const again = await ask({ expected: ['source-error'] }, alone)
    await alone.close()
    expect([...faults, ...again.faults]).toEqual([])
  })

  it('to know the function’s credentials gives source-error', async () => {
    const stranger = await openRig(zip, { artefact: { timeout: TIMEOUT }, env: { AWS_SECRET_ACCESS_KEY: 'another' } })
    const { came, faults } = await stranger.ask({ bytes: jpeg, variant: 'w=64' })
    await stranger.close()
    expect({ came, faults }).toEqual({
      came: 'source-error',
      faults: [expect.stringContaining('S3 refuses the request: the signature is another')],
    })
  })

  it('for a function without credentials gives source-error, and is not asked', async () => {
    const env = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '' }
    const nobody = await openRig(zip, { artefact: { timeout: TIMEOUT }, env })
    const { faults, requests } = await ask({ expected: ['source-error', 'source-timeout'] }, nobody)
    await nobody.close()
    expect({ faults, requests }).toEqual({ faults: [], requests: 0 })
  })
})

describe('the source is the one of the response in hand', () => {
  it.each<[string, Partial<Question>, Question['expected']]>([
    ['replaced meanwhile gives changed', { object: { etag: '"another"' } }, ['changed']],
    ['replaced by something else gives changed', { object: { body: Buffer.from(SVG) } }, ['changed']],
    ['whose ETag is of many parts is one', { headers: { ETag: '"ab-7"' }, object: { etag: '"ab-7"' } }, ['rendition']],
    ['of which no ETag is told is read as it is', { headers: { ETag: null } }, ['rendition']],
    ['of which no length is told is read as it is', { headers: { 'Content-Length': null } }, ['rendition']],
    ['of which no type is told is judged by its bytes', { headers: { 'Content-Type': null } }, ['rendition']],
    ['with a parameter to its type is of that type', { type: 'image/jpeg; charset=binary' }, ['rendition']],
    ['with a type in capitals is of that type', { type: 'IMAGE/JPEG' }, ['rendition']],
    ['with a checksum at S3 is read', { object: { headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } } }, ['rendition']],
  ])('one that is %s', async (_what, question, expected) => {
    expect((await ask({ ...question, ...(expected && { expected }) })).faults).toEqual([])
  })

  it.each([
    ['été 1/a b.jpg', '/%C3%A9t%C3%A9%201/a%20b.jpg'],
    ['a+b.jpg', '/a%2Bb.jpg'],
    ['a b.jpg', '/a+b.jpg'],
    ["a&b=c;d,e'(f)!~*.jpg", "/a&b=c;d,e'(f)!~*.jpg"],
    ['a//b.jpg', '/a//b.jpg'],
    ['a/b.jpg', '/a%2Fb.jpg'],
    ['日本/写真.jpg', '/%E6%97%A5%E6%9C%AC/%E5%86%99%E7%9C%9F.jpg'],
    ['100%.jpg', '/100%25.jpg'],
    ['a?b#c.jpg', '/a%3Fb%23c.jpg'],
    ['no-extension', '/no-extension'],
  ])('has the key %s for the path %s', async (key, uri) => {
    const { faults, requests } = await ask({ key, uri, expected: ['rendition'] })
    expect({ faults, requests }).toEqual({ faults: [], requests: 1 })
  })

  it('has its prefix in the path already', async () => {
    const answer = await ask({ route: ROUTE.site, key: 'site/a.jpg', uri: '/site/a.jpg', expected: ['rendition'] })
    expect(answer.faults).toEqual([])
  })
})

describe('no more is read than the route allows', () => {
  const strict = { route: ROUTE.strict, variant: 'fm=webp&w=16', expected: ['too-large'] } as const
  it.each<[string, Partial<Question>, number]>([
    ['by the length of the response in hand, without asking the bucket', {}, 0],
    ['by the length that the bucket tells', { headers: { 'Content-Length': null } }, 1],
    ['by counting', { headers: { 'Content-Length': null }, fault: faultNamed('no length') }, 1],
    [
      'by counting, where the response in hand lied',
      { headers: { 'Content-Length': '9' }, fault: faultNamed('no length') },
      1,
    ],
  ])('%s', async (_how, question, expected) => {
    const bytes = (await fixture('png')).bytes
    const { faults, requests } = await ask({ bytes, type: 'image/png', ...strict, ...question })
    expect({ faults, requests }).toEqual({ faults: [], requests: expected })
  })
})

describe('a type that says nothing is told by the bytes', () => {
  it.each([
    '',
    'application/octet-stream',
    'binary/octet-stream',
    'image/*',
    'image/heic',
    'multipart/form-data',
    'image/jpg',
    'image/pjpeg',
  ])('%s', async (type) => {
    const { faults, requests } = await ask({ type, expected: ['rendition'] })
    expect({ faults, requests }).toEqual({ faults: [], requests: 1 })
  })
})

describe('a type that is not worked on is not read', () => {
  it.each(['image/svg+xml', 'text/html', 'application/pdf', 'application/json', 'video/mp4'])('%s', async (type) => {
    const { faults, requests } = await ask({ type, expected: ['unsupported'] })
    expect({ faults, requests }).toEqual({ faults: [], requests: 0 })
  })
})

describe('a variant that origin-request would not send is not read', () => {
  it.each(['w=63', 'fm=svg', '%%%', 'w=64\n'])('%j', async (variant) => {
    const { faults, requests } = await ask({ variant, expected: ['unsupported'] })
    expect({ faults, requests }).toEqual({ faults: [], requests: 0 })
  })
})

describe('nothing is read, and nothing said of the picture', () => {
  it.each<[string, Partial<Question>, string?]>([
    ['for HEAD', { method: 'HEAD' }],
    ['for a 304', { status: '304' }],
    ['for a part', { status: '206' }],
    ['for what is not there', { status: '404' }, 'missing; s3=404'],
    ['for an error', { status: '503' }],
    ['on a route without images', { route: ROUTE.plain }],
  ])('%s', async (_what, question, said) => {
    const { outcome, requests } = await rig.ask({ bytes: jpeg, variant: 'fm=webp&w=64', ...question })
    const { headers } = responseOf(outcome.kind === 'returned' ? outcome.value : {})
    expect({ requests, said: headers['x-rimlight'], logs: outcome.logs }).toEqual({ requests: 0, said, logs: [] })
  })
})

describe('what the origin says of caching', () => {
  it.each<[string, Record<string, string>]>([
    ['private stays', { 'Cache-Control': 'private, max-age=600' }],
    ['no-store stays', { 'Cache-Control': 'no-store' }],
    ['a year is a minute', { 'Cache-Control': 'public, max-age=31536000, immutable' }],
    ['a year of shared caches is a minute', { 'Cache-Control': 'max-age=5, s-maxage=31536000' }],
    ['ten seconds stay', { 'Cache-Control': 'max-age=10' }],
    ['an Expires is a minute', { Expires: 'Wed, 18 Nov 2099 12:00:00 GMT' }],
  ])('after a fault: %s', async (_what, headers) => {
    expect((await ask({ fault: faultNamed('500'), headers, expected: ['source-error'] })).faults).toEqual([])
  })
})

test('a bucket that is silent is not waited for as long as the function could live', async () => {
  const { faults, milliseconds } = await waiting
  expect(faults).toEqual([])
  expect(milliseconds).toBeLessThan(15_000)
})
