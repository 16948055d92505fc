/** What CloudFront refuses to invalidate, and what to do: CloudFront API Reference, CreateInvalidation, "Errors". */
import { Failure } from '../../base/errors.ts'
import { awsFailure, faultOf } from '../aws/faults.ts'

/** What a message tells of the request. `id`: of an invalidation that was created. */
type Told = { distribution: string; reference: string; id?: string }

const MESSAGES: Record<string, (told: Told) => string> = {
  NoSuchDistribution: ({ distribution }) =>
    `there is no distribution ${distribution} in this account; \`aws cloudfront list-distributions\` lists those that are`,
  NoSuchInvalidation: ({ id, distribution }) => `the distribution ${distribution} has no invalidation ${id} (any more)`,
  TooManyInvalidationsInProgress: () =>
    'as many paths as CloudFront takes at a time are being invalidated already; run the same command again in a few minutes',
  BatchTooLarge: () => 'these are more paths than CloudFront takes at a time; a path such as /photos/* stands for many',
  InvalidationBatchAlreadyExists: ({ reference }) =>
    `the reference ${reference} was used before, with other paths; give each invalidation its own, or leave --reference out`,
}

/** @param action IAM's name of the call */
export function invalidationFailure(error: unknown, action: string, told: Told): unknown {
  if (!(error instanceof Error)) return error
  const message = Object.hasOwn(MESSAGES, error.name) ? MESSAGES[error.name]?.(told) : undefined
  if (message !== undefined) return new Failure(`${message} (${error.name})`, { cause: error })
  const fault = faultOf(error)
  if (fault === 'no-credentials' || fault === 'bad-credentials') return awsFailure(fault, action, error)
  const said = `${error.name}: ${error.message || 'no message'}`
  if (fault === 'denied') {
    const text = `expected permission for ${action} on the distribution ${told.distribution}, found none (${said}); allow that action to whoever runs this`
    return new Failure(text, { cause: error })
  }
  if (fault === null) return error
  const isAnswered = fault !== 'unreachable' && !('$fault' in error && error.$fault === 'server')
  if (isAnswered) return new Failure(`${action}: CloudFront refused it (${said})`, { cause: error })
  return unanswered(said, told, error)
}

export const unanswered = (said: string, told: Told, cause?: Error): Failure =>
  new Failure(`CloudFront does not answer (${said}); ${again(told)}`, { cause })

/** An error of the service's side, too, leaves open what was done. */
const again = ({ id, reference, distribution }: Told): string =>
  id === undefined
    ? `whether the invalidation was created is not known: run the same command again with --reference ${reference}, and it is created once`
    : `the invalidation ${id} ${goesOn(distribution, id)}`

/** Of an invalidation that nobody here waits for any more. */
export const goesOn = (distribution: string, id: string): string =>
  `goes on without this: \`aws cloudfront get-invalidation --distribution-id ${distribution} --id ${id}\` says how far it is`
