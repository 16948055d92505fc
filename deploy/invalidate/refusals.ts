/** What CloudFront refuses to invalidate, and what to do: CloudFront API Reference, CreateInvalidation, "Errors". */
import { Failure } from '../../base/errors.ts'
import { awsFailure, faultOf } from '../aws/faults.ts'

/** What a message tells of the request. `id`: of an invalidation that was created. */
type Told = { distribution: string; reference: string; id?: string }

type KnownError = { code: string; message(told: Told): string }

const KNOWN_ERRORS: Record<string, KnownError> = {
  NoSuchDistribution: {
    code: 'unknown-distribution',
    message: ({ distribution }) =>
      `there is no distribution ${distribution} in this account; \`aws cloudfront list-distributions\` lists those that are`,
  },
  NoSuchInvalidation: {
    code: 'unknown-invalidation',
    message: ({ id, distribution }) => `the distribution ${distribution} has no invalidation ${id} (any more)`,
  },
  TooManyInvalidationsInProgress: {
    code: 'quota',
    message: () =>
      'as many paths as CloudFront takes at a time are being invalidated already; run the same command again in a few minutes',
  },
  BatchTooLarge: {
    code: 'too-many-paths',
    message: () => 'these are more paths than CloudFront takes at a time; a path such as /photos/* stands for many',
  },
  InvalidationBatchAlreadyExists: {
    code: 'reference-used',
    message: ({ reference }) =>
      `the reference ${reference} was used before, with other paths; give each invalidation its own, or leave --reference out`,
  },
}

/**
 * The error as it leaves the command; what is no error of AWS's stays what it is.
 * @param action IAM's name of the call: `cloudfront:CreateInvalidation`
 */
export function invalidationFailure(error: unknown, action: string, told: Told): unknown {
  if (!(error instanceof Error)) return error
  const said = `${error.name}: ${error.message || 'no message'}`
  const known = Object.hasOwn(KNOWN_ERRORS, error.name) ? KNOWN_ERRORS[error.name] : undefined
  if (known) {
    return new Failure(`${known.message(told)} (${error.name})`, { code: known.code, found: said, cause: error })
  }
  const fault = faultOf(error)
  if (fault === 'no-credentials' || fault === 'bad-credentials') return awsFailure(fault, action, error)
  if (fault === 'denied') {
    const expected = `permission for ${action} on the distribution ${told.distribution}`
    return new Failure(`expected ${expected}, found none (${said}); allow that action to whoever runs this`, {
      code: fault,
      expected,
      found: 'none',
      cause: error,
    })
  }
  if (fault === null) return error
  const isAnswered = fault !== 'unreachable' && !('$fault' in error && error.$fault === 'server')
  if (isAnswered) {
    return new Failure(`${action}: CloudFront refused it (${said})`, { code: fault, found: said, cause: error })
  }
  return unanswered(said, told, error)
}

export const unanswered = (said: string, told: Told, cause?: Error): Failure =>
  new Failure(`CloudFront does not answer (${said}); ${again(told)}`, { code: 'unreachable', found: said, cause })

/** What to do when it is not known whether CloudFront did what was asked, as after no answer or an error on its side. */
const again = ({ id, reference, distribution }: Told): string =>
  id === undefined
    ? `whether the invalidation was created is not known: run the same command again with --reference ${reference}, and it is created once`
    : `the invalidation ${id} ${goesOn(distribution, id)}`

/** What is said of an invalidation that this command no longer waits for. */
export const goesOn = (distribution: string, id: string): string =>
  `goes on without this: \`aws cloudfront get-invalidation --distribution-id ${distribution} --id ${id}\` says how far it is`
