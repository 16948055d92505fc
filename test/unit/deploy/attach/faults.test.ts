/** What attach says when AWS does not do what it is asked. */

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { STSServiceException } from '@aws-sdk/client-sts'
import { expect, it, test } from 'vitest'
import { attachCommand } from '../../../../deploy/attach.ts'
import { detachCommand } from '../../../../deploy/detach.ts'
import { cloudFrontError } from '../../../aws/cloudfront.ts'
import { changeByOthers, ID, run, testDependencies } from '../../../aws/fixture.ts'
import { iamError } from '../../../aws/iam.ts'
import { lambdaError } from '../../../aws/lambda.ts'
import type { MemoryAws } from '../../../aws/memory-aws.ts'
import { behaviourOf, scene, stateOf, useBundles } from './scene.ts'

const bundles = useBundles()

/** The call fails from its n-th time on. */
const failing = (aws: MemoryAws, action: string, error: () => Error, from = 1, times = Number.POSITIVE_INFINITY) => {
  aws.before = (called, count) => {
    if (called === action && count >= from && count < from + times) throw error()
  }
}

const rename = (config: DistributionConfig) => {
  config.Comment = 'theirs'
}

const USER = 'arn:aws:iam::111122223333:user/deployer'
const LISTS = 'allow that action to whoever runs this: `rimlight attach --help` lists all that it takes'

const noCredentials = () =>
  Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' })

const stsError = (name: string, message: string) =>
  new STSServiceException({ name, message, $fault: 'client', $metadata: {} })

const FAULTS: [string, string, () => Error, string][] = [
  [
    'no credentials',
    'sts:GetCallerIdentity',
    noCredentials,
    'expected credentials for AWS, found none (Could not load credentials from any providers); sign in with `aws sso login` or `aws login`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ],
  [
    'credentials that are no longer good',
    'sts:GetCallerIdentity',
    () => stsError('ExpiredToken', 'The security token included in the request is expired'),
    'expected credentials that AWS takes, found some that it refuses (ExpiredToken: The security token included in the request is expired); sign in again',
  ],
  [
    'no permission to read',
    'cloudfront:GetDistribution',
    () =>
      cloudFrontError('AccessDenied', `User: ${USER} is not authorized to perform: cloudfront:GetDistribution`, 403),
    `expected permission for cloudfront:GetDistribution, found none (AccessDenied: User: ${USER} is not authorized to perform: cloudfront:GetDistribution); ${LISTS}`,
  ],
  [
    'no permission, and AWS does not say for what',
    'iam:GetRole',
    () => iamError('AccessDenied', 'Access denied'),
    `expected permission for iam:GetRole, found none (AccessDenied: Access denied); ${LISTS}`,
  ],
  [
    'no permission for what Lambda does in the name of who calls',
    'lambda:CreateFunction',
    () =>
      lambdaError(
        'AccessDeniedException',
        `User: ${USER} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/x because no identity-based policy allows the iam:PassRole action`,
        403,
      ),
    `expected permission for iam:PassRole, found none (AccessDeniedException: User: ${USER} is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/x because no identity-based policy allows the iam:PassRole action); ${LISTS}`,
  ],
  [
    'no permission for the replicas',
    'cloudfront:UpdateDistribution',
    () => cloudFrontError('AccessDenied', `User: ${USER} is not authorized to perform: lambda:EnableReplication*`, 403),
    `expected permission for lambda:EnableReplication*, found none (AccessDenied: User: ${USER} is not authorized to perform: lambda:EnableReplication*); ${LISTS}`,
  ],
  ...(
    [
      ['cloudfront:CreateFunction', cloudFrontError, 'TooManyFunctions'],
      ['cloudfront:UpdateDistribution', cloudFrontError, 'TooManyDistributionsWithLambdaAssociations'],
      ['cloudfront:UpdateDistribution', cloudFrontError, 'TooManyDistributionsWithSingleFunctionARN'],
      ['lambda:CreateFunction', lambdaError, 'CodeStorageExceededException'],
      ['iam:CreateRole', iamError, 'LimitExceededException'],
    ] as const
  ).map(([action, error, name]): [string, string, () => Error, string] => [
    `the quota ${name}`,
    action,
    () => error(name, 'No more of these.'),
    `${action}: a quota of the account is reached (${name}: No more of these.); remove what is no longer used, or ask for more in the Service Quotas console, and run the same command again: it carries on`,
  ]),
  [
    'throttling without an end',
    'lambda:PublishVersion',
    () => lambdaError('TooManyRequestsException', 'Rate exceeded', 429),
    'lambda:PublishVersion: AWS takes no more calls at present, after 8 tries (TooManyRequestsException: Rate exceeded); run the same command again later: it carries on',
  ],
  [
    'a role that never becomes usable',
    'lambda:CreateFunction',
    () =>
      lambdaError('InvalidParameterValueException', 'The role defined for the function cannot be assumed by Lambda.'),
    "lambda:CreateFunction: the functions' role is not usable after 8 tries (InvalidParameterValueException: The role defined for the function cannot be assumed by Lambda.); run the same command again in a minute: it carries on",
  ],
  [
    'what has no other name',
    'cloudfront:UpdateDistribution',
    () => cloudFrontError('InvalidArgument', 'The parameter Comment is too big.'),
    'cloudfront:UpdateDistribution: AWS refused it (InvalidArgument: The parameter Comment is too big.)',
  ],
]

test.each(FAULTS)('%s', async (_, action, error, message) => {
  const { aws, attach, config, original } = await scene(bundles)
  failing(aws, action, error)
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr.replace(/^Receipt: .*\n/, '')).toBe(`${message}\n`)
  expect(JSON.stringify(config())).toBe(original)

  // And when the cause is gone, it carries on.
  aws.before = () => {}
  expect((await attach()).code).toBe(0)
})

it('an error that is none of AWS is nobody\u2019s to explain away', async () => {
  const { aws, attach } = await scene(bundles)
  failing(aws, 'iam:GetRole', () => new TypeError('ours'))
  await expect(attach()).rejects.toThrow(new TypeError('ours'))
})

it('throttling is waited out, each time twice as long', async () => {
  const { aws, attach } = await scene(bundles)
  failing(aws, 'cloudfront:GetDistribution', () => cloudFrontError('Throttling', 'Rate exceeded'), 1, 6)
  const dependencies = testDependencies()
  const { code } = await attach(['--dry-run'], { dependencies })
  expect(code).toBe(0)
  expect(dependencies.slept).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000])
})

it('an unknown distribution', async () => {
  await scene(bundles)
  const args = ['--distribution', 'ENOWHERE', '--dist', bundles.dist, '--yes']
  expect(await run(attachCommand(testDependencies()), args)).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'unknown distribution: expected one of account 111122223333 in --distribution, found none with the id ENOWHERE; `aws cloudfront list-distributions` lists them, AWS_PROFILE names another account\n',
  })
})

test.each(['attach', 'detach', 'status'] as const)('%s: the wrong account', async (command) => {
  const one = await scene(bundles)
  await one.attach()
  const state = stateOf(one.aws)
  one.aws.account = '999999999999'
  const { code, stderr } = await one[command]()
  expect(code).toBe(1)
  expect(stderr).toBe(
    `wrong account: expected 111122223333, of which ${one.file} tells, found credentials of 999999999999; use those of 111122223333 (AWS_PROFILE), or name another receipt with --receipt\n`,
  )
  expect(stateOf(one.aws)).toEqual(state)
})

it('a distribution that somebody else changes meanwhile is read, planned and asked for again', async () => {
  const { aws, attach, config, receipt } = await scene(bundles)
  aws.before = (action, count) => {
    // The first time, the role is too new.
    if (action === 'cloudfront:UpdateDistribution' && count === 2) changeByOthers(aws, rename)
  }
  const dependencies = testDependencies({ answers: [true, true] })
  const { code, stderr, stdout } = await attach([], { dependencies, isTTY: true })
  expect(code).toBe(0)
  // Theirs is deployed first.
  expect(stderr.split('Waiting until EDFDVBD6EXAMPLE is deployed: 0 s')).toHaveLength(3)
  expect(dependencies.questions).toEqual(['Attach? [y/N] ', 'Attach? [y/N] '])
  expect(stderr).toContain(
    'Somebody else changed something meanwhile (cloudfront:UpdateDistribution: PreconditionFailed: The request failed because it did not meet the preconditions in one or more request-header fields.): reading and planning again.\n',
  )
  expect(stdout).toContain('as it is, version 1')
  expect(config().Comment).toBe('theirs')
  expect(behaviourOf(config()).FunctionAssociations?.Quantity).toBe(1)
  expect((await receipt()).original).toMatchObject({ etag: 'ETAG2', config: { Comment: 'theirs' } })
})

it('a no after somebody else\u2019s change: the functions are there, and that is said', async () => {
  const { aws, attach, config } = await scene(bundles)
  aws.before = (action, count) => {
    if (action === 'cloudfront:UpdateDistribution' && count === 2) changeByOthers(aws, rename)
  }
  const { code, stderr } = await attach([], { dependencies: testDependencies({ answers: [true, false] }) })
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /: reading and planning again\.\nThe distribution was not updated\.\nThe functions that were made or published until then stay: the same command carries on\.\n$/,
  )
  expect(behaviourOf(config()).FunctionAssociations?.Quantity).toBe(0)
  expect(aws.mutations).toContain('cloudfront:PublishFunction')
})

it('what somebody else changed meanwhile may be what attach refuses', async () => {
  const { aws, attach } = await scene(bundles)
  aws.before = (action, count) => {
    if (action !== 'cloudfront:UpdateDistribution' || count !== 2) return
    changeByOthers(aws, (config) => {
      behaviourOf(config).TargetOriginId = 'api'
    })
  }
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr).toMatch(
    /: reading and planning again\.\nThe distribution was not updated: EDFDVBD6EXAMPLE can't be attached to as it is\.\n {2}\/\*: origin api: expected .*\nThe functions that were made or published until then stay: the same command carries on\.\n$/,
  )
})

it('and so is one whose ETag AWS no longer takes; without an end, it gives up', async () => {
  const { aws, attach } = await scene(bundles)
  failing(aws, 'cloudfront:UpdateDistribution', () => cloudFrontError('InvalidIfMatchVersion', 'Not valid.'))
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr.split('\n').slice(1)).toEqual([
    ...Array(4).fill(
      'Somebody else changed something meanwhile (cloudfront:UpdateDistribution: InvalidIfMatchVersion: Not valid.): reading and planning again.',
    ),
    'expected nobody else to change it meanwhile, found changes 5 times (cloudfront:UpdateDistribution: InvalidIfMatchVersion: Not valid.); run the same command again when they are done: it carries on',
    '',
  ])
})

it('a function that somebody makes at the same time is taken as it is', async () => {
  const { aws, attach } = await scene(bundles)
  failing(aws, 'cloudfront:CreateFunction', () => cloudFrontError('FunctionAlreadyExists', 'It does.', 409), 1, 1)
  expect((await attach()).code).toBe(0)
})

it('a Lambda that fails to become ready', async () => {
  const { aws, attach } = await scene(bundles)
  aws.before = (action) => {
    const latest = aws.lambdas.get(`rimlight-${ID}-origin-request`)?.latest
    if (action !== 'lambda:GetFunctionConfiguration' || !latest) return
    Object.assign(latest, { State: 'Failed', StateReason: 'The runtime is gone.', polls: 99 })
  }
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr).toContain(
    'rimlight-EDFDVBD6EXAMPLE-origin-request: expected it to become ready, found it failed: The runtime is gone.; run the same command again, or delete the function first\n',
  )
})

it('a Lambda that is never ready', async () => {
  const { aws, attach } = await scene(bundles)
  aws.before = () => {
    for (const { latest } of aws.lambdas.values()) latest.polls = 99
  }
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr).toContain(
    'rimlight-EDFDVBD6EXAMPLE-origin-request: expected it to be ready within 5 minutes, found it pending; run the same command again: it carries on\n',
  )
})

it('a deployment that does not end', async () => {
  const { aws, attach } = await scene(bundles)
  aws.before = (action) => {
    const distribution = aws.distributions.get(ID)
    if (action === 'cloudfront:GetDistribution' && distribution && distribution.etag !== 'EORIGINAL')
      distribution.polls = 9
  }
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr).toContain(
    'EDFDVBD6EXAMPLE is not deployed after 45 min 0 s; CloudFront goes on by itself: `rimlight status --distribution EDFDVBD6EXAMPLE` tells when it is\n',
  )
})

it('a function that takes too long is not published', async () => {
  const { aws, attach } = await scene(bundles)
  aws.utilisation = (path) => (path.startsWith('/api/') ? 71 : 20)
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr).toContain(
    'rimlight-EDFDVBD6EXAMPLE-viewer-request: expected a compute utilisation below 71 for /api/sample%7epage, found 71 in 3 tests: CloudFront would throttle it, so it is not published; fewer routes and shorter patterns make it faster\n',
  )
  expect(aws.functions.get(`rimlight-${ID}-viewer-request`)?.live).toBeNull()
  expect(aws.mutations).toEqual(['cloudfront:CreateFunction'])
})

it('one slow measurement is measured again; one near the limit is told', async () => {
  const { aws, attach } = await scene(bundles)
  const measured = [80, 90, 55]
  aws.utilisation = () => measured.shift() ?? 50
  const { code, stdout } = await attach()
  expect(code).toBe(0)
  expect(stdout).toContain(
    'Compute utilisation  55 % /drafts/sample%7epage: near the limit, CloudFront may throttle it\nCompute utilisation  50 % /api/sample%7epage\n',
  )
})

it('a function that fails in CloudFront\u2019s engine is not published', async () => {
  const { aws, attach } = await scene(bundles)
  aws.before = (action) => {
    const development = aws.functions.get(`rimlight-${ID}-viewer-request`)?.development
    if (action === 'cloudfront:TestFunction' && development)
      development.code = Buffer.from('function handler() { throw 7 }')
  }
  const { code, stderr } = await attach()
  expect(code).toBe(1)
  expect(stderr).toContain(
    "rimlight-EDFDVBD6EXAMPLE-viewer-request: expected an answer to the test event /drafts/sample%7epage, found an error in CloudFront's engine: 7; the function is not published; please report it\n",
  )
  expect(aws.mutations).toEqual(['cloudfront:CreateFunction'])
})

const usage = (main: typeof attachCommand, args: string[]) => run(main(testDependencies()), args)

test.each([
  [attachCommand, [], 'expected --distribution ID, found none; `rimlight attach --help` says how to use it\n'],
  [
    attachCommand,
    ['--distribution', '../x'],
    '--distribution: expected an id such as EDFDVBD6EXAMPLE, found "../x"; `aws cloudfront list-distributions` lists them\n',
  ],
  [
    attachCommand,
    ['--distribution', ID, '--undo', '--behaviour', '/api/*'],
    '--undo: expected no --behaviour beside it, since it puts back all that the receipt recorded; `rimlight attach --help` says how to use it\n',
  ],
  [
    detachCommand,
    [],
    'expected --distribution ID or --receipt FILE, found neither; `rimlight detach --help` says how to use it\n',
  ],
])('wrong usage', async (main, args, message) => {
  expect(await usage(main, args)).toEqual({ code: 2, stdout: '', stderr: message })
})

it('nobody to ask', async () => {
  const { aws } = await scene(bundles)
  const args = ['--distribution', ID, '--dist', bundles.dist]
  const { code, stderr } = await usage(attachCommand, args)
  expect(code).toBe(2)
  expect(stderr).toBe(
    'expected --yes, since stdin is no terminal and nobody can be asked; --dry-run shows the plan alone\n',
  )
  expect(aws.mutations).toEqual([])
})

it('a receipt that can\u2019t be written: nothing is changed', async () => {
  const { aws } = await scene(bundles)
  const file = '/nowhere/at/all/receipt.json'
  const args = ['--distribution', ID, '--dist', bundles.dist, '--receipt', file, '--yes']
  const { code, stderr } = await usage(attachCommand, args)
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /^--receipt: it can't be written, and without it nothing is changed: ENOENT: no such file or directory/,
  )
  expect(aws.mutations).toEqual([])
})

it('a receipt that can\u2019t be read: nothing is changed', async () => {
  const { aws, attach, file } = await scene(bundles)
  await mkdir(file)
  const { code, stderr } = await attach()
  expect(code).toBe(2)
  expect(stderr).toBe(
    '--receipt: expected a file that can be read, found EISDIR: illegal operation on a directory, read\n',
  )
  expect(aws.mutations).toEqual([])
})

it('a receipt that can\u2019t be written anew stays as it is', async () => {
  const { aws, attach, file } = await scene(bundles)
  await attach()
  const before = await readFile(file, 'utf8')
  // A file can have this name, but none that is longer, as that of the temporary file is.
  const longest = join(dirname(file), 'x'.repeat(255))
  await writeFile(longest, before)
  aws.mutations.length = 0
  const { code, stderr } = await attach(['--receipt', longest], { dist: bundles.newer })
  expect(code).toBe(2)
  expect(stderr).toMatch(/^--receipt: it can't be written, and without it nothing is changed: ENAMETOOLONG/)
  expect(aws.mutations).toEqual([])
  expect(await readFile(longest, 'utf8')).toBe(before)
})

test.each([
  ['{}', 'expected a receipt that `rimlight attach` wrote, found something else; name another file with --receipt\n'],
  [
    '{ "format": "rimlight-receipt-1", "account": "1", "distribution": "E", "original": { "config": { "DefaultCacheBehavior": {} } }, "attachment": { "behaviours": [] } }',
    'expected a receipt that `rimlight attach` wrote, found something else; name another file with --receipt\n',
  ],
  ['{', 'broken JSON at line 1, column 2: the text ends too early\n'],
])('a receipt that is none: %s', async (text, message) => {
  const { attach, file } = await scene(bundles)
  await writeFile(file, text)
  expect(await attach()).toEqual({ code: 2, stdout: '', stderr: `${file}: ${message}` })
})

it('the receipt of another distribution', async () => {
  const { attach, file } = await scene(bundles)
  await attach()
  const args = ['--distribution', 'EOTHER', '--dist', bundles.dist, '--receipt', file, '--yes']
  expect(await usage(attachCommand, args)).toEqual({
    code: 2,
    stdout: '',
    stderr: `${file}: expected the receipt of distribution EOTHER, found that of ${ID}; name another file with --receipt\n`,
  })
})
