/** Attach and detach, ended at every single call of AWS (in a short run, at every fifth), and run again. */
import { readdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { associationAt } from '../../../../deploy/attach/behaviours.ts'
import { isOurs } from '../../../../deploy/attach/names.ts'
import { addForeignFunctions, ID, testDependencies } from '../../../aws/fixture.ts'
import { STORE_ARN } from '../../../aws/key-value-store.ts'
import { ProcessDied } from '../../../aws/memory-aws.ts'
import { EXTENT, sampleOf } from '../../../runs.ts'
import { BY_PUBLIC_KEYS, BY_SECRETS } from './public-keys.ts'
import { behaviourOf, type Scene, scene, stateOf, useBundles } from './scene.ts'

/** With the Lambda function at viewer-request on one behaviour, and its routes with the function there instead. */
const bundles = useBundles(BY_PUBLIC_KEYS)
const secrets = useBundles(BY_SECRETS)

type Case = {
  /** What has been done when the command is run that is interrupted. */
  before(scene: Scene): Promise<unknown>
  command(scene: Scene): Promise<{ code: number }>
  /** The private route has one of ours at viewer-request all the while: whichever it is, it lets nobody in without a grant. */
  staysGuarded?: true
}

const CASES: Record<string, Case> = {
  'the first attach': { before: async () => {}, command: ({ attach }) => attach(['--replace']) },
  'attach of a newer build': {
    before: ({ attach }) => attach(['--replace']),
    command: ({ attach }) => attach(['--replace'], { dist: bundles.newer }),
  },
  'attach after detach': {
    before: async ({ attach, detach }) => {
      await attach(['--replace'])
      await detach()
    },
    command: ({ attach }) => attach(['--replace'], { dist: bundles.newer }),
  },
  'attach of a build that goes over to public keys': {
    before: ({ attach }) => attach(['--replace'], { dist: secrets.dist }),
    command: ({ attach }) => attach(['--replace']),
    staysGuarded: true,
  },
  'attach of a build that goes back to secrets': {
    before: ({ attach }) => attach(['--replace']),
    command: ({ attach }) => attach(['--replace'], { dist: secrets.dist }),
    staysGuarded: true,
  },
  detach: { before: ({ attach }) => attach(['--replace']), command: ({ detach }) => detach() },
}

/** With functions of others on a behaviour, that have to come back. */
const inhabited = () =>
  scene(bundles, (config, aws) => {
    const { functionArn, lambdaArn } = addForeignFunctions(aws)
    aws.keyValueStores.set(`rimlight-${ID}-keys`, { arn: STORE_ARN, status: 'READY', values: {} })
    Object.assign(behaviourOf(config, '/api/*'), {
      FunctionAssociations: { Quantity: 1, Items: [{ FunctionARN: functionArn, EventType: 'viewer-request' }] },
      LambdaFunctionAssociations: {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: lambdaArn, EventType: 'origin-request', IncludeBody: true }],
      },
    })
  })

test.each(Object.entries(CASES))('%s', async (_, { before, command, staysGuarded }) => {
  const whole = await inhabited()
  await before(whole)
  whole.aws.calls.length = 0
  whole.aws.mutations.length = 0
  expect((await command(whole)).code).toBe(0)
  const [count, expected, changes] = [whole.aws.calls.length, stateOf(whole.aws), [...whole.aws.mutations]]
  expect(count).toBeGreaterThan(3)

  const calls = Array.from({ length: count }, (_, index) => index + 1)
  // In a short run, by turns before a call takes effect and after that.
  for (const [turn, call] of sampleOf(calls).entries()) {
    for (const tookEffect of EXTENT === 'full' ? [false, true] : [turn % 2 === 0]) {
      const place = `at call ${call} (${whole.aws.calls[call - 1]}), which ${tookEffect ? 'took' : 'had no'} effect`
      const one = await inhabited()
      await before(one)
      one.aws.mutations.length = 0
      one.aws.dieAt(call, tookEffect)
      await expect(command(one), place).rejects.toThrow(ProcessDied)
      one.aws.revive()
      if (staysGuarded) {
        const there = associationAt(behaviourOf(one.config(), '/members/*'), 'viewer-request')
        expect(there && isOurs(there.arn, ID), place).toBe(true)
      }

      expect((await command(one)).code, place).toBe(0)
      expect(stateOf(one.aws), place).toEqual(expected)
      // What was done before is not done again.
      expect(one.aws.mutations.toSorted(), place).toEqual(changes.toSorted())
      expect(JSON.stringify((await one.receipt()).original.config), place).toBe(one.original)
      expect(await readdir(dirname(one.file)), place).toEqual(['receipt.json'])

      one.aws.mutations.length = 0
      expect((await command(one)).code, place).toBe(0)
      expect(one.aws.mutations, place).toEqual([])

      expect((await one.detach()).code, place).toBe(0)
      expect(JSON.stringify(one.config()), place).toBe(one.original)
    }
  }
})

test('attach of a newer build, interrupted, and then another build or none', async () => {
  const whole = await inhabited()
  await whole.attach(['--replace'])
  const expected = JSON.stringify(whole.config())
  const count = whole.aws.calls.length
  for (const call of sampleOf(Array.from({ length: count }, (_, index) => index + 1))) {
    const one = await inhabited()
    await one.attach(['--replace'])
    one.aws.dieAt(call, true)
    await one.attach(['--replace'], { dist: bundles.newer }).catch(() => {})
    one.aws.revive()
    for (const distribution of one.aws.distributions.values()) distribution.polls = 0

    expect((await one.attach(['--replace'])).code, `at call ${call}`).toBe(0)
    expect(JSON.stringify(one.config()), `at call ${call}`).toBe(expected)
    expect((await one.status()).code, `at call ${call}`).toBe(0)
    expect((await one.detach()).code, `at call ${call}`).toBe(0)
    expect(JSON.stringify(one.config()), `at call ${call}`).toBe(one.original)
  }
})

test('Ctrl-C before a change leaves everything as it was', async () => {
  const { aws, attach, file } = await scene(bundles)
  const dependencies = testDependencies()
  aws.before = (action) => {
    if (action === 'cloudfront:GetDistribution') dependencies.abort()
  }
  const { code, stderr } = await attach([], { dependencies })
  expect({ code, stderr }).toEqual({ code: 130, stderr: 'Interrupted: nothing was changed.\n' })
  expect(aws.mutations).toEqual([])
  expect(await readdir(dirname(file))).toEqual([])
})

test('Ctrl-C between two changes says how to carry on, and that works', async () => {
  const { aws, attach, file, detach, config, original } = await scene(bundles)
  const dependencies = testDependencies()
  aws.before = (action) => {
    if (action === 'lambda:CreateFunction') dependencies.abort()
  }
  const { code, stderr } = await attach([], { dependencies })
  expect(code).toBe(130)
  expect(stderr).toContain(
    `Interrupted: nothing is lost. The receipt is ${file}. Run the same command again to carry on, or \`rimlight detach --receipt ${file}\` to go back.\n`,
  )
  aws.before = () => {}
  expect((await attach()).code).toBe(0)
  await detach()
  expect(JSON.stringify(config())).toBe(original)
})

test('Ctrl-C while it waits: CloudFront goes on', async () => {
  const { attach } = await scene(bundles)
  await attach(['--no-wait'])
  const dependencies = testDependencies({ onSleep: ({ abort }) => abort() })
  const { code, stderr } = await attach([], { dependencies })
  expect(code).toBe(130)
  expect(stderr).toBe(
    'Interrupted: EDFDVBD6EXAMPLE has everything, and CloudFront goes on deploying it. `rimlight status --distribution EDFDVBD6EXAMPLE` tells when it is done.\n',
  )
})

test('Ctrl-C in detach says how to carry on', async () => {
  const { aws, attach, detach, file } = await scene(bundles)
  await attach()
  const dependencies = testDependencies()
  aws.before = () => dependencies.abort()
  const { code, stderr } = await detach([], { dependencies })
  expect(code).toBe(130)
  expect(stderr).toBe(`Interrupted: nothing is lost. The receipt is ${file}; run the same command again to carry on.\n`)
})
