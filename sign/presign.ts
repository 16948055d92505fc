/** Presigned S3 URLs, for `cache: 'never'` routes and for uploads. */
import { optional } from '../base/optional-package.ts'
import { isThisMachine } from '../base/this-machine.ts'
import { checkSeconds } from './terms.ts'
import { wrong } from './wrong.ts'

export type PresignerOptions = {
  /** Of the bucket: `eu-central-1`. */
  region: string
  /** Default: wherever the AWS SDK finds some (environment, profile, role). */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } | undefined
  /** Another server than AWS's, path style: `https:`, or `http:` on this machine. */
  endpoint?: string | undefined
}

export type PresignRequest = {
  bucket: string
  /** Raw, as S3 has it. */
  key: string
  /** Seconds, from 1 to 604,800 (S3's limit of seven days); default 900, 15 minutes. */
  expiresIn?: number | undefined
  /** The CDN's host, for a `never` route without prefix: the URL leads through it, and is good for S3 all the same. */
  domain?: string | undefined
} & (
  | {
      method?: 'GET' | undefined
      /** What S3 is to answer in `content-disposition`: `attachment; filename="a.pdf"`. */
      disposition?: string | undefined
    }
  | {
      method: 'PUT'
      /** What the upload's `content-type` has to be; default: anything. */
      contentType?: string | undefined
      /** How many bytes it has to have; default: any number. */
      contentLength?: number | undefined
    }
)

export type Presigned = {
  url: string
  /** What has to be sent with it. `content-length` is none of these: every HTTP client sends that by itself. */
  headers: Record<string, string>
}

export type Presigner = (request: PresignRequest) => Promise<Presigned>

/** "Sharing objects with presigned URLs": at most seven days. */
const MAX_SECONDS = 604_800

/** RFC 9110, 8.3.1, without what nobody writes. */
const MEDIA_TYPE = /^[\w.+-]+\/[\w.+-]+(?:;[\x20-\x7e]*)?$/

const PACKAGES = ['@aws-sdk/client-s3', '@aws-sdk/s3-request-presigner']

/**
 * Makes presigned URLs with one client, and one set of credentials, for all of them. Nothing is loaded before the first.
 *
 * @example
 * ```ts
 * const presign = presigner({ region: 'eu-central-1' })
 * const { url, headers } = await presign({ method: 'PUT', bucket, key: 'drafts/7.json', contentType: 'application/json' })
 * await fetch(url, { method: 'PUT', headers, body })
 * ```
 *
 * Each call may throw InputError (`lifetime`, `bucket`, `key`, `domain`, `content-type`, `content-length`), Failure (`package-missing`), or
 * what the AWS SDK throws where it finds no credentials.
 * @throws InputError (`endpoint`)
 */
export function presigner(options: PresignerOptions): Presigner {
  const { endpoint } = options
  if (endpoint !== undefined && !isSafe(endpoint)) {
    throw wrong('endpoint', 'endpoint', 'an https: URL, or an http: URL of this machine', endpoint)
  }
  let opened: ReturnType<typeof open> | undefined
  return async (request) => {
    checkRequest(request)
    opened ??= open(options)
    // A failure is not kept: the next call tries again.
    const signer = await opened.catch((error) => {
      opened = undefined
      throw error
    })
    const url = await signer(request)
    const contentType = request.method === 'PUT' ? request.contentType : undefined
    const { domain } = request
    return {
      url: domain === undefined ? url : url.replace(/^https?:\/\/[^/]+/, `https://${domain.toLowerCase()}`),
      headers: contentType === undefined ? {} : { 'content-type': contentType },
    }
  }
}

const isSafe = (endpoint: string): boolean => {
  const url = URL.parse(endpoint)
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isThisMachine(url))
}

function checkRequest(request: PresignRequest): void {
  const { bucket, key, domain, expiresIn } = request
  if (expiresIn !== undefined) checkSeconds('expiresIn', expiresIn, MAX_SECONDS)
  if (typeof bucket !== 'string' || bucket === '') throw wrong('bucket', 'bucket', 'the name of a bucket', bucket)
  if (typeof key !== 'string' || key === '' || !key.isWellFormed()) {
    throw wrong('key', 'key', 'a key of well-formed Unicode that is not empty', key)
  }
  if (domain !== undefined && !/^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d+)?$/i.test(domain)) {
    throw wrong('domain', 'domain', 'a host name such as cdn.example.com', domain)
  }
  const { contentType, contentLength: length } = request.method === 'PUT' ? request : {}
  if (contentType !== undefined && !MEDIA_TYPE.test(contentType)) {
    throw wrong('contentType', 'content-type', 'a media type such as image/jpeg', contentType)
  }
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 0)) {
    throw wrong('contentLength', 'content-length', 'a whole number of bytes', length)
  }
}

async function open({ region, credentials, endpoint }: PresignerOptions) {
  const [{ GetObjectCommand, PutObjectCommand, S3Client }, { getSignedUrl }] = await optional(
    'presigning S3 URLs',
    PACKAGES,
    () => Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/s3-request-presigner')]),
    'npm install',
  )
  const client = new S3Client({
    region,
    ...(credentials && { credentials }),
    ...(endpoint && { endpoint, forcePathStyle: true }),
    // Otherwise the checksum of an empty body is signed, and S3 refuses every other (github.com/aws/aws-sdk-js-v3/issues/6994).
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  const commandOf = (request: PresignRequest) => {
    const target = { Bucket: request.bucket, Key: request.key }
    if (request.method !== 'PUT') {
      const { disposition } = request
      return new GetObjectCommand({ ...target, ...(disposition && { ResponseContentDisposition: disposition }) })
    }
    const { contentType, contentLength } = request
    return new PutObjectCommand({
      ...target,
      ...(contentType !== undefined && { ContentType: contentType }),
      ...(contentLength !== undefined && { ContentLength: contentLength }),
    })
  }
  return (request: PresignRequest): Promise<string> =>
    getSignedUrl(client, commandOf(request), {
      expiresIn: request.expiresIn ?? 900,
      signableHeaders: new Set(['host', ...heldHeaders(request)]),
    })
}

/** Left to itself, the package signs no content-type, and any would do; it has one of its own where none was asked for. */
const heldHeaders = (request: PresignRequest): string[] =>
  request.method === 'PUT'
    ? [
        ...(request.contentType === undefined ? [] : ['content-type']),
        ...(request.contentLength === undefined ? [] : ['content-length']),
      ]
    : []
