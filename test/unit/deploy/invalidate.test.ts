import { CloudFrontClient, CreateInvalidationCommand, GetInvalidationCommand } from '@aws-sdk/client-cloudfront'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { Failure, InputError } from '../../../base/errors.ts'
import {
  costAtMost,
  type InvalidateDependencies,
  type InvalidationRequest,
  invalidateDistribution,
} from '../../../deploy/invalidate.ts'

const aws = mockClient(CloudFrontClient)
afterEach(() => aws.reset())
afterAll(() => aws.restore())

const status = (Status: string) => ({
  Invalidation: { Id: 'I2J0', Status, CreateTime: new Date(0), InvalidationBatch: undefined },
})
const error = (name: string, rest: object = {}) => Object.assign(new Error(`it is ${name}`), { name, ...rest })
const paths = (count: number, end = '') => Array.from({ length: count }, (_, i) => `/${i}${end}`)

const REQUEST: InvalidationRequest = {
  ...{ distribution: 'EDFDVBD6EXAMPLE', paths: ['/a', '/b*'], reference: undefined, isAwaited: false, isAgreed: false },
}

/** Its clock goes on while it sleeps. */
async function invalidate(request: Partial<InvalidationRequest>, ask: InvalidateDependencies['ask'] = null) {
  const told: unknown[] = []
  let now = Date.UTC(2026, 10, 20)
  const dependencies: InvalidateDependencies = {
    now: () => now,
    async sleep(milliseconds) {
      now += milliseconds
    },
    ask,
  }
  const progress = {
    created: ({ id, status }: { id: string; status: string }) => told.push([id, status]),
    waiting: (seconds: number) => told.push(seconds),
  }
  const done = await invalidateDistribution({ ...REQUEST, ...request }, progress, dependencies).then(
    (invalidation) => ({ invalidation }),
    (thrown: Error) => ({ thrown }),
  )
  return { ...done, told }
}

const inputs = () => aws.commandCalls(CreateInvalidationCommand).map(({ args }) => args[0].input)

describe('an invalidation', () => {
  it('that the answer says nothing of is not waited for', async () => {
    aws.on(CreateInvalidationCommand).resolves({})
    const { thrown, told } = (await invalidate({ isAwaited: true, reference: 'r1' })) as {
      thrown?: Error
      told: unknown[]
    }
    expect(thrown).toBeInstanceOf(Failure)
    expect(thrown?.message).toMatch(
      /^CloudFront does not answer \(what did tells of no invalidation\); whether the invalidation was created is not known: .* --reference r1,/,
    )
    expect(told).toEqual([])
  })

  it('is created once, under a reference of its own', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
    const { invalidation, told } = (await invalidate({})) as Awaited<ReturnType<typeof invalidate>> & {
      invalidation?: object
    }
    expect(invalidation).toEqual({
      ...{ id: 'I2J0', distribution: 'EDFDVBD6EXAMPLE', status: 'InProgress', paths: ['/a', '/b*'], costAtMost: 0.01 },
      reference: expect.stringMatching(/^rimlight-2026-11-20T00:00:00\.000Z-[0-9a-f]{16}$/),
    })
    expect(told).toEqual([['I2J0', 'InProgress']])
    expect(inputs()).toEqual([
      {
        DistributionId: 'EDFDVBD6EXAMPLE',
        InvalidationBatch: {
          CallerReference: (invalidation as { reference: string }).reference,
          Paths: { Quantity: 2, Items: ['/a', '/b*'] },
        },
      },
    ])
  })

  it('has another reference for other paths, another distribution, and the one that was given', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
    await invalidate({})
    await invalidate({ paths: ['/a'] })
    await invalidate({ distribution: 'EDFDVBD7EXAMPLE' })
    await invalidate({ reference: 'build-7' })
    const references = inputs().map(({ InvalidationBatch }) => InvalidationBatch?.CallerReference)
    expect(new Set(references).size).toBe(4)
    expect(references[3]).toBe('build-7')
  })

  it('is waited for until it is completed', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
    aws.on(GetInvalidationCommand).resolvesOnce(status('InProgress')).resolves(status('Completed'))
    const found = await invalidate({ isAwaited: true })
    expect(found).toMatchObject({ invalidation: { status: 'Completed' }, told: [['I2J0', 'InProgress'], 0, 5] })
    expect(aws.commandCalls(GetInvalidationCommand)[0]?.args[0].input).toEqual({
      DistributionId: 'EDFDVBD6EXAMPLE',
      Id: 'I2J0',
    })
  })

  it('that is completed at once is not waited for', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('Completed'))
    expect(await invalidate({ isAwaited: true })).toMatchObject({ told: [['I2J0', 'Completed']] })
  })

  it('that does not come to an end is left to itself', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
    aws.on(GetInvalidationCommand).resolves(status('InProgress'))
    expect(await invalidate({ isAwaited: true })).toMatchObject({
      thrown: {
        name: 'Failure',
        message:
          'the invalidation I2J0 is InProgress after 30 minutes; it goes on without this: `aws cloudfront get-invalidation --distribution-id EDFDVBD6EXAMPLE --id I2J0` says how far it is',
      },
    })
  })
})

describe('what it costs', () => {
  it.each([
    [1, 0.005],
    [3, 0.015],
    [1000, 5],
  ])('%d paths: at most %d USD', (count, cost) => {
    expect(costAtMost(count)).toBe(cost)
  })

  const QUESTION = '1,200 paths cost from 1.00 to 6.00 USD: 1,000 a month are free, each other is 0.005 USD'

  it('is asked about past the free thousand', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
    const questions: string[] = []
    const answer = (is: boolean) => async (question: string) => {
      questions.push(question)
      return is
    }
    expect(await invalidate({ paths: paths(1200) }, answer(true))).toMatchObject({ invalidation: { costAtMost: 6 } })
    const refused = await invalidate({ paths: paths(1200) }, answer(false))
    expect(refused).toMatchObject({ thrown: { name: 'Failure', message: 'not agreed to: nothing was invalidated' } })
    expect(questions).toEqual([`${QUESTION}. Go ahead? [y/N] `, `${QUESTION}. Go ahead? [y/N] `])
    expect(await invalidate({ paths: paths(1000) }, answer(false))).toMatchObject({ invalidation: {} })
    expect(await invalidate({ paths: paths(1200), isAgreed: true }, answer(false))).toMatchObject({ invalidation: {} })
    expect(inputs()).toHaveLength(3)
  })

  it('is refused where nobody can be asked', async () => {
    const { thrown } = (await invalidate({ paths: paths(1200) })) as { thrown?: Error }
    expect(thrown).toBeInstanceOf(InputError)
    expect(thrown?.message).toBe(
      `${QUESTION}; with --yes that is agreed to, and a path such as /photos/* counts as one`,
    )
    expect(aws.calls()).toEqual([])
  })
})

it.each<[string, Partial<InvalidationRequest>, string]>([
  [
    'more paths than CloudFront takes',
    { paths: paths(3001), isAgreed: true },
    'expected at most 3,000 paths without a *, as many as CloudFront takes at a time, found 3,001; a path such as /photos/* stands for all that begin so, and counts as one',
  ],
  [
    'more paths with a *',
    { paths: paths(16, '*') },
    'expected at most 15 paths with a *, as many as CloudFront takes at a time, found 16; a shorter one, up to /*, stands for several',
  ],
  [
    'an ARN',
    { distribution: 'arn:aws:cloudfront::1:distribution/E1' },
    '--distribution: expected a distribution\'s id such as EDFDVBD6EXAMPLE, found "arn:aws:cloudfront::1:distribution/E1"; `aws cloudfront list-distributions` lists them',
  ],
  [
    'a reference that is none',
    { reference: 'a b' },
    '--reference: expected 1 to 128 characters of ASCII without spaces, found "a b"',
  ],
])('%s: refused before AWS is asked', async (_, request, message) => {
  const { thrown } = (await invalidate(request)) as { thrown?: Error }
  expect(thrown).toBeInstanceOf(InputError)
  expect(thrown?.message).toBe(message)
  expect(aws.calls()).toEqual([])
})

it('as many as CloudFront takes are fine', async () => {
  aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
  const request = { paths: [...paths(3000), ...paths(15, '*')], isAgreed: true }
  expect(await invalidate(request)).toMatchObject({ invalidation: { id: 'I2J0' } })
})

const client = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, $fault: 'client' })
const REFERENCE = 'rimlight-2026-11-20T00:00:00\\.000Z-[0-9a-f]{16}'

describe('what CloudFront refuses', () => {
  it.each<[string, Error, string | RegExp]>([
    [
      'an unknown distribution',
      error('NoSuchDistribution', client(404)),
      'there is no distribution EDFDVBD6EXAMPLE in this account; `aws cloudfront list-distributions` lists those that are (NoSuchDistribution)',
    ],
    [
      'too much at a time',
      error('TooManyInvalidationsInProgress'),
      'as many paths as CloudFront takes at a time are being invalidated already; run the same command again in a few minutes (TooManyInvalidationsInProgress)',
    ],
    [
      'too large a batch',
      error('BatchTooLarge'),
      'these are more paths than CloudFront takes at a time; a path such as /photos/* stands for many (BatchTooLarge)',
    ],
    [
      'a reference of other paths',
      error('InvalidationBatchAlreadyExists'),
      /^the reference rimlight-.* was used before/,
    ],
    [
      'no permission',
      error('AccessDenied', client(403)),
      'expected permission for cloudfront:CreateInvalidation on the distribution EDFDVBD6EXAMPLE, found none (AccessDenied: it is AccessDenied); allow that action to whoever runs this',
    ],
    ['no credentials', error('CredentialsProviderError'), /^expected credentials for AWS, found none /],
    ['credentials that ended', error('ExpiredToken', client(403)), /^expected credentials that AWS takes, /],
    [
      'another request',
      error('InvalidArgument', client(400)),
      'cloudfront:CreateInvalidation: CloudFront refused it (InvalidArgument: it is InvalidArgument)',
    ],
    [
      'nothing, as nobody answers',
      error('Error', { code: 'ECONNRESET', $metadata: { attempts: 5 } }),
      new RegExp(
        `^CloudFront does not answer \\(Error: it is Error\\); whether the invalidation was created is not known: run the same command again with --reference ${REFERENCE}, and it is created once$`,
      ),
    ],
    [
      'nothing, being out of order',
      error('InternalError', { $metadata: { httpStatusCode: 500 }, $fault: 'server' }),
      new RegExp(`^CloudFront does not answer \\(InternalError: .*--reference ${REFERENCE}, and it is created once$`),
    ],
  ])('%s', async (_, found, message) => {
    aws.on(CreateInvalidationCommand).rejects(found)
    const { thrown } = (await invalidate({})) as { thrown?: Error }
    expect(thrown).toBeInstanceOf(Failure)
    expect(thrown?.message).toMatch(message)
  })

  it('while it is waited for: it goes on', async () => {
    aws.on(CreateInvalidationCommand).resolves(status('InProgress'))
    aws.on(GetInvalidationCommand).rejects(error('Error', { code: 'ENOTFOUND', $metadata: { attempts: 5 } }))
    expect(await invalidate({ isAwaited: true })).toMatchObject({
      thrown: {
        message:
          'CloudFront does not answer (Error: it is Error); the invalidation I2J0 goes on without this: `aws cloudfront get-invalidation --distribution-id EDFDVBD6EXAMPLE --id I2J0` says how far it is',
      },
    })
  })

  it('a fault of ours stays what it is', async () => {
    const fault = new TypeError('undefined is not a function')
    aws.on(CreateInvalidationCommand).rejects(fault)
    expect(await invalidate({})).toMatchObject({ thrown: fault })
  })
})
