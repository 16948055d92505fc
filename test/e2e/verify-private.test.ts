/** `rimlight verify` on private routes of a CloudFront on this machine, with and without a grant. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { getSignedCookies } from '@aws-sdk/cloudfront-signer'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readBundle } from '../../bundle/read-bundle.ts'
import { type VerifyOptions, verify } from '../../deploy/verify/run.ts'
import { main } from '../../deploy/verify.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, publicKeyOf, startCloudFront } from '../../local/cloudfront.ts'
import { KEY_VALUES, NOW, OTHER, token } from '../contract/tokens.ts'
import { photo } from '../images/pictures.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { type Built, built } from './site.ts'
import { differing, faulty, statusOf } from './verify-site.ts'

const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const PUBLIC_KEY = String(pair.publicKey.export({ type: 'spki', format: 'pem' }))

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  keyGroups: { members: [PUBLIC_KEY] },
  routes: [
    {
      path: '/tokens/*',
      origin: 'photos',
      cache: { default: '24h' },
      strip: '/tokens',
      images: { widths: [32, 64], rect: false },
      cors: { origins: '*' },
      auth: { type: 'jwt', algorithms: ['HS256'], path: 'paths' },
    },
    {
      path: '/links/*',
      origin: 'photos',
      cache: { default: '24h' },
      auth: { type: 'jwt', algorithms: ['HS256'], from: ['query:token', 'cookie:grant'], path: 'paths' },
    },
    {
      path: '/signed/*',
      origin: 'photos',
      cache: { default: '24h' },
      images: { widths: [32, 64], rect: false },
      cors: { origins: '*' },
      auth: { type: 'signed', keyGroups: ['members'] },
    },
    { path: '/*', origin: 'photos', cache: { default: '24h' } },
  ],
}

const GRANT = token({ sub: 'user-1', exp: NOW + 3_600, paths: ['/tokens/', '/links/'] })
/** For all below a path, by the AWS SDK. */
function signedCookies(path: string): string {
  const lasting = { DateLessThan: { 'AWS:EpochTime': NOW + 3_600 } }
  const cookies = getSignedCookies({
    keyPairId: publicKeyOf(PUBLIC_KEY).name,
    privateKey: String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    policy: JSON.stringify({ Statement: [{ Resource: `https://*${path}*`, Condition: lasting }] }),
  })
  return Object.entries(cookies)
    .map(([name, value]) => `${name}=${value}`)
    .join('; ')
}

const objects = ['/signed/a.jpg', '/tokens/photos/a.jpg', '/links/a.json', '/photos/a.jpg']

let site: Built
let folder: string
let cloudfront: CloudFront
beforeAll(async () => {
  site = await built(CONFIG)
  folder = await temporaryFolder()
  await mkdir(join(folder, 'photos'))
  await mkdir(join(folder, 'links'))
  await mkdir(join(folder, 'signed'))
  await writeFile(join(folder, 'signed/a.jpg'), await photo(480, 320).jpeg().toBuffer())
  await writeFile(join(folder, 'photos/a.jpg'), await photo(480, 320).jpeg().toBuffer())
  await writeFile(join(folder, 'links/a.json'), JSON.stringify(Array(300).fill('text')))
  cloudfront = await start(site.dist)
})
afterAll(async () => {
  await cloudfront?.stop()
  await site?.remove()
})

const start = (dist: string, keyValues: Record<string, string> = KEY_VALUES) =>
  startCloudFront({ dist, buckets: { photos: folder }, keyValues })

const ask = async (options: Partial<VerifyOptions> = {}, at: CloudFront = cloudfront) =>
  verify({
    bundle: await readBundle(site.dist),
    url: new URL(at.httpsUrl),
    httpUrl: new URL(at.httpUrl),
    objects,
    wait: async () => {},
    ...options,
  })

it('with a grant all holds, and the report has nothing of it', async () => {
  const report = await ask({ grants: { token: GRANT } })
  expect(report.checks.filter(({ status }) => status === 'differs' || status === 'unasked')).toEqual([])
  for (const place of ['/tokens/*', '/links/*']) {
    for (const id of [
      'private-refused',
      'private-forged',
      'private-no-store',
      'private-hit',
      'private-cache-control',
      'cached',
      'key-unknown',
    ]) {
      expect(`${place} ${id} ${statusOf(report, place, id)}`).toBe(`${place} ${id} holds`)
    }
  }
  expect(statusOf(report, '/*', 'private-refused')).toBeUndefined()
  expect(JSON.stringify(report)).not.toContain(GRANT.slice(-20))
  expect(report.places[0]?.about).toBe('bucket photos, cached for 86400 s, images, private (jwt)')
})

it('with signed cookies all of a signed route holds', async () => {
  const cookies = signedCookies('/signed/')
  const report = await ask({ grants: { signedCookies: cookies }, routes: ['/signed/*'] })
  expect(report.checks.filter(({ status }) => status === 'differs' || status === 'unasked')).toEqual([])
  for (const id of [
    'private-refused',
    'private-forged',
    'private-hit',
    'private-cache-control',
    'cached',
    'image-webp',
  ]) {
    if (statusOf(report, '/signed/*', id) !== undefined)
      expect(`${id} ${statusOf(report, '/signed/*', id)}`).toBe(`${id} holds`)
  }
  expect(statusOf(report, '/signed/*', 'private-hit')).toBe('holds')
  expect(JSON.stringify(report)).not.toContain('CloudFront-Signature')
})

it('finds a behaviour that trusts no key group', async () => {
  const dist = await faulty(site.dist, {
    policies: ({ behaviours }) => {
      for (const behaviour of behaviours) Object.assign(behaviour, { trustedKeyGroups: [] })
    },
  })
  const wrong = await start(dist)
  try {
    const report = await ask({ routes: ['/signed/*'] }, wrong)
    expect(differing(report)).toEqual(['/signed/* private-refused', '/signed/* private-forged'])
    expect(report.checks.find(({ id }) => id === 'private-refused')).toMatchObject({
      expected: '403',
      found: expect.stringMatching(/^200, /),
      means: expect.stringContaining('Name members among its trusted key groups'),
    })
  } finally {
    await wrong.stop()
  }
})

it('without one it asks what is refused, and says how to ask for the rest', async () => {
  const report = await ask()
  expect(differing(report)).toEqual([])
  const own = report.checks.filter(({ place }) => place === '/tokens/*')
  expect(own.filter(({ status }) => status === 'holds').map(({ id }) => id)).toEqual([
    ...['https', 'private-refused', 'private-forged', 'private-no-store'],
  ])
  expect(own.find(({ id }) => id === 'cached')).toMatchObject({
    status: 'skipped',
    reason: '/tokens/* is private: --token brings what opens it',
  })
  expect(statusOf(report, '/*', 'cached')).toBe('holds')
})

it.each([
  ['a header', { headers: { authorization: `Bearer ${GRANT}` } }, '/tokens/*'],
  ['a cookie', { headers: { cookie: `grant=${GRANT}` } }, '/links/*'],
] as const)('%s may bring it, and goes with no question that asks without', async (_, options, route) => {
  const report = await ask({ ...options, routes: [route] })
  expect(differing(report)).toEqual([])
  expect(statusOf(report, route, 'private-hit')).toBe('holds')
})

it('a grant that opens nothing', async () => {
  const report = await ask({
    grants: { token: token({ sub: 'x', exp: NOW + 60, paths: ['/'] }, {}, OTHER) },
    routes: ['/tokens/*'],
  })
  expect(differing(report)).toContain('/tokens/* object')
  expect(statusOf(report, '/tokens/*', 'private-refused')).toBe('holds')
})

it('finds a function that lets everybody read', async () => {
  const open = 'function handler(event) { return event.request }'
  const dist = await faulty(site.dist, { code: { 'viewer-request': open } })
  const wrong = await start(dist)
  try {
    const report = await ask({ grants: { token: GRANT }, routes: ['/tokens/*'] }, wrong)
    expect(differing(report)).toEqual(
      expect.arrayContaining(['/tokens/* private-refused', '/tokens/* private-forged', '/tokens/* private-hit']),
    )
    const found = report.checks.find(({ id }) => id === 'private-refused')
    expect(found).toMatchObject({
      expected: '401 with www-authenticate: Bearer …',
      found: expect.stringMatching(/^200, /),
      means:
        "Everybody reads what is private. Attach this build's viewer-request to the behaviour /tokens/*; `rimlight attach` does it.",
    })
  } finally {
    await wrong.stop()
  }
})

it('finds a policy that lets caches behind keep it', async () => {
  const dist = await faulty(site.dist, {
    policies: ({ responseHeadersPolicies }) => {
      for (const policy of responseHeadersPolicies) policy.CustomHeadersConfig = { Quantity: 0 }
    },
  })
  const wrong = await start(dist)
  try {
    const report = await ask({ grants: { token: GRANT }, routes: ['/tokens/*'] }, wrong)
    expect(differing(report)).toContain('/tokens/* private-cache-control')
  } finally {
    await wrong.stop()
  }
})

it('the command takes a token from a file, and repeats none that is not right', async () => {
  const file = join(await temporaryFolder(), 'token.txt')
  await writeFile(file, `${GRANT}\n`)
  const run = async (...args: string[]) => {
    const [stdout, stderr] = [output(), output()]
    const code = await main([cloudfront.httpsUrl, '--dist', site.dist, ...args], stdout, stderr)
    return { code, stdout: stdout.said(), stderr: stderr.said() }
  }
  const asked = await run('--route', '/tokens/*', '--object', '/tokens/photos/a.jpg', '--token', `@${file}`, '--json')
  expect(asked.code).toBe(0)
  expect(JSON.parse(asked.stdout).checks.find(({ id }: { id: string }) => id === 'private-hit').status).toBe('holds')
  expect(asked.stdout).not.toContain(GRANT.slice(-20))
  expect(await run('--token', 'no token')).toEqual({
    code: 2,
    stdout: '',
    stderr: '--token: expected a token such as eyJhbGciOiJIUzI1NiJ9.e30.c2ln, or @FILE, found something else\n',
  })
  expect((await run('--signed-cookie', 'CloudFront-Policy=a')).stderr).toBe(
    "--signed-cookie: expected 'CloudFront-Policy=…; CloudFront-Signature=…; CloudFront-Key-Pair-Id=…', or @FILE, found something else\n",
  )
  expect((await run('--token', '@/nowhere')).stderr).toMatch(/^--token: \/nowhere can't be read: ENOENT/)
})
