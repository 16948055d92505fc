/** `rimlight verify` where Lambda@Edge verifies tokens by public keys, in the place of the CloudFront Function. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readBundle } from '../../bundle/read-bundle.ts'
import { type VerifyOptions, verify } from '../../deploy/verify/run.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, startCloudFront } from '../../local/cloudfront.ts'
import { jwkOf, keyPair, signedBy } from '../contract/signers.ts'
import { NOW, part } from '../contract/tokens.ts'
import { photo } from '../images/pictures.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { type Built, built } from './site.ts'
import { differing, faulty, statusOf } from './verify-site.ts'

const LOGIN = keyPair('ES256')

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [
    {
      path: '/members/*',
      origin: 'photos',
      cache: { default: '24h' },
      images: { widths: [32, 64] },
      cors: { origins: '*' },
      // As a file's contents take the place of its name.
      auth: {
        type: 'jwt',
        algorithms: ['ES256'],
        jwks: { keys: [jwkOf(LOGIN, { kid: 'login' })] } as never,
        path: 'paths',
      },
    },
    { path: '/*', origin: 'photos', cache: { default: '24h' } },
  ],
}

const CLAIMS = { sub: 'user-1', exp: NOW + 3_600, paths: ['/members/'] }
const TEXT = `${part({ alg: 'ES256', kid: 'login' })}.${part(CLAIMS)}`
const GRANT = `${TEXT}.${signedBy('ES256', LOGIN.privateKey, TEXT)}`

let site: Built
let folder: string
let cloudfront: CloudFront
beforeAll(async () => {
  site = await built(CONFIG)
  folder = await temporaryFolder()
  await mkdir(join(folder, 'members'))
  await writeFile(join(folder, 'members/a.jpg'), await photo(480, 320).jpeg().toBuffer())
  cloudfront = await start(site.dist)
})
afterAll(async () => {
  await cloudfront?.stop()
  await site?.remove()
})

const start = (dist: string) => startCloudFront({ dist, buckets: { photos: folder } })

const ask = async (options: Partial<VerifyOptions>, at: CloudFront = cloudfront) =>
  verify({
    bundle: await readBundle(site.dist),
    url: new URL(at.httpsUrl),
    httpUrl: new URL(at.httpUrl),
    objects: ['/members/a.jpg'],
    routes: ['/members/*'],
    wait: async () => {},
    ...options,
  })

it('with a grant all holds, and the report has nothing of it', async () => {
  const report = await ask({ grants: { token: GRANT } })
  expect(report.checks.filter(({ status }) => status === 'differs' || status === 'unasked')).toEqual([])
  const ids = ['viewer-request', 'private-refused', 'private-forged', 'private-no-store', 'private-hit', 'cached']
  expect(ids.map((id) => `${id} ${statusOf(report, '/members/*', id)}`)).toEqual(ids.map((id) => `${id} holds`))
  expect(JSON.stringify(report)).not.toContain(GRANT.slice(-20))
})

it('without one it asks what is refused', async () => {
  const report = await ask({})
  expect(report.checks.filter(({ status }) => status === 'holds').map(({ id }) => id)).toEqual([
    ...['https', 'private-refused', 'private-forged', 'private-no-store'],
  ])
  expect(differing(report)).toEqual([])
})

it('finds the function in the place of the Lambda function: closed, not open', async () => {
  const dist = await faulty(site.dist, {
    policies: ({ behaviours }) => {
      for (const behaviour of behaviours) delete behaviour.viewerRequest
    },
    without: 'viewer-request-lambda',
  })
  const wrong = await start(dist)
  try {
    const report = await ask({}, wrong)
    expect(differing(report)).toEqual(['/members/* private-refused', '/members/* private-forged'])
    expect(report.checks.find(({ id }) => id === 'private-refused')).toMatchObject({
      expected: '401 with www-authenticate: Bearer …',
      found: expect.stringMatching(/^503, FunctionGeneratedResponse from cloudfront, /),
      means:
        'Nobody reads, whatever their grant: the behaviour has the function where the viewer-request.zip belongs, and `rimlight attach` puts that right.',
    })
  } finally {
    await wrong.stop()
  }
})
