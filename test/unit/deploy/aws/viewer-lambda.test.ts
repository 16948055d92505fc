import { afterAll, beforeAll, expect, it } from 'vitest'
import { readBundle } from '../../../../bundle/read-bundle.ts'
import { main as attach } from '../../../../deploy/attach.ts'
import { refuseViewerLambda } from '../../../../deploy/aws/viewer-lambda.ts'
import { main as template } from '../../../../deploy/template.ts'
import type { Config } from '../../../../edge/config.ts'
import { type Built, built } from '../../../e2e/site.ts'
import { output } from '../../cli/kit/fixture-output.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [
    {
      path: '/private/*',
      origin: 'api',
      cache: {},
      auth: { type: 'jwt', algorithms: ['RS256'], jwks: 'https://login.example.com/jwks.json', path: 'paths' },
    },
    { path: '/*', origin: 'api', cache: {} },
  ],
}

const MESSAGE =
  "expected a bundle with the CloudFront Function at viewer-request on all behaviours; found viewer-request.zip on /private/*, which can't be deployed with this command: tokens that public keys verify need a Lambda@Edge function at viewer-request. Take algorithms: ['HS256'] or type: 'signed' there, or associate viewer-request.zip with these behaviours yourself"

let site: Built
beforeAll(async () => {
  site = await built(CONFIG)
})
afterAll(() => site.remove())

it.each([
  ['template', template, []],
  ['attach', attach, ['--distribution', 'EDFDVBD6EXAMPLE', '--yes']],
] as const)('%s deploys nothing that would be open, or closed to everybody', async (_, main, args) => {
  const [stdout, stderr] = [output(), output()]
  expect(await main(['--dist', site.dist, ...args], stdout, stderr)).toBe(2)
  expect([stdout.said(), stderr.said()]).toEqual(['', `${MESSAGE}\n`])
})

it('names the behaviours, in the manifest and in the policies the file', async () => {
  const bundle = await readBundle(site.dist)
  expect(() => refuseViewerLambda(bundle)).toThrow(MESSAGE)
  expect(bundle.policies.behaviours.map(({ viewerRequest }) => viewerRequest)).toEqual(['lambda', undefined])
  expect(bundle.policies.keyValueStore).toBe(false)
  const {
    bytes: _,
    share: __,
    sha256,
    codeSha256,
    ...artefact
  } = bundle.manifest.artefacts['viewer-request-lambda'] ?? {}
  expect(artefact).toEqual({
    file: 'viewer-request.zip',
    kind: 'lambda',
    runtime: 'nodejs22.x',
    handler: 'index.handler',
    limit: 1_048_576,
    memory: 128,
    timeout: 5,
  })
  expect([sha256?.length, codeSha256?.length]).toEqual([64, 44])
})
