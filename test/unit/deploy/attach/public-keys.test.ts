/** Attach where public keys verify a route's tokens: Lambda@Edge in the place of the function at viewer-request. */
import { expect, it } from 'vitest'
import { readBundle } from '../../../../bundle/read-bundle.ts'
import { testEvents } from '../../../../deploy/attach/function.ts'
import { addForeignFunctions, ID } from '../../../aws/fixture.ts'
import { STORE_ARN } from '../../../aws/key-value-store.ts'
import { ACCOUNT } from '../../../aws/memory-aws.ts'
import { BY_PUBLIC_KEYS, BY_SECRETS } from './public-keys.ts'
import { behaviourOf, type Scene, scene, useBundles } from './scene.ts'

const bundles = useBundles(BY_PUBLIC_KEYS)
const secrets = useBundles(BY_SECRETS)

const FUNCTION = `rimlight-${ID}-viewer-request`
const LAMBDA = `${FUNCTION}-lambda`

/** What a behaviour has on the trigger, by name. */
function atViewerRequest({ config }: Scene, pattern: string): string[] {
  const { FunctionAssociations, LambdaFunctionAssociations } = behaviourOf(config(), pattern)
  return [
    ...(FunctionAssociations?.Items ?? []).map(({ FunctionARN }) => FunctionARN),
    ...(LambdaFunctionAssociations?.Items ?? [])
      .filter(({ EventType }) => EventType === 'viewer-request')
      .map(({ LambdaFunctionARN }) => LambdaFunctionARN),
  ].map((arn) => String(arn).replace(/^.*function[:/]/, ''))
}

const withStore: Parameters<typeof scene>[1] = (_, aws) =>
  aws.keyValueStores.set(`rimlight-${ID}-keys`, { arn: STORE_ARN, status: 'READY', values: {} })

it('is made, published, and put on the behaviours that say so, with the function on all others', async () => {
  const one = await scene(bundles)
  const { code, stdout } = await one.attach()
  expect(code).toBe(0)
  expect(stdout).toMatch(
    new RegExp(`  \\+ lambda ${LAMBDA} +create, publish a version \\(sha256 [0-9a-f]{12}\\)\\n  \\+ lambda rimlight`),
  )
  expect(stdout).toContain(`Behaviour /members/*\n  + viewer-request  ${LAMBDA}:(new version)\n`)
  expect(stdout).toContain(`Behaviour /*\n  + viewer-request  ${FUNCTION}\n`)
  expect(['/members/*', '/drafts/*', '/api/*', '/*'].map((pattern) => atViewerRequest(one, pattern))).toEqual([
    [`${LAMBDA}:1`],
    ...Array(3).fill([FUNCTION]),
  ])
  expect(behaviourOf(one.config(), '/members/*').LambdaFunctionAssociations).toEqual({
    Quantity: 3,
    Items: [
      ['viewer-request', `${LAMBDA}:1`],
      ['origin-request', `rimlight-${ID}-origin-request:1`],
      ['origin-response', `rimlight-${ID}-origin-response:1`],
    ].map(([EventType, name]) => ({
      LambdaFunctionARN: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:${name}`,
      EventType,
      IncludeBody: false,
    })),
  })
  expect(one.aws.lambdas.get(LAMBDA)?.versions).toMatchObject([
    {
      Version: '1',
      Handler: 'index.handler',
      MemorySize: 128,
      Timeout: 5,
      Description: 'Rimlight viewer-request-lambda',
    },
  ])
  expect((await one.receipt()).attachment.artefacts).toMatchObject({
    'viewer-request': { name: FUNCTION },
    'viewer-request-lambda': { name: LAMBDA },
  })
})

it('a second time it changes nothing, status says that it is attached, and detach puts back what was there', async () => {
  const one = await scene(bundles)
  await one.attach()
  one.aws.mutations.length = 0
  expect((await one.attach()).stdout).toContain(`Nothing to change: ${ID} has this build already, deployed.\n`)
  expect(one.aws.mutations).toEqual([])
  const { code, stdout } = await one.status()
  expect(code).toBe(0)
  expect(stdout).toContain(`Behaviour /members/*\n    viewer-request  ${LAMBDA}:1, this build\n`)
  const undone = await one.detach()
  expect(undone.stdout).toContain(`Left in the account: the functions ${FUNCTION}, ${LAMBDA}, rimlight-`)
  expect(JSON.stringify(one.config())).toBe(one.original)
})

it('a newer build is another version; the one before is gone back to by its number', async () => {
  const one = await scene(bundles)
  await one.attach()
  await one.attach([], { dist: bundles.newer })
  expect(atViewerRequest(one, '/members/*')).toEqual([`${LAMBDA}:2`])
  one.aws.mutations.length = 0
  await one.attach()
  expect(atViewerRequest(one, '/members/*')).toEqual([`${LAMBDA}:1`])
  expect(one.aws.mutations.filter((action) => action.startsWith('lambda:'))).toEqual([])
})

it('takes the place of the function where a build goes over to public keys, and gives it back', async () => {
  const one = await scene(secrets, withStore)
  await one.attach()
  expect(atViewerRequest(one, '/members/*')).toEqual([FUNCTION])
  const { code, stdout } = await one.attach([], { dist: bundles.dist })
  expect(code).toBe(0)
  expect(stdout).toContain(
    `Behaviour /members/*\n  - viewer-request  ${FUNCTION}\n  + viewer-request  ${LAMBDA}:(new version)\n`,
  )
  expect(atViewerRequest(one, '/members/*')).toEqual([`${LAMBDA}:1`])
  await one.attach()
  expect(atViewerRequest(one, '/members/*')).toEqual([FUNCTION])
  await one.detach()
  expect(JSON.stringify(one.config())).toBe(one.original)
})

it('status tells where the wrong one of the two is there, and attach puts it right', async () => {
  const one = await scene(bundles)
  await one.attach()
  const behaviour = behaviourOf(one.config(), '/members/*')
  const lambdas = behaviour.LambdaFunctionAssociations?.Items ?? []
  Object.assign(behaviour, {
    FunctionAssociations: behaviourOf(one.config()).FunctionAssociations,
    LambdaFunctionAssociations: {
      Quantity: 2,
      Items: lambdas.filter(({ EventType }) => EventType !== 'viewer-request'),
    },
  })
  const { code, stdout } = await one.status()
  expect(code).toBe(1)
  expect(stdout).toContain(`  /members/*: viewer-request: expected ${LAMBDA}:1, found ${FUNCTION}\n`)
  await one.attach()
  expect((await one.status()).code).toBe(0)
  expect(atViewerRequest(one, '/members/*')).toEqual([`${LAMBDA}:1`])
})

it("somebody's CloudFront Function at viewer-response is refused beside it, and their Lambda@Edge is not", async () => {
  const put = (key: 'FunctionARN' | 'LambdaFunctionARN'): Parameters<typeof scene>[1] => {
    return (config, aws) => {
      const { functionArn, lambdaArn } = addForeignFunctions(aws)
      const isFunction = key === 'FunctionARN'
      Object.assign(behaviourOf(config, '/members/*'), {
        [isFunction ? 'FunctionAssociations' : 'LambdaFunctionAssociations']: {
          Quantity: 1,
          Items: [{ [key]: isFunction ? functionArn : lambdaArn, EventType: 'viewer-response' }],
        },
      })
    }
  }
  const refused = await scene(bundles, put('FunctionARN'))
  const { code, stderr } = await refused.attach(['--replace'])
  expect(code).toBe(1)
  expect(stderr).toContain(
    "/members/*: viewer-response: expected no CloudFront Function there, since CloudFront takes none beside Lambda@Edge on viewer-request, which verifies this route's tokens, found rewrite; make it a Lambda@Edge function, or remove it\n",
  )
  expect(refused.aws.mutations).toEqual([])

  const taken = await scene(bundles, put('LambdaFunctionARN'))
  expect((await taken.attach()).code).toBe(0)
  await taken.detach()
  expect(JSON.stringify(taken.config())).toBe(taken.original)
})

it("somebody's Lambda@Edge at viewer-request comes back after --replace", async () => {
  const one = await scene(bundles, (config, aws) => {
    const { lambdaArn } = addForeignFunctions(aws)
    Object.assign(behaviourOf(config, '/members/*'), {
      LambdaFunctionAssociations: {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: lambdaArn, EventType: 'viewer-request', IncludeBody: true }],
      },
    })
  })
  expect((await one.attach()).stderr).toContain('/members/*: viewer-request: expected nothing of others there')
  expect((await one.attach(['--replace'])).code).toBe(0)
  expect(atViewerRequest(one, '/members/*')).toEqual([`${LAMBDA}:1`])
  await one.detach()
  expect(JSON.stringify(one.config())).toBe(one.original)
})

it('a version with more memory or time than viewer triggers have is never published', async () => {
  const one = await scene(bundles)
  await one.attach()
  const latest = one.aws.lambdas.get(LAMBDA)
  Object.assign(latest?.latest ?? {}, { MemorySize: 1024, Timeout: 30 })
  latest?.versions.splice(0)
  expect((await one.attach()).code).toBe(0)
  expect(latest?.versions).toMatchObject([{ MemorySize: 128, Timeout: 5 }])
})

it('the function is not tested with events of behaviours that have the Lambda function', async () => {
  const events = testEvents(ID, await readBundle(bundles.dist))
  expect(events.map(({ path }) => path)).toEqual([
    '/drafts/sample%7epage',
    '/api/sample%7epage',
    '/caf%c3%a9/sample.jpg',
  ])
})
