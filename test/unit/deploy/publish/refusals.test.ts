import { expect, it } from 'vitest'
import { isNotFound, publishFailure } from '../../../../deploy/publish/refusals.ts'

const error = (name: string, rest: object = {}) => Object.assign(new Error(`it is ${name}`), { name, ...rest })
const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode }, $fault: 'client' })

it.each<[string, Error, Parameters<typeof publishFailure>[1], RegExp | string]>([
  [
    'a listing that is not allowed',
    error('AccessDenied', status(403)),
    's3:ListBucket',
    'expected permission for s3:ListBucket on photos/a, to see what is there, found none (AccessDenied: it is AccessDenied); allow it to whoever runs this',
  ],
  [
    'a look that is not allowed, of which S3 says nothing',
    error('Unknown', status(403)),
    's3:GetObject',
    /^expected permission for s3:GetObject on photos\/a, to compare what is there \(and kms:Decrypt/,
  ],
  ['a bucket that is not there', error('NoSuchBucket', status(404)), 's3:PutObject', /^there is no bucket photos;/],
  ['the same, by its status', error('NotFound', status(404)), 's3:ListBucket', /^there is no bucket photos;/],
  [
    'a clock that is off',
    error('RequestTimeTooSkewed', status(403)),
    's3:ListBucket',
    "this machine's clock is off by more than 15 minutes, and S3 takes no request of another time",
  ],
  [
    'credentials that ended',
    error('ExpiredToken', status(400)),
    's3:PutObject',
    /some that it refuses \(ExpiredToken: /,
  ],
  ['a token of nobody', error('InvalidToken', status(400)), 's3:PutObject', /some that it refuses \(InvalidToken: /],
  ['no credentials', error('CredentialsProviderError'), 's3:ListBucket', /^expected credentials for AWS, found none/],
  [
    'what is no answer of S3',
    error('Error', { $metadata: { httpStatusCode: 502 } }),
    's3:ListBucket',
    "expected an answer of S3's for photos/a, found one that is none (status 502); look at AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL, and at what stands between here and there",
  ],
  [
    'a name without an address',
    error('Error', { code: 'ENOTFOUND' }),
    's3:ListBucket',
    "S3 can't be reached for photos/a (it is Error)",
  ],
  [
    'a certificate of somebody else, as the SDK gives it on',
    error('Error', { code: 'ERR_TLS_CERT_ALTNAME_INVALID', $metadata: { attempts: 1 } }),
    's3:ListBucket',
    "S3 can't be reached for photos/a (it is Error)",
  ],
  ['both addresses refuse', new AggregateError([], ''), 's3:ListBucket', 'fault'],
  [
    'a weakness that stays',
    error('InternalError', status(500)),
    's3:PutObject',
    /^S3 refused s3:PutObject on photos\/a \(InternalError: .*, status 500\)$/,
  ],
  ['a fault of ours', new TypeError('it is ours'), 's3:PutObject', 'fault'],
  ['a Ctrl-C', error('AbortError'), 's3:PutObject', 'fault'],
])('%s', (_, found, action, message) => {
  const failure = publishFailure(found, action, 'photos/a')
  if (message === 'fault') return expect(failure).toBe(found)
  expect(failure).toMatchObject({ name: 'Failure', cause: found })
  expect((failure as Error).message).toMatch(message)
})

it('refused on both addresses of a name, the network is named by its code', () => {
  const refused = Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' })
  expect(publishFailure(refused, 's3:ListBucket', 'photos')).toMatchObject({
    message: "S3 can't be reached for photos (ECONNREFUSED)",
  })
})

it.each([
  [error('NotFound', status(404)), true],
  [error('NoSuchBucket', status(404)), false],
  [error('Forbidden', status(403)), false],
])('%s: no object is %s', (found, isNone) => {
  expect(isNotFound(found)).toBe(isNone)
})
