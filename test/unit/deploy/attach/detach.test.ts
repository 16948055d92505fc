import type { CacheBehavior } from '@aws-sdk/client-cloudfront'
import { expect, it } from 'vitest'
import { attachCommand } from '../../../../deploy/attach.ts'
import { detachCommand } from '../../../../deploy/detach.ts'
import { addForeignFunctions, changeByOthers, configOf, ID, run, testDependencies } from '../../../aws/fixture.ts'
import { behaviourOf, scene, useBundles } from './scene.ts'

const bundles = useBundles()

it('puts back what was, byte for byte, in one update', async () => {
  const { aws, attach, detach, config, original } = await scene(bundles)
  await attach()
  expect(JSON.stringify(config())).not.toBe(original)
  aws.mutations.length = 0
  const { code, stdout } = await detach()
  expect(code).toBe(0)
  expect(JSON.stringify(config())).toBe(original)
  expect(aws.mutations).toEqual(['cloudfront:UpdateDistribution'])
  expect(stdout).toContain('  - viewer-request  rimlight-EDFDVBD6EXAMPLE-viewer-request\n')
  expect(stdout).toMatch(
    /^EDFDVBD6EXAMPLE is what it was at 2026-11-20T12:00:00\.000Z; deployed\.\nLeft in the account: the functions rimlight-EDFDVBD6EXAMPLE-viewer-request, rimlight-EDFDVBD6EXAMPLE-origin-request, rimlight-EDFDVBD6EXAMPLE-origin-response and the role rimlight-EDFDVBD6EXAMPLE-lambda\.\n/m,
  )
})

it('a distribution whose config had no lists of functions at all', async () => {
  const { attach, detach, config, original } = await scene(bundles, (config) => {
    for (const pattern of ['/*', '/api/*']) {
      delete behaviourOf(config, pattern).FunctionAssociations
      delete behaviourOf(config, pattern).LambdaFunctionAssociations
    }
  })
  expect((await attach()).code).toBe(0)
  expect(JSON.stringify(config())).not.toBe(original)
  await detach()
  expect(JSON.stringify(config())).toBe(original)
})

it('is the same as attach --undo, and knows the distribution from the receipt', async () => {
  const { attach, file, config, original } = await scene(bundles)
  await attach()
  const { code } = await run(attachCommand(testDependencies()), ['--receipt', file, '--undo', '--yes'])
  expect(code).toBe(0)
  expect(JSON.stringify(config())).toBe(original)
})

it('a second time there is nothing to put back', async () => {
  const { aws, attach, detach } = await scene(bundles)
  await attach()
  await detach()
  aws.mutations.length = 0
  const { code, stdout } = await detach()
  expect(code).toBe(0)
  expect(aws.mutations).toEqual([])
  expect(stdout).toContain('Nothing to put back: EDFDVBD6EXAMPLE has nothing of Rimlight, deployed.\n')
})

it('does not wait for a deployment before it, and with --no-wait for none after it', async () => {
  const { aws, attach, detach, config, original } = await scene(bundles)
  await attach(['--no-wait'])
  const dependencies = testDependencies({ answers: [true] })
  const { code, stdout } = await detach(['--no-wait'], { dependencies })
  expect(code).toBe(0)
  expect(dependencies.slept).toEqual([])
  expect(dependencies.questions).toEqual(['Put it back? [y/N] '])
  expect(stdout).toContain('; CloudFront is deploying it.\n')
  expect(JSON.stringify(config())).toBe(original)
  expect(aws.calls.at(-1)).toBe('cloudfront:UpdateDistribution')
})

it('what others changed since stays, and is shown', async () => {
  const { aws, attach, detach, config, original } = await scene(bundles)
  await attach()
  changeByOthers(aws, (changed) => {
    changed.Comment = 'renamed'
    behaviourOf(changed).Compress = false
    const special = changed.CacheBehaviors?.Items ?? []
    special.unshift({ ...structuredClone(special[0]), PathPattern: '/new/*' } as CacheBehavior)
    changed.CacheBehaviors = { Quantity: 3, Items: special }
  })

  const { code, stdout } = await detach()
  expect(code).toBe(0)
  expect(JSON.stringify(config())).not.toContain('rimlight-EDFDVBD6EXAMPLE')
  expect(config()).toMatchObject({ Comment: 'renamed', CacheBehaviors: { Quantity: 3 } })
  expect(behaviourOf(config()).Compress).toBe(false)
  expect(stdout).toContain(
    'Changed by others since 2026-11-20T12:00:00.000Z, left as it is (--whole undoes it as well)\n',
  )
  expect(stdout).toContain('  ! DefaultCacheBehavior.Compress: true → false\n')
  expect(stdout).toContain('  ! Comment: "photos" → "renamed"\n')
  expect(stdout).toContain('  ! CacheBehaviors[/new/*].PathPattern: none → "/new/*"\n')
  expect(stdout).toContain(
    'EDFDVBD6EXAMPLE has nothing of Rimlight any more, and what others changed since 2026-11-20T12:00:00.000Z; deployed.\n',
  )

  const whole = await detach(['--whole'])
  expect(whole.stdout).toContain('Changed by others since 2026-11-20T12:00:00.000Z, undone with --whole\n')
  expect(JSON.stringify(config())).toBe(original)
})

it('a function that others put in the place of ours since stays', async () => {
  const { aws, attach, detach, config } = await scene(bundles)
  const { functionArn } = addForeignFunctions(aws)
  await attach()
  changeByOthers(aws, (changed) => {
    behaviourOf(changed).FunctionAssociations = {
      Quantity: 1,
      Items: [{ FunctionARN: functionArn, EventType: 'viewer-request' }],
    }
  })
  expect((await detach()).code).toBe(0)
  expect(behaviourOf(config())).toMatchObject({
    FunctionAssociations: { Quantity: 1, Items: [{ FunctionARN: functionArn, EventType: 'viewer-request' }] },
    LambdaFunctionAssociations: { Quantity: 0 },
  })
  expect(behaviourOf(config(), '/api/*').FunctionAssociations).toEqual({ Quantity: 0 })
})

it('an order of behaviours that others changed since stays', async () => {
  const { aws, attach, detach, config } = await scene(bundles)
  await attach()
  configOf(aws).CacheBehaviors?.Items?.reverse()
  const { stdout } = await detach()
  expect(config().CacheBehaviors?.Items?.map(({ PathPattern }) => PathPattern)).toEqual(['/api/*', '/drafts/*'])
  expect(stdout).toContain('  ! CacheBehaviors (order): ["/drafts/*","/api/*"] → ["/api/*","/drafts/*"]\n')
})

it('a distribution that somebody else changes meanwhile is read and planned again', async () => {
  const { aws, attach, detach, config } = await scene(bundles)
  await attach()
  aws.calls.length = 0
  aws.before = (action, count) => {
    if (action !== 'cloudfront:UpdateDistribution' || count !== 1) return
    changeByOthers(aws, (config) => {
      config.Comment = 'theirs'
    })
  }
  const dependencies = testDependencies({ answers: [true, true] })
  expect((await detach([], { dependencies })).code).toBe(0)
  expect(dependencies.questions).toHaveLength(2)
  expect(config().Comment).toBe('theirs')
  expect(behaviourOf(config()).FunctionAssociations).toEqual({ Quantity: 0 })
})

it('a no, and --dry-run, change nothing', async () => {
  const { aws, attach, detach } = await scene(bundles)
  await attach()
  aws.mutations.length = 0
  expect(await detach([], { dependencies: testDependencies({ answers: [false] }) })).toMatchObject({
    code: 1,
    stderr: 'Nothing was changed.\n',
  })
  expect((await detach(['--dry-run'])).stdout).toMatch(/Nothing was changed: --dry-run\.\n$/)
  expect(aws.mutations).toEqual([])
})

it('prints one JSON document with --json', async () => {
  const { attach, detach } = await scene(bundles)
  await attach()
  expect(JSON.parse((await detach(['--json'])).stdout)).toMatchObject({
    plan: { distribution: { id: ID }, behaviours: [{ path: '/drafts/*' }, {}, {}], others: [] },
    outcome: { kind: 'detached', isChanged: true, isOriginal: true, isDeployed: true },
  })
})

it('without its receipt it does nothing, and says how to get one', async () => {
  const { aws, file } = await scene(bundles)
  expect(await run(detachCommand(testDependencies()), ['--distribution', ID, '--receipt', file, '--yes'])).toEqual({
    code: 2,
    stdout: '',
    stderr: `${file}: expected the receipt that attach wrote, found no such file; name it with --receipt; if it is lost, \`rimlight attach --distribution ${ID}\` writes one of the distribution as it is without Rimlight\n`,
  })
  expect(aws.calls).toEqual([])
})
