/** What an error of AWS means, by its name: `Error responses` of each service's API reference. */
import { Failure } from '../../base/errors.ts'

/** Somebody else changed something between our reading and our writing: read again, plan again. */
export class Conflict extends Error {
  override name = 'Conflict'
}

const NOT_FOUND = new Set([
  'EntityNotFound',
  // S3: of a bucket that has none.
  'NoSuchBucketPolicy',
  'NoSuchCachePolicy',
  'NoSuchDistribution',
  'NoSuchEntity',
  'NoSuchEntityException',
  'NoSuchFunctionExists',
  'NoSuchOriginAccessControl',
  'NoSuchOriginRequestPolicy',
  'NoSuchPublicKey',
  'NoSuchResource',
  'NoSuchResponseHeadersPolicy',
  // KMS.
  'NotFoundException',
  'ResourceNotFoundException',
  'ServerSideEncryptionConfigurationNotFoundError',
])

const CONFLICTS = new Set([
  'CachePolicyAlreadyExists',
  'ConcurrentModification',
  'ConcurrentModificationException',
  'ConflictException',
  'DistributionAlreadyExists',
  'EntityAlreadyExists',
  'EntityAlreadyExistsException',
  'FunctionAlreadyExists',
  'InvalidIfMatchVersion',
  'OriginAccessControlAlreadyExists',
  'OriginRequestPolicyAlreadyExists',
  'PreconditionFailed',
  'PreconditionFailedException',
  'ResourceConflictException',
  'ResponseHeadersPolicyAlreadyExists',
])

const NO_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError'])

const BAD_CREDENTIALS = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'RequestExpired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'])

const THROTTLED = new Set([
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
])

const QUOTAS = new Set([
  'CodeStorageExceededException',
  'EntityLimitExceeded',
  'FunctionSizeLimitExceeded',
  'LimitExceeded',
  'LimitExceededException',
  'ServiceQuotaExceededException',
])

/**
 * IAM tells its other services of a new role in seconds, not at once: IAM User Guide, "Changes that I make are not
 * always immediately visible". The texts are Lambda's and CloudFront's.
 */
const ROLE_IS_NEW = /cannot be assumed by Lambda|must be assumable with edgelambda/

/** What the KeyValueStore says of an `If-Match` that is no longer current; its API Reference promises a ConflictException. */
const isStaleVersion = ({ name, message }: Error): boolean =>
  name === 'ValidationException' && /pre-?condition/i.test(message)

/** `retry`: the same call may do later what it did not do now. */
export type AwsFault =
  | 'not-found'
  | 'conflict'
  | 'no-credentials'
  | 'bad-credentials'
  | 'denied'
  | 'throttled'
  | 'role-is-new'
  | 'quota'
  | 'unreachable'
  | 'refused'

/** Null: no error of AWS. */
export function faultOf(error: unknown): AwsFault | null {
  if (!(error instanceof Error)) return null
  const { name, message } = error
  if (NO_CREDENTIALS.has(name)) return 'no-credentials'
  if (!('$metadata' in error)) return null
  // The SDK sets `$fault` on what AWS answered; without it there was no answer.
  if (!('$fault' in error)) return 'unreachable'
  if (THROTTLED.has(name)) return 'throttled'
  if (ROLE_IS_NEW.test(message)) return 'role-is-new'
  if (NOT_FOUND.has(name)) return 'not-found'
  if (CONFLICTS.has(name) || isStaleVersion(error)) return 'conflict'
  if (BAD_CREDENTIALS.has(name)) return 'bad-credentials'
  if (DENIED.has(name)) return 'denied'
  // `TooManyFunctions`, `TooManyDistributionsWithLambdaAssociations` and their like.
  if (QUOTAS.has(name) || name.startsWith('TooMany')) return 'quota'
  return 'refused'
}

/** The action that AWS names, or the one that was called. */
export const missingPermission = ({ message }: Error, action: string): string =>
  /not authorized to perform:? ([\w-]+:[\w*]+)/.exec(message)?.[1] ?? action

/**
 * The error as it leaves the command. Its code is the fault.
 * @param action IAM's name of the call: `cloudfront:UpdateDistribution`
 * @param command whose help lists what it has to be allowed
 */
export function awsFailure(
  fault: AwsFault,
  action: string,
  cause: Error,
  command = 'rimlight attach',
): Failure | Conflict {
  const said = `${cause.name}: ${cause.message || 'no message'}`
  const failure = (message: string, facts: { expected?: string; found: string }) =>
    new Failure(message, { code: fault, ...facts, cause })
  switch (fault) {
    case 'conflict':
      return new Conflict(`${action}: ${said}`, { cause })
    case 'no-credentials':
      return failure(
        `expected credentials for AWS, found none (${cause.message}); sign in with \`aws sso login\` or \`aws login\`, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`,
        { expected: 'credentials for AWS', found: 'none' },
      )
    case 'bad-credentials':
      return failure(`expected credentials that AWS takes, found some that it refuses (${said}); sign in again`, {
        expected: 'credentials that AWS takes',
        found: said,
      })
    case 'denied': {
      const missing = missingPermission(cause, action)
      return failure(
        `expected permission for ${missing}, found none (${said}); allow that action to whoever runs this: \`${command} --help\` lists all that it takes`,
        { expected: `permission for ${missing}`, found: 'none' },
      )
    }
    case 'throttled':
      return failure(
        `${action}: AWS takes no more calls at present, after ${CALL_TRIES} tries (${said}); run the same command again later: it carries on`,
        { found: said },
      )
    case 'role-is-new':
      return failure(
        `${action}: the functions' role is not usable after ${CALL_TRIES} tries (${said}); run the same command again in a minute: it carries on`,
        { found: said },
      )
    case 'quota':
      return failure(
        `${action}: a quota of the account is reached (${said}); remove what is no longer used, or ask for more in the Service Quotas console, and run the same command again: it carries on`,
        { found: said },
      )
    case 'unreachable':
      return failure(
        `${action}: expected an answer from AWS, found none (${firstLine(cause.message)}); when the network is there, run the same command again: it carries on`,
        { expected: 'an answer from AWS', found: 'none' },
      )
    case 'not-found':
    case 'refused':
      return failure(`${action}: AWS refused it (${said})`, { found: said })
  }
}

/** The SDK's further lines are hints for those who develop with it. */
const firstLine = (message: string): string => message.split('\n', 1)[0] ?? ''

/** Tries of one call, where it may succeed later. */
export const CALL_TRIES = 8
