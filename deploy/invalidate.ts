/** Removes objects from the caches of a distribution: CreateInvalidation of CloudFront's API. */
import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { CloudFrontClient, CreateInvalidationCommand, GetInvalidationCommand } from '@aws-sdk/client-cloudfront'
import { Failure, InputError, joinedError, unexpectedInput } from '../base/errors.ts'
import { type Ask, askAtTerminal } from '../cli/kit/ask.ts'
import {
  FREE_INVALIDATION_PATHS,
  INVALIDATION_PATH_PRICE,
  INVALIDATION_PATHS,
  INVALIDATION_WILDCARDS,
} from '../urls/invalidation.ts'
import { goesOn, invalidationFailure, unanswered } from './invalidate/refusals.ts'

export type InvalidationRequest = {
  /** The distribution's id. */
  distribution: string
  paths: readonly string[]
  /** What tells a repeated request from a second one; `undefined`: one of this run's own. */
  reference: string | undefined
  /** Whether to wait until it is done everywhere. */
  isAwaited: boolean
  /** Whether what it may cost is agreed to beforehand. */
  isAgreed: boolean
}

export type Invalidation = {
  id: string
  distribution: string
  /** `InProgress` or `Completed`. */
  status: string
  paths: readonly string[]
  reference: string
  /** USD, where the month's free paths are used up already. */
  costAtMost: number
}

/** What it takes from its surroundings; tests bring their own. */
export type InvalidateDependencies = {
  /** Milliseconds since 1970. */
  now(): number
  sleep(milliseconds: number): Promise<unknown>
  /** Null: there is nobody to ask. */
  ask: Ask | null
}

type Progress = {
  /** It is under way: from here on nothing that happens to this process stops it. */
  created(invalidation: Invalidation): void
  /** @param seconds since it was created */
  waiting(seconds: number): void
}

/** AWS General Reference, "Amazon CloudFront endpoints": one for all of a partition. */
const REGION = 'us-east-1'

/** An invalidation takes a minute or two; GetInvalidation is free. Milliseconds. */
const BETWEEN_LOOKS = 5_000
const PATIENCE = 30 * 60_000

const realDependencies: InvalidateDependencies = {
  now: Date.now,
  sleep: (milliseconds) => setTimeout(milliseconds),
  get ask() {
    return askAtTerminal()
  },
}

/**
 * @throws InputError for a request that CloudFront would refuse, or that is not agreed to; Failure for what it does not
 *   do
 */
export async function invalidateDistribution(
  request: InvalidationRequest,
  progress: Progress,
  dependencies: InvalidateDependencies = realDependencies,
): Promise<Invalidation> {
  const { distribution, paths } = request
  const problems = problemsOf(request)
  if (problems.length > 0) throw joinedError(problems)
  await agree(request, dependencies)
  const reference = request.reference ?? referenceOf(request, dependencies.now())
  const client = new CloudFrontClient({ region: process.env.AWS_REGION || REGION, maxAttempts: 5 })
  try {
    const batch = { CallerReference: reference, Paths: { Quantity: paths.length, Items: [...paths] } }
    const command = new CreateInvalidationCommand({ DistributionId: distribution, InvalidationBatch: batch })
    const answer = await client.send(command).catch((error) => {
      throw invalidationFailure(error, 'cloudfront:CreateInvalidation', { distribution, reference })
    })
    const { Id: id, Status: status = '' } = answer.Invalidation ?? {}
    // The SDK reads any page of HTML as an empty answer.
    if (id === undefined) throw unanswered('what did tells of no invalidation', { distribution, reference })
    const created = { id, distribution, status, paths, reference, costAtMost: costAtMost(paths.length) }
    progress.created(created)
    return request.isAwaited ? await completed(client, created, progress, dependencies) : created
  } finally {
    client.destroy()
  }
}

/** USD. */
export const costAtMost = (paths: number): number => Number((paths * INVALIDATION_PATH_PRICE).toFixed(3))

function problemsOf({ distribution, paths, reference }: InvalidationRequest): InputError[] {
  const code = 'invalidation-request'
  const wildcards = paths.filter((path) => path.endsWith('*')).length
  const single = paths.length - wildcards
  return [
    ...(/^[A-Z0-9]{6,64}$/.test(distribution)
      ? []
      : [
          unexpectedInput({
            at: '--distribution',
            code,
            expected: "a distribution's id such as EDFDVBD6EXAMPLE",
            found: JSON.stringify(distribution),
            remedy: '`aws cloudfront list-distributions` lists them',
          }),
        ]),
    ...(reference === undefined || /^[\x21-\x7e]{1,128}$/.test(reference)
      ? []
      : [
          unexpectedInput({
            at: '--reference',
            code,
            expected: '1 to 128 characters of ASCII without spaces',
            found: JSON.stringify(reference),
          }),
        ]),
    ...(single > INVALIDATION_PATHS
      ? [
          unexpectedInput({
            code,
            expected: `at most ${count(INVALIDATION_PATHS)} paths without a *, as many as CloudFront takes at a time`,
            found: count(single),
            remedy: 'a path such as /photos/* stands for all that begin so, and counts as one',
          }),
        ]
      : []),
    ...(wildcards > INVALIDATION_WILDCARDS
      ? [
          unexpectedInput({
            code,
            expected: `at most ${INVALIDATION_WILDCARDS} paths with a *, as many as CloudFront takes at a time`,
            found: `${wildcards}`,
            remedy: 'a shorter one, up to /*, stands for several',
          }),
        ]
      : []),
  ]
}

/** How many free paths the account has left is not known here; more than a month's cost something in any case. */
async function agree({ paths, isAgreed }: InvalidationRequest, { ask }: InvalidateDependencies): Promise<void> {
  if (isAgreed || paths.length <= FREE_INVALIDATION_PATHS) return
  const said = `${count(paths.length)} paths cost from ${usd(costAtMost(paths.length - FREE_INVALIDATION_PATHS))} to ${usd(costAtMost(paths.length))} USD: ${count(FREE_INVALIDATION_PATHS)} a month are free, each other is ${INVALIDATION_PATH_PRICE} USD`
  if (ask === null) {
    throw new InputError(`${said}; with --yes that is agreed to, and a path such as /photos/* counts as one`, {
      code: 'not-confirmed',
      expected: `at most ${FREE_INVALIDATION_PATHS} paths, or --yes`,
      found: `${paths.length} paths`,
    })
  }
  if (!(await ask(`${said}. Go ahead? [y/N] `))) {
    throw new Failure('not agreed to: nothing was invalidated', { code: 'declined' })
  }
}

const usd = (cost: number): string => cost.toFixed(2)
const count = (paths: number): string => paths.toLocaleString('en')

/**
 * The SDK sends it again with every retry, and CloudFront does the same request with the same reference once. A later
 * run is another invalidation, of the same paths or not: there may be something new to remove.
 */
function referenceOf({ distribution, paths }: InvalidationRequest, now: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([distribution, ...paths]))
    .digest('hex')
  return `rimlight-${new Date(now).toISOString()}-${hash.slice(0, 16)}`
}

async function completed(
  client: CloudFrontClient,
  created: Invalidation,
  progress: Progress,
  dependencies: InvalidateDependencies,
): Promise<Invalidation> {
  const { distribution, id, reference } = created
  const since = dependencies.now()
  let { status } = created
  while (status !== 'Completed') {
    const waited = dependencies.now() - since
    if (waited > PATIENCE) {
      throw new Failure(
        `the invalidation ${id} is ${status} after ${PATIENCE / 60_000} minutes; it ${goesOn(distribution, id)}`,
        { code: 'not-completed', expected: `Completed within ${PATIENCE / 60_000} minutes`, found: status },
      )
    }
    progress.waiting(Math.round(waited / 1000))
    await dependencies.sleep(BETWEEN_LOOKS)
    const answer = await client
      .send(new GetInvalidationCommand({ DistributionId: distribution, Id: id }))
      .catch((error) => {
        throw invalidationFailure(error, 'cloudfront:GetInvalidation', { distribution, reference, id })
      })
    status = answer.Invalidation?.Status ?? status
  }
  return { ...created, status }
}
