import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { givenGrant, grantFor, readGrant, splitHeaders, withGrant } from '../../../../deploy/verify/grants.ts'
import { NoAnswer, type ProbeRequest, type Viewer } from '../../../../deploy/verify/http.ts'
import type { TokenSource } from '../../../../edge/config.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { newPublicKey } from '../template/private.ts'
import { answerOf, targetsOfConfig } from './fixture-targets.ts'

const [signed, bearer, cookie, query, open] = targetsOfConfig({
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  keyGroups: { web: [newPublicKey()] },
  routes: [
    { path: '/signed/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['web'] } },
    ...(['authorization', 'cookie:grant', 'query:token'] satisfies TokenSource[]).map((source, i) => ({
      ...{ path: `/${i}/*`, origin: 'photos', cache: {} },
      auth: { type: 'jwt' as const, algorithms: ['HS256'] as ['HS256'], from: [source], path: 'paths' },
    })),
    { path: '/*', origin: 'photos', cache: {} },
  ],
}).map(({ route }) => route)

const GIVEN = { token: 'a.b.c', signedCookies: 'CloudFront-Policy=x' }

describe('a grant', () => {
  it.each([
    [signed, { headers: { cookie: 'CloudFront-Policy=x' }, query: [] }],
    [bearer, { headers: { authorization: 'Bearer a.b.c' }, query: [] }],
    [cookie, { headers: { cookie: 'grant=a.b.c' }, query: [] }],
    [query, { headers: {}, query: ['token=a.b.c'] }],
    [open, { headers: {}, query: [] }],
  ])('is where the route looks for it: %#', (route, grant) => {
    expect(grantFor(route as NonNullable<typeof route>, GIVEN)).toEqual({ grant, isGiven: route !== open })
  })

  it('is none where nothing was given, and what headers bring', () => {
    expect(grantFor(signed as NonNullable<typeof signed>, { token: 'a.b.c' }).isGiven).toBe(false)
    const { grants, others } = splitHeaders({ cookie: 'a=1', authorization: 'Basic eA==', 'x-staging': 'true' })
    expect(others).toEqual({ 'x-staging': 'true' })
    expect(grantFor(cookie as NonNullable<typeof cookie>, { ...GIVEN, headers: grants })).toEqual({
      grant: { headers: { cookie: 'a=1; grant=a.b.c', authorization: 'Basic eA==' }, query: [] },
      isGiven: true,
    })
  })
})

describe('a viewer with a grant', () => {
  const asked: ProbeRequest[] = []
  const viewer = (answer: () => Promise<ReturnType<typeof answerOf>>) =>
    withGrant(
      {
        ask: async (request: ProbeRequest) => {
          asked.push(request)
          return answer()
        },
      } as Viewer,
      { headers: { cookie: 'grant=a.b.c' }, query: ['token=a.b.c'] },
    )

  it('sends it, beside what else is sent, and tells nothing of it', async () => {
    asked.length = 0
    const location: [string, string][] = [['location', 'https://a.example/?v=1&token=a.b.c']]
    const one = viewer(async () => answerOf({ headers: location, sent: { cookie: 'a.b.c' }, target: 'a.b.c' }))
    const answer = await one.ask({ path: '/a', query: ['v=1'], headers: { cookie: 'theme=dark' } })
    expect(asked).toEqual([
      { path: '/a', query: ['v=1', 'token=a.b.c'], headers: { cookie: 'grant=a.b.c; theme=dark' } },
    ])
    expect(answer).toMatchObject({ sent: { cookie: 'theme=dark' }, target: '/a?v=1' })
    expect(answer.headers).toEqual([['location', 'https://a.example/?v=1&token=…']])
  })

  it('sends it neither where it is asked not to, nor over HTTP', async () => {
    asked.length = 0
    const one = viewer(async () => answerOf())
    await one.ask({ path: '/a', isBare: true })
    await one.ask({ path: '/a', isPlain: true })
    expect(asked).toEqual([
      { path: '/a', isBare: true },
      { path: '/a', isPlain: true },
    ])
  })

  it('says nothing of it where no answer comes', async () => {
    const one = viewer(async () => {
      throw new NoAnswer('GET https://a.example/a?token=a.b.c: no answer in time')
    })
    await expect(one.ask({ path: '/a' })).rejects.toThrow(
      new NoAnswer('GET https://a.example/a?token=…: no answer in time'),
    )
  })
})

describe('on the command line', () => {
  it('is a text, or in a file', async () => {
    const file = join(await temporaryFolder(), 'cookies')
    const cookies = 'CloudFront-Expires=1; CloudFront-Signature=a~; CloudFront-Key-Pair-Id=K1'
    await writeFile(file, `${cookies}\n`)
    expect(await readGrant('--signed-cookie', `@${file}`)).toBe(cookies)
    expect(await readGrant('--signed-cookie', cookies)).toBe(cookies)
    expect(await readGrant('--token', 'a.b-_.c')).toBe('a.b-_.c')
    expect(await readGrant('--token', undefined)).toBeUndefined()
  })

  it('or in the environment, where the option is not given', async () => {
    const environment = { RIMLIGHT_TOKEN: 'd.e.f', RIMLIGHT_SIGNED_COOKIE: '' }
    expect(await givenGrant('--token', undefined, environment)).toBe('d.e.f')
    expect(await givenGrant('--token', 'a.b.c', environment)).toBe('a.b.c')
    expect(await givenGrant('--signed-cookie', undefined, environment)).toBeUndefined()
    await expect(givenGrant('--token', undefined, { RIMLIGHT_TOKEN: 'a b' })).rejects.toThrow(
      '--token: expected a token such as eyJhbGciOiJIUzI1NiJ9.e30.c2ln, or @FILE, found something else',
    )
  })

  it.each([
    ['--token', 'a b'],
    ['--token', 'a\r\nx-evil: 1'],
    ['--token', ''],
    ['--signed-cookie', 'CloudFront-Policy=a'],
    ['--signed-cookie', 'CloudFront-Policy=a; CloudFront-Signature=b; CloudFront-Key-Pair-Id=c\nx: y'],
  ] as const)('%s %j is none, and is not repeated', async (option, text) => {
    await expect(readGrant(option, text)).rejects.toThrow(/^--[a-z-]+: expected .*, or @FILE, found something else$/)
  })
})
