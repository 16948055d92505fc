import { expect, it } from 'vitest'
import { addForeignFunctions, configOf, ID } from '../../../aws/fixture.ts'
import { behaviourOf, scene, useBundles } from './scene.ts'

const bundles = useBundles()

it('before attach: not attached', async () => {
  const { aws, status } = await scene(bundles)
  const { code, stdout } = await status()
  expect(code).toBe(1)
  expect(stdout).toContain('    viewer-request  nothing\n')
  expect(stdout).toContain('Not attached; `rimlight attach --distribution EDFDVBD6EXAMPLE` does that\n')
  expect(aws.mutations).toEqual([])
})

it('after attach: attached, from this build', async () => {
  const { aws, attach, status } = await scene(bundles)
  await attach()
  aws.mutations.length = 0
  const { code, stdout } = await status()
  expect(code).toBe(0)
  expect(stdout).toContain('of account 111122223333, deployed\n')
  expect(stdout).toContain('    origin-response rimlight-EDFDVBD6EXAMPLE-origin-response:1, this build\n')
  expect(stdout).toMatch(/^Attached: the build in .* \(config [0-9a-f]{12}\)$/m)
  expect(aws.mutations).toEqual([])
})

it('while it is deployed: attached, in progress', async () => {
  const { attach, status } = await scene(bundles)
  await attach(['--no-wait'])
  const { code, stdout } = await status()
  expect(code).toBe(0)
  expect(stdout).toContain('of account 111122223333, in progress\n')
})

it('with a newer build in dist/: drifted, told by the code itself', async () => {
  const { attach, status } = await scene(bundles)
  await attach()
  const { code, stdout } = await status([], { dist: bundles.newer })
  expect(code).toBe(1)
  expect(stdout).toContain('    viewer-request  rimlight-EDFDVBD6EXAMPLE-viewer-request, another build\n')
  expect(stdout).toMatch(/^Drifted from the build in .*; `rimlight attach --distribution EDFDVBD6EXAMPLE` puts right/m)
  expect(stdout).toContain(
    '  /api/*: origin-request: expected the code of this build, found another in rimlight-EDFDVBD6EXAMPLE-origin-request:1\n',
  )
  expect(stdout).toContain(
    "  expected a version of rimlight-EDFDVBD6EXAMPLE-origin-request with this build's code and settings, found none\n",
  )
})

it('tells what is missing, foreign, of other settings, or of another policy', async () => {
  const { aws, attach, status } = await scene(bundles)
  const { functionArn } = addForeignFunctions(aws)
  await attach()
  const config = configOf(aws)
  behaviourOf(config, '/drafts/*').LambdaFunctionAssociations = { Quantity: 0 }
  behaviourOf(config, '/api/*').FunctionAssociations = {
    Quantity: 1,
    Items: [{ FunctionARN: functionArn, EventType: 'viewer-request' }],
  }
  const lambda = aws.lambdas.get(`rimlight-${ID}-origin-response`)
  lambda?.versions.push({ ...structuredClone(lambda.latest), Version: '2' })
  aws.roles.get(`rimlight-${ID}-lambda`)?.policies.clear()
  const policy = aws.cachePolicies.get(behaviourOf(config).CachePolicyId ?? '')
  if (policy) policy.MinTTL = 60
  const { code, stdout } = await status(['--json'])
  expect(code).toBe(1)
  const { state, drift } = JSON.parse(stdout)
  expect(state).toBe('drifted')
  expect(drift).toEqual([
    "/drafts/*: origin-request: expected Rimlight's function, found nothing",
    "/drafts/*: origin-response: expected Rimlight's function, found nothing",
    "/api/*: viewer-request: expected Rimlight's function, found rewrite",
    '/api/*: origin-response: expected rimlight-EDFDVBD6EXAMPLE-origin-response:2, found rimlight-EDFDVBD6EXAMPLE-origin-response:1',
    '/*: origin-response: expected rimlight-EDFDVBD6EXAMPLE-origin-response:2, found rimlight-EDFDVBD6EXAMPLE-origin-response:1',
    expect.stringMatching(/^\/\*: cache policy rimlight-cache-\w+ has a minimum TTL of 60 s/),
    'expected the role rimlight-EDFDVBD6EXAMPLE-lambda as attach makes it, found another in its permissions',
  ])
})

it('of a distribution whose behaviours are no longer the routes, it tells of all of them', async () => {
  const { attach, status, config } = await scene(bundles)
  await attach()
  config().CacheBehaviors?.Items?.reverse()
  const { code, stdout } = await status()
  expect(code).toBe(1)
  expect(stdout).toContain('    viewer-request  rimlight-EDFDVBD6EXAMPLE-viewer-request, this build\n')
  expect(stdout).toContain("  the distribution's behaviours are not the config's routes in their order:")
})

it('after attach to some behaviours, these are what is to be attached', async () => {
  const { attach, status, detach, config } = await scene(bundles)
  await attach(['--behaviour', '/drafts/*'])
  expect((await status()).code).toBe(0)
  const all = await status(['--behaviour', '/drafts/*', '--behaviour', '/api/*', '--behaviour', '/*'])
  expect(all.code).toBe(1)
  expect(all.stdout).toContain("  /api/*: viewer-request: expected Rimlight's function, found nothing\n")
  // One after the other: both.
  await attach(['--behaviour', '/api/*'])
  behaviourOf(config(), '/drafts/*').FunctionAssociations = { Quantity: 0 }
  expect(await status()).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("  /drafts/*: viewer-request: expected Rimlight's function, found nothing\n"),
  })
  await detach()
  expect((await status()).stdout).toContain('Not attached;')
})
