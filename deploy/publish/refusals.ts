/** What S3 refuses, and what to do: S3 API Reference, "Error responses". */
import { Failure } from '../../base/errors.ts'
import { awsFailure, faultOf, missingPermission } from '../aws/faults.ts'

type ServiceError = Error & {
  $metadata?: { httpStatusCode?: number }
  code?: string
}

const statusOf = (error: unknown): number => (error as ServiceError)?.$metadata?.httpStatusCode ?? 0

/** The answer to a HEAD has no body, so that its error is known by the status alone. */
export const isNotFound = (error: unknown): boolean =>
  statusOf(error) === 404 && (error as Error).name !== 'NoSuchBucket'

const NETWORK = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

const isOfTheNetwork = (error: unknown): error is ServiceError =>
  error instanceof Error && (NETWORK.has((error as ServiceError).code ?? '') || error.name === 'TimeoutError')

/** The bytes that arrived are not those that were announced. */
const CHANGED = new Set(['BadDigest', 'IncompleteBody', 'XAmzContentSHA256Mismatch'])

/**
 * What to do after an upload failed: try again, look at the file again, or give up. Which 4xx of S3 are worth another
 * try: S3 API Reference, "List of error codes".
 */
export function afterUpload(error: unknown): 'again' | 'look' | 'give up' {
  if (!(error instanceof Error)) return 'give up'
  if (error.name === 'FileChanged' || CHANGED.has(error.name)) return 'look'
  const isPassing =
    statusOf(error) >= 500 || statusOf(error) === 429 || ['OperationAborted', 'RequestTimeout'].includes(error.name)
  return isPassing || isOfTheNetwork(error) ? 'again' : 'give up'
}

/** What each call of publish's is for, where the permission for it is missing. */
const PERMISSIONS = {
  's3:ListBucket': 'to see what is there',
  's3:GetObject': 'to compare what is there (and kms:Decrypt, where the bucket is encrypted with a key of your own)',
  's3:PutObject': 'to upload (and kms:GenerateDataKey, where the bucket is encrypted with a key of your own)',
}

type KnownError = { code: string; message(location: string): string }

const NO_SUCH_BUCKET: KnownError = {
  code: 'no-such-bucket',
  message: (location) =>
    `there is no bucket ${location.replace(/\/.*/s, '')}; \`aws s3 ls\` lists those of the account. A bucket has to be there before something is published in it`,
}

const KNOWN_ERRORS: Record<string, KnownError> = {
  NoSuchBucket: NO_SUCH_BUCKET,
  RequestTimeTooSkewed: {
    code: 'clock-skewed',
    message: () => "this machine's clock is off by more than 15 minutes, and S3 takes no request of another time",
  },
}

const REFUSED_CREDENTIALS = new Set(['InvalidToken', 'TokenRefreshRequired', 'Unauthorized'])

/** Something else than S3 has answered: a proxy, another server. */
export const notOfS3 = (location: string, status: number, cause?: Error): Failure =>
  new Failure(
    `expected an answer of S3's for ${location}, found one that is none (status ${status}); look at AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL, and at what stands between here and there`,
    {
      code: 'not-s3',
      expected: `an answer of S3's for ${location}`,
      found: `one that is none (status ${status})`,
      cause,
    },
  )

/**
 * The error as it leaves the command; what is no error of S3's, of the network's or of the system's stays what it is.
 * @param location the bucket, or the bucket and a key: `example-photos/a.jpg`
 */
export function publishFailure(error: unknown, action: keyof typeof PERMISSIONS, location: string): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error
  const said = `${error.name}: ${error.message || 'no message'}`
  const failure = (text: string, facts: { code: string; expected?: string; found?: string }) =>
    new Failure(text, { found: said, ...facts, cause: error })
  const known = Object.hasOwn(KNOWN_ERRORS, error.name) ? KNOWN_ERRORS[error.name] : undefined
  if (known) return failure(known.message(location), { code: known.code })
  const fault = REFUSED_CREDENTIALS.has(error.name) ? 'bad-credentials' : faultOf(error)
  if (fault === 'no-credentials' || fault === 'bad-credentials') return awsFailure(fault, action, error)
  if (fault === 'unreachable' && !isOfTheNetwork(error) && statusOf(error) > 0) {
    return notOfS3(location, statusOf(error), error)
  }
  if (fault === 'unreachable' || isOfTheNetwork(error)) {
    const found = error.message || (error as ServiceError).code || error.name
    return failure(`S3 can't be reached for ${location} (${found})`, { code: 'unreachable', found })
  }
  if (statusOf(error) === 403) {
    const missing = missingPermission(error, action)
    return failure(
      `expected permission for ${missing} on ${location}, ${PERMISSIONS[action]}, found none (${said}); allow it to whoever runs this`,
      { code: 'denied', expected: `permission for ${missing} on ${location}`, found: 'none' },
    )
  }
  if (action === 's3:ListBucket' && statusOf(error) === 404) {
    return failure(NO_SUCH_BUCKET.message(location), { code: NO_SUCH_BUCKET.code })
  }
  if (statusOf(error) > 0) {
    return failure(`S3 refused ${action} on ${location} (${said}, status ${statusOf(error)})`, { code: 'refused' })
  }
  return 'syscall' in error ? failure(error.message, { code: 'not-readable' }) : error
}
