import { readdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, it } from 'vitest'
import { attachCommand } from '../../../../deploy/attach.ts'
import { addForeignFunctions, configOf, ID, run, testDependencies } from '../../../aws/fixture.ts'
import { ACCOUNT } from '../../../aws/memory-aws.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { behaviourOf, scene, stateOf, useBundles } from './scene.ts'

const bundles = useBundles()

const FUNCTION = `arn:aws:cloudfront::${ACCOUNT}:function/rimlight-${ID}-viewer-request`
const lambdaArn = (trigger: string, version: number) =>
  `arn:aws:lambda:us-east-1:${ACCOUNT}:function:rimlight-${ID}-${trigger}:${version}`

const associations = (version: number) => ({
  FunctionAssociations: { Quantity: 1, Items: [{ FunctionARN: FUNCTION, EventType: 'viewer-request' }] },
  LambdaFunctionAssociations: {
    Quantity: 2,
    Items: ['origin-request', 'origin-response'].map((trigger) => ({
      LambdaFunctionARN: lambdaArn(trigger, version),
      EventType: trigger,
      IncludeBody: false,
    })),
  },
})

const PATTERNS = ['/drafts/*', '/api/*', '/*']

it('puts the three functions on every behaviour, and changes nothing else', async () => {
  const { aws, original, attach, config } = await scene(bundles)
  const { code, stdout } = await attach()
  expect(code).toBe(0)
  for (const pattern of PATTERNS) expect(behaviourOf(config(), pattern)).toMatchObject(associations(1))

  const without = structuredClone(config())
  for (const pattern of PATTERNS) {
    Object.assign(behaviourOf(without, pattern), {
      FunctionAssociations: { Quantity: 0 },
      LambdaFunctionAssociations: { Quantity: 0 },
    })
  }
  expect(without).toEqual(JSON.parse(original))
  expect(aws.mutations.filter((action) => action === 'cloudfront:UpdateDistribution')).toHaveLength(1)
  expect(stdout).toContain('  + viewer-request  rimlight-EDFDVBD6EXAMPLE-viewer-request\n')
  expect(stdout).toContain('Compute utilisation  23 % /api/sample%7epage\n')
  expect(stdout).toContain('Attached to EDFDVBD6EXAMPLE; deployed.\n')
})

it('makes Lambdas and a role as the bundle needs them', async () => {
  const { aws, attach } = await scene(bundles)
  await attach()
  const role = aws.roles.get(`rimlight-${ID}-lambda`)
  expect(JSON.parse(role?.trust ?? '').Statement[0].Principal.Service).toEqual([
    'lambda.amazonaws.com',
    'edgelambda.amazonaws.com',
  ])
  expect(JSON.parse(role?.policies.get('rimlight') ?? '').Statement).toEqual([
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::example-photos/site/*'] },
    {
      Effect: 'Allow',
      Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: [`arn:aws:logs:*:${ACCOUNT}:log-group:/aws/lambda/us-east-1.rimlight-${ID}-*`],
    },
  ])
  expect(aws.lambdas.get(`rimlight-${ID}-origin-response`)?.versions).toMatchObject([
    {
      Version: '1',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      MemorySize: 1024,
      Timeout: 30,
      Architectures: ['x86_64'],
      State: 'Active',
    },
  ])
})

it('a second time it changes nothing', async () => {
  const { aws, attach, file } = await scene(bundles)
  await attach()
  const [state, receipt] = [stateOf(aws), await readFile(file, 'utf8')]
  aws.mutations.length = 0
  const { code, stdout } = await attach([], { dependencies: testDependencies({ answers: [] }) })
  expect(code).toBe(0)
  expect(aws.mutations).toEqual([])
  expect(stateOf(aws)).toEqual(state)
  expect(await readFile(file, 'utf8')).toBe(receipt)
  expect(stdout).toContain('Nothing to change: EDFDVBD6EXAMPLE has this build already, deployed.\n')
  expect(stdout).not.toMatch(/^ {2}[+-] /m)
})

it('the receipt is there before the first change, with the distribution as it was', async () => {
  const { aws, attach, receipt, original } = await scene(bundles)
  let recorded: Promise<unknown> | undefined
  aws.before = (action) => {
    if (action === 'cloudfront:CreateFunction') recorded ??= receipt()
  }
  await attach()
  expect(await recorded).toMatchObject({
    account: ACCOUNT,
    distribution: ID,
    original: { etag: 'EORIGINAL', config: JSON.parse(original), isReconstructed: false },
    attachment: { behaviours: PATTERNS, artefacts: { 'viewer-request': { name: `rimlight-${ID}-viewer-request` } } },
  })
})

it('shows a plan and changes nothing with --dry-run', async () => {
  const { aws, attach, file, original, config } = await scene(bundles)
  const { code, stdout } = await attach(['--dry-run'])
  expect(code).toBe(0)
  expect(aws.mutations).toEqual([])
  expect(JSON.stringify(config())).toBe(original)
  expect(await readdir(dirname(file))).toEqual([])
  expect(stdout).toContain('  + origin-request  rimlight-EDFDVBD6EXAMPLE-origin-request:(new version)\n')
  expect(stdout).toMatch(/Nothing was changed: --dry-run\.\n$/)
})

it('asks, and a no changes nothing', async () => {
  const { aws, attach, file } = await scene(bundles)
  const dependencies = testDependencies({ answers: [false] })
  const { code, stderr } = await attach([], { dependencies })
  expect({ code, stderr }).toEqual({ code: 1, stderr: 'Nothing was changed.\n' })
  expect(dependencies.questions).toEqual(['Attach? [y/N] '])
  expect(aws.mutations).toEqual([])
  expect(await readdir(dirname(file))).toEqual([])
})

it('asks, and a yes attaches', async () => {
  const { attach, config } = await scene(bundles)
  expect((await attach([], { dependencies: testDependencies({ answers: [true] }) })).code).toBe(0)
  expect(behaviourOf(config())).toMatchObject(associations(1))
})

it('a newer build takes the place of an older one; the receipt still tells of what was before either', async () => {
  const { aws, attach, detach, config, receipt, original } = await scene(bundles)
  await attach()
  const first = await receipt()
  const { code, stdout } = await attach([], { dist: bundles.newer })
  expect(code).toBe(0)
  expect(stdout).toContain('  - origin-request  rimlight-EDFDVBD6EXAMPLE-origin-request:1\n')
  expect(behaviourOf(config(), '/api/*')).toMatchObject(associations(2))
  const second = await receipt()
  expect(second.original).toEqual(first.original)
  expect(second.attachment.artefacts).not.toEqual(first.attachment.artefacts)

  // Of an older build, there is a version to go back to.
  aws.mutations.length = 0
  await attach()
  expect(aws.mutations).toEqual([
    'cloudfront:UpdateFunction',
    'cloudfront:PublishFunction',
    'cloudfront:UpdateDistribution',
  ])
  expect(behaviourOf(config(), '/api/*')).toMatchObject(associations(1))

  await detach()
  expect(JSON.stringify(config())).toBe(original)
})

it('with another memory, the same code gets another version', async () => {
  const { aws, attach, config } = await scene(bundles)
  await attach()
  const lambda = aws.lambdas.get(`rimlight-${ID}-origin-response`)
  for (const version of [lambda?.latest, ...(lambda?.versions ?? [])]) Object.assign(version ?? {}, { MemorySize: 512 })
  aws.mutations.length = 0
  await attach()
  expect(aws.mutations).toEqual([
    'lambda:UpdateFunctionConfiguration',
    'lambda:PublishVersion',
    'cloudfront:UpdateDistribution',
  ])
  expect(
    behaviourOf(config()).LambdaFunctionAssociations?.Items?.map(({ LambdaFunctionARN }) => LambdaFunctionARN),
  ).toEqual([lambdaArn('origin-request', 1), lambdaArn('origin-response', 2)])
})

it('puts right what drifted without the distribution, and nothing else', async () => {
  const { aws, attach } = await scene(bundles)
  await attach()
  aws.mutations.length = 0
  aws.roles.get(`rimlight-${ID}-lambda`)?.policies.clear()
  await attach()
  expect(aws.mutations).toEqual(['iam:PutRolePolicy'])

  const live = aws.functions.get(`rimlight-${ID}-viewer-request`)?.live
  if (live) live.code = Buffer.from('function handler(event) { return event.request }')
  await attach()
  expect(aws.mutations).toEqual(['iam:PutRolePolicy', 'cloudfront:PublishFunction'])
})

it('leaves a behaviour as it is that has everything, in whatever order', async () => {
  const { aws, attach, config } = await scene(bundles)
  await attach()
  behaviourOf(configOf(aws), '/api/*').LambdaFunctionAssociations?.Items?.reverse()
  behaviourOf(configOf(aws)).FunctionAssociations = { Quantity: 0 }
  const { stdout } = await attach()
  expect(stdout.match(/^ {2}[+-] .*$/gm)).toEqual(['  + viewer-request  rimlight-EDFDVBD6EXAMPLE-viewer-request'])
  const items = behaviourOf(config(), '/api/*').LambdaFunctionAssociations?.Items
  expect(items?.map(({ EventType }) => EventType)).toEqual(['origin-response', 'origin-request'])
  expect(behaviourOf(config())).toMatchObject(associations(1))
})

it('finds the version among many', async () => {
  const { aws, attach } = await scene(bundles)
  await attach()
  for (const dist of [bundles.newer, bundles.dist, bundles.newer]) await attach([], { dist })
  expect(aws.lambdas.get(`rimlight-${ID}-origin-request`)?.versions.map(({ Version }) => Version)).toEqual(['1', '2'])
})

it('with --no-wait it leaves CloudFront to it', async () => {
  const { aws, attach } = await scene(bundles)
  const { code, stdout } = await attach(['--no-wait'])
  expect(code).toBe(0)
  expect(stdout).toContain('Attached to EDFDVBD6EXAMPLE; CloudFront is deploying it.\n')
  expect(aws.calls.at(-1)).toBe('cloudfront:UpdateDistribution')
})

it('while CloudFront deploys what is attached, it waits and shows how long', async () => {
  const { aws, attach } = await scene(bundles)
  await attach(['--no-wait'])
  aws.mutations.length = 0
  const dependencies = testDependencies()
  const { code, stderr, stdout } = await attach([], { dependencies, isTTY: true })
  expect(code).toBe(0)
  expect(aws.mutations).toEqual([])
  expect(dependencies.slept).toEqual([15_000, 15_000])
  expect(stderr).toContain('Waiting until EDFDVBD6EXAMPLE is deployed: 15 s; Ctrl-C stops the waiting')
  expect(stdout).toContain('Nothing to change: EDFDVBD6EXAMPLE has this build already, deployed.\n')
})

it('prints one JSON document with --json', async () => {
  const { attach } = await scene(bundles)
  const { code, stdout, stderr } = await attach(['--json'])
  expect(code).toBe(0)
  expect(stderr).toContain('Behaviour /drafts/*')
  expect(JSON.parse(stdout)).toMatchObject({
    plan: {
      account: ACCOUNT,
      distribution: { id: ID, isDeployed: true },
      function: { change: 'create' },
      lambdas: [{ version: null, changes: ['create'] }, {}],
      behaviours: [
        {
          path: '/drafts/*',
          changes: [{ trigger: 'viewer-request', before: null, after: `rimlight-${ID}-viewer-request` }, {}, {}],
        },
        { path: '/api/*' },
        { path: '/*' },
      ],
    },
    outcome: { kind: 'attached', isChanged: true, isDeployed: true, tested: [{ utilisation: 23 }, {}, {}] },
  })
  const again = await attach(['--json'])
  expect(again.stderr).toBe('')
  expect(JSON.parse(again.stdout).outcome).toMatchObject({ kind: 'attached', isChanged: false })
})

it('with --json, a refusal is a document as well', async () => {
  const { attach } = await scene(bundles, (config) => {
    behaviourOf(config).TargetOriginId = 'api'
  })
  const { code, stdout, stderr } = await attach(['--json'])
  expect(code).toBe(1)
  const { problems } = JSON.parse(stdout).outcome
  expect(problems).toHaveLength(1)
  expect(stderr).toContain(problems[0])
})

it('with --replace it takes the place of others, and detach brings them back', async () => {
  const { attach, detach, config, original } = await scene(bundles, (config, aws) => {
    const { functionArn, lambdaArn: arn } = addForeignFunctions(aws)
    Object.assign(behaviourOf(config), {
      FunctionAssociations: {
        Quantity: 2,
        Items: [
          { FunctionARN: functionArn, EventType: 'viewer-request' },
          { FunctionARN: functionArn, EventType: 'viewer-response' },
        ],
      },
      LambdaFunctionAssociations: {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: arn, EventType: 'origin-response', IncludeBody: false }],
      },
    })
    Object.assign(behaviourOf(config, '/api/*'), {
      LambdaFunctionAssociations: {
        Quantity: 1,
        Items: [{ LambdaFunctionARN: arn, EventType: 'viewer-request', IncludeBody: false }],
      },
    })
  })
  const { code, stdout } = await attach(['--replace'])
  expect(code).toBe(0)
  expect(stdout).toContain('  - viewer-request  rewrite\n')
  expect(stdout).toContain('  - origin-response resize:7\n')
  expect(behaviourOf(config()).FunctionAssociations?.Items).toEqual([
    { FunctionARN: expect.stringContaining(':function/rewrite'), EventType: 'viewer-response' },
    { FunctionARN: FUNCTION, EventType: 'viewer-request' },
  ])
  expect(behaviourOf(config(), '/api/*')).toMatchObject(associations(1))
  await detach()
  expect(JSON.stringify(config())).toBe(original)
})

it('with --behaviour it attaches to these alone', async () => {
  const { attach, config, receipt } = await scene(bundles)
  expect((await attach(['--behaviour', 'api/*', '--behaviour', '/drafts/*'])).code).toBe(0)
  expect(behaviourOf(config(), '/drafts/*')).toMatchObject(associations(1))
  expect(behaviourOf(config(), '/api/*')).toMatchObject(associations(1))
  expect(behaviourOf(config()).FunctionAssociations).toEqual({ Quantity: 0 })
  expect((await receipt()).attachment.behaviours).toEqual(['/drafts/*', '/api/*'])
})

it('of a distribution with Rimlight on it and no receipt, the receipt records the rest', async () => {
  const { aws, attach, file, receipt, original } = await scene(bundles)
  await attach()
  await rm(file)
  aws.mutations.length = 0
  const { code, stderr } = await attach()
  expect(code).toBe(0)
  expect(aws.mutations).toEqual([])
  expect(stderr).toContain('Rimlight is on this distribution already, and its receipt was not found')
  expect((await receipt()).original).toMatchObject({ isReconstructed: true, config: JSON.parse(original) })
})

it('once nothing of it is attached, what there is to go back to is what there is; an older receipt is kept', async () => {
  const { aws, attach, detach, file, receipt, config } = await scene(bundles)
  await attach()
  await detach()
  configOf(aws).Comment = 'renamed since'
  const between = JSON.stringify(config())
  const { stderr } = await attach()
  expect((await receipt()).original.config.Comment).toBe('renamed since')
  const kept = (await readdir(dirname(file))).filter((name) => name !== 'receipt.json')
  expect(kept).toEqual(['receipt.json.2026-11-20T120000000Z'])
  expect(stderr).toContain(`An older receipt, of another state, is kept as ${file}.2026-11-20T120000000Z\n`)
  await detach()
  expect(JSON.stringify(config())).toBe(between)
})

it('two distributions of one account share nothing', async () => {
  const { aws, attach, config } = await scene(bundles)
  await attach()
  const other = { ...structuredClone(JSON.parse(JSON.stringify(config()))), Comment: 'other' }
  for (const pattern of PATTERNS) {
    Object.assign(behaviourOf(other, pattern), {
      FunctionAssociations: { Quantity: 0 },
      LambdaFunctionAssociations: { Quantity: 0 },
    })
  }
  aws.distributions.set('EOTHER', { config: other, etag: 'E', polls: 0 })
  const receipt = `${await temporaryFolder()}/r.json`
  const { code } = await run(attachCommand(testDependencies()), [
    ...['--distribution', 'EOTHER', '--dist', bundles.dist, '--receipt', receipt, '--yes'],
  ])
  expect(code).toBe(0)
  expect([...aws.lambdas.keys()]).toEqual([
    `rimlight-${ID}-origin-request`,
    `rimlight-${ID}-origin-response`,
    'rimlight-EOTHER-origin-request',
    'rimlight-EOTHER-origin-response',
  ])
  expect([...aws.roles.keys()]).toEqual([`rimlight-${ID}-lambda`, 'rimlight-EOTHER-lambda'])
})
