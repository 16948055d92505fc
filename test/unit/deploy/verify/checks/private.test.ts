import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { JWKS_URL, newPublicKey } from '../../template/private.ts'
import { appliesTo, asked, withObject } from '../fixture-asking.ts'
import { targetsOfConfig } from '../fixture-targets.ts'

const [signed, tokens, members, open] = targetsOfConfig({
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  keyGroups: { web: [newPublicKey()] },
  routes: [
    { path: '/signed/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['web'] } },
    {
      path: '/tokens/*',
      origin: 'photos',
      cache: {},
      auth: { type: 'jwt', algorithms: ['HS256'], from: ['cookie:grant'], path: 'paths' },
    },
    {
      path: '/members/*',
      origin: 'photos',
      cache: {},
      auth: { type: 'jwt', algorithms: ['ES256'], jwks: JWKS_URL, path: 'paths' },
    },
    { path: '/*', origin: 'photos', cache: {} },
  ],
}) as [CheckTarget, CheckTarget, CheckTarget, CheckTarget]

const refused = { status: 403, headers: [['x-cache', 'Error from cloudfront']] as const }
const denied = (says: string) => ({
  status: 401,
  headers: [
    ['www-authenticate', `Bearer ${says}`],
    ['cache-control', 'no-store'],
  ] as const,
})

it('is asked of private routes alone; what CloudFront refuses has no cache-control of ours', () => {
  for (const id of ['private-refused', 'private-forged', 'private-hit', 'private-cache-control']) {
    expect([signed, tokens, open].map((target) => appliesTo(id, target))).toEqual([true, true, false])
  }
  expect([signed, tokens].map((target) => appliesTo('private-no-store', target))).toEqual([false, true])
})

describe('without a grant', () => {
  it('CloudFront answers 403, and the function 401; each request goes without one', async () => {
    const cloudFronts = await asked('private-refused', withObject(signed, '/signed/a.jpg'), () => refused)
    expect(cloudFronts.finding.status).toBe('holds')
    expect(cloudFronts.requests).toEqual([{ path: '/signed/a.jpg', query: [], isBare: true }])
    expect((await asked('private-refused', tokens, () => denied('realm="private"'))).finding.status).toBe('holds')
  })

  it.each([
    ['the object', 200],
    ['a 401 of the origin', 401],
    ["S3's own 404", 404],
  ])('%s differs', async (_, status) => {
    for (const target of [signed, tokens]) {
      expect((await asked('private-refused', target, () => ({ status }))).finding.status).toBe('differs')
    }
  })
})

describe('by public keys', () => {
  it('Lambda@Edge refuses as the function does, and a forged token has its algorithm', async () => {
    expect((await asked('private-refused', members, () => denied('realm="private"'))).finding.status).toBe('holds')
    const forged = await asked('private-forged', members, () => denied('error="invalid_token"'))
    expect(forged.finding.status).toBe('holds')
    const [head = ''] = (forged.requests[0]?.headers?.authorization ?? '').replace('Bearer ', '').split('.')
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'ES256', typ: 'JWT' })
  })

  it.each([
    [
      members,
      "Nobody reads, whatever their grant: the behaviour has the function where the viewer-request.zip belongs, and `rimlight attach` puts that right; or the Lambda function can't fetch https://login.example.com/jwks.json: its log is in the region nearby.",
    ],
    [
      tokens,
      'Nobody reads, whatever their grant: the behaviour has the Lambda function where the function belongs, and `rimlight attach` puts that right.',
    ],
  ])('the wrong one of the two lets nobody in, and it is said so: %#', async (target, means) => {
    for (const id of ['private-refused', 'private-forged', 'viewer-request']) {
      const { finding } = await asked(id, target, () => ({ status: 503 }))
      expect(finding).toMatchObject({ status: 'differs', means })
    }
  })

  it('what runs at viewer-request is told by x-cache', async () => {
    const by = (name: string) => () => ({ status: 400, headers: [['x-cache', `${name} from cloudfront`]] as const })
    const statusOf = async (target: CheckTarget, name: string) =>
      (await asked('viewer-request', target, by(name))).finding.status
    expect(await statusOf(members, 'LambdaGeneratedResponse')).toBe('holds')
    expect(await statusOf(members, 'FunctionGeneratedResponse')).toBe('differs')
    expect(await statusOf(tokens, 'LambdaGeneratedResponse')).toBe('differs')
  })
})

describe('with a grant that nobody signed', () => {
  it('of the right form, where the route looks for it', async () => {
    const one = await asked('private-forged', signed, () => refused)
    expect(one.finding.status).toBe('holds')
    expect(one.requests[0]?.query).toEqual([
      'Expires=4102444800',
      expect.stringMatching(/^Signature=[\w-]+$/),
      expect.stringMatching(/^Key-Pair-Id=/),
    ])
    const other = await asked('private-forged', tokens, () => denied('error="invalid_token"'))
    expect(other.finding.status).toBe('holds')
    expect(other.requests[0]?.headers?.cookie).toMatch(/^grant=[\w-]+\.[\w-]+\.[\w-]{43}$/)
    expect((await asked('private-forged', tokens, () => denied('realm="private"'))).finding.status).toBe('differs')
  })
})

describe('with a grant', () => {
  const target = withObject(signed, '/signed/a.jpg')

  it('a hit is a hit for those alone who have it', async () => {
    const hit = { headers: [['x-cache', 'Hit from cloudfront']] as const }
    const right = await asked('private-hit', target, ({ isBare }) => (isBare ? refused : hit))
    expect(right.finding.status).toBe('holds')
    expect(right.requests.map(({ isBare }) => isBare ?? false)).toEqual([false, false, true])
    expect((await asked('private-hit', target, () => hit)).finding).toMatchObject({
      status: 'differs',
      expected: '403 while it is a Hit with a grant',
    })
    expect((await asked('private-hit', target)).finding.status).toBe('skipped')
  })

  it.each([
    ['private', 'holds'],
    ['private, max-age=60', 'holds'],
    ['no-store', 'holds'],
    ['public, max-age=60', 'differs'],
    ['private, s-maxage=60', 'differs'],
    ['max-age=60', 'differs'],
    ['', 'differs'],
  ])("cache-control: '%s' %s", async (value, status) => {
    const answer = { headers: value === '' ? [] : [['cache-control', value] as const] }
    expect((await asked('private-cache-control', target, () => answer)).finding.status).toBe(status)
  })
})
