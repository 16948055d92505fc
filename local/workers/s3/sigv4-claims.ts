/** What a request says about its signature: S3 API Reference, "Authorization Header" and "Query Parameters". */
import { type Query, type S3Request, valueIn } from './address.ts'
import { S3Error } from './s3-error.ts'
import type { Scope } from './signature.ts'

export type Claims = {
  accessKeyId: string
  scope: Scope
  signedHeaders: string[]
  signature: string
  /** `YYYYMMDDTHHMMSSZ` */
  time: string
  /** Seconds; `null` in a header. */
  expires: number | null
  payloadHash: string
  sessionToken: string | undefined
}

/** A week, in seconds: "Query Parameters", X-Amz-Expires. */
const MAX_EXPIRES = 604_800

const ALGORITHM = 'AWS4-HMAC-SHA256'

/** `YYYYMMDDTHHMMSSZ` */
export const TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/

/** @throws S3Error for a request that the distribution vouches for and that has a signature in its query besides */
export function assertUnsigned({ query }: S3Request): void {
  if (isPresigned(query)) throw twoMechanisms()
}

const isPresigned = (query: Query) =>
  query.some(([name]) => name === 'X-Amz-Algorithm' || name === 'X-Amz-Signature' || name === 'Signature')

/** @throws S3Error for a request without a whole signature */
export function claimsOf({ headers, query }: S3Request): Claims {
  const authorization = headers.get('authorization')
  if (authorization !== null && isPresigned(query)) throw twoMechanisms()
  if (authorization !== null) return claimsOfHeader(authorization, headers)
  if (isPresigned(query)) return claimsOfQuery(query, headers)
  throw new S3Error('AccessDenied', 'The bucket is private, and the request is not signed.')
}

const twoMechanisms = () =>
  new S3Error(
    'InvalidArgument',
    'A request is signed in one way alone: by an Authorization header, which an origin access control adds too, or in its query.',
    { ArgumentName: 'Authorization' },
  )

function claimsOfHeader(authorization: string, headers: Headers): Claims {
  const [mechanism, ...rest] = authorization.split(/\s+/)
  if (mechanism !== ALGORITHM) {
    throw new S3Error('InvalidRequest', `The signature is expected to be of ${ALGORITHM}.`)
  }
  const fields = new Map(
    rest
      .join('')
      .split(',')
      .map((field) => {
        const at = field.indexOf('=')
        return [field.slice(0, at), field.slice(at + 1)] as const
      }),
  )
  const time = headers.get('x-amz-date') ?? ''
  if (!TIME.test(time)) throw new S3Error('AccessDenied', 'A signed request has its time in X-Amz-Date.')
  const payloadHash = headers.get('x-amz-content-sha256')
  if (payloadHash === null) {
    throw new S3Error('InvalidRequest', 'A signed request says in x-amz-content-sha256 what its body is.')
  }
  const parsed = parse(fields.get('Credential'), fields.get('SignedHeaders'), fields.get('Signature'))
  if (!parsed) throw new S3Error('AuthorizationHeaderMalformed', 'The Authorization header has not its three parts.')
  return {
    ...parsed,
    time,
    expires: null,
    payloadHash,
    sessionToken: headers.get('x-amz-security-token') ?? undefined,
  }
}

function claimsOfQuery(query: Query, headers: Headers): Claims {
  const malformed = (why: string) => new S3Error('AuthorizationQueryParametersError', why)
  const value = (name: string) => valueIn(query, name)
  if (value('X-Amz-Algorithm') !== ALGORITHM) throw malformed(`X-Amz-Algorithm is expected to be ${ALGORITHM}.`)
  const parsed = parse(value('X-Amz-Credential'), value('X-Amz-SignedHeaders'), value('X-Amz-Signature'))
  if (!parsed) {
    throw malformed('X-Amz-Credential, X-Amz-SignedHeaders and X-Amz-Signature are expected, as they are generated.')
  }
  const time = value('X-Amz-Date') ?? ''
  if (!TIME.test(time)) throw malformed('X-Amz-Date is expected to be a time such as 20261120T120000Z.')
  const expires = value('X-Amz-Expires') ?? ''
  if (!/^\d{1,9}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES) {
    throw malformed(`X-Amz-Expires is expected to be 1 to ${MAX_EXPIRES} seconds.`)
  }
  return {
    ...parsed,
    time,
    expires: Number(expires),
    payloadHash: headers.get('x-amz-content-sha256') ?? value('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    sessionToken: value('X-Amz-Security-Token'),
  }
}

const CREDENTIAL = /^(.+)\/(\d{8})\/([^/]+)\/s3\/aws4_request$/

function parse(credential = '', signedHeaders = '', signature = '') {
  const [, accessKeyId, date, region] = CREDENTIAL.exec(credential) ?? []
  if (!accessKeyId || !date || !region || !signedHeaders || !/^[0-9a-f]{64}$/.test(signature)) return undefined
  return {
    accessKeyId,
    scope: { date, region },
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
  }
}
