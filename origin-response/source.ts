/** The source, read once more from S3: origin-response does not get to see the body of the response in hand. */
import { GetObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import type { Reason } from '../edge/image.ts'
import type { Bucket } from '../edge/rules.ts'
import { type Original, original } from './original.ts'

export type SourceRequest = Bucket & {
  key: string
  /** Of the response in hand; empty: it has none, and nothing is asked of the object. */
  etag: string
  /** Bytes from the beginning; absent: all. */
  first?: number
}

export type SourceOutcome = { kind: 'source'; bytes: Buffer } | Original

type Body = AsyncIterable<Uint8Array> & { destroy(cause?: unknown): void }

/**
 * One GET, bound to the ETag of the response in hand. Does not reject.
 * @param maxBytes held while reading: a header may lie, or not be there
 * @param milliseconds for all of it, a second attempt included
 */
export async function readSource(
  request: SourceRequest,
  maxBytes: number,
  milliseconds: number,
): Promise<SourceOutcome> {
  // A timer of no time is due after one millisecond, and a bucket nearby may answer before: what is late is not asked for.
  if (milliseconds < 1) return original('source-timeout', 'no time is left to ask S3')
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  // Not `AbortSignal.timeout`: that would hold on to the source for as long as it might have taken.
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      controller.abort()
      reject(new Error(`S3 took longer than ${Math.round(milliseconds)} ms`))
    }, milliseconds)
  })
  try {
    // The client waits between attempts for as long as S3 says, signal or not.
    return await Promise.race([getObject(request, maxBytes, controller.signal), late])
  } catch (error) {
    return original(controller.signal.aborted ? 'source-timeout' : reasonOf(error), String(error))
  } finally {
    clearTimeout(timer)
  }
}

async function getObject(
  { bucket, region, key, etag, first }: SourceRequest,
  maxBytes: number,
  signal: AbortSignal,
): Promise<SourceOutcome> {
  const condition = {
    ...(etag === '' ? {} : { IfMatch: etag }),
    ...(first === undefined ? {} : { Range: `bytes=0-${first - 1}` }),
  }
  const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...condition })
  const { Body, ContentLength, ETag } = await clientFor(region).send(command, { abortSignal: signal })
  const body = Body as Body | undefined
  if (!body) return original('source-error', 'S3 answered without a body')
  signal.addEventListener('abort', () => body.destroy(signal.reason), { once: true })
  if (etag !== '' && ETag !== etag) {
    body.destroy()
    return original('changed', `S3 answered with the ETag ${ETag}, ${etag} was asked for`)
  }
  const bytes = await readUpTo(maxBytes, body, ContentLength)
  if (bytes === undefined) return original('too-large', `more than ${maxBytes} bytes`)
  return bytes.length === 0 ? original('source-error', 'S3 answered with an empty body') : { kind: 'source', bytes }
}

/** @returns `undefined` for more than `maxBytes`; leaving the loop closes the connection */
async function readUpTo(maxBytes: number, body: Body, length: number | undefined): Promise<Buffer | undefined> {
  if (length !== undefined && length > maxBytes) {
    body.destroy()
    return undefined
  }
  const chunks: Uint8Array[] = []
  let total = 0
  for await (const chunk of body) {
    total += chunk.length
    if (total > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, total)
}

type ClientError = { name?: string; code?: string; $metadata?: { httpStatusCode?: number } }

/**
 * 404 and 412: the object is not the one that CloudFront has just been given. The client calls connections that were
 * closed `TimeoutError`, too; those have the system's code.
 */
function reasonOf(error: unknown): Reason {
  const { name, code, $metadata } = error as ClientError
  if ($metadata?.httpStatusCode === 404 || $metadata?.httpStatusCode === 412) return 'changed'
  const isClosed = code === 'ECONNRESET' || code === 'EPIPE'
  return name === 'TimeoutError' && !isClosed ? 'source-timeout' : 'source-error'
}

/** What the client would otherwise look for in files, of which Lambda has none, and a developer may have some. */
const NO_LOOKUPS: S3ClientConfig = {
  maxAttempts: 2,
  retryMode: 'standard',
  // The ETag tells what is read.
  responseChecksumValidation: 'WHEN_REQUIRED',
  requestChecksumCalculation: 'WHEN_REQUIRED',
  defaultsMode: 'standard',
  authSchemePreference: ['sigv4'],
  sigv4aSigningRegionSet: [],
  useArnRegion: false,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  disableClockSkewCorrection: false,
  disableS3ExpressSessionAuth: true,
  userAgentAppId: 'rimlight',
}

/** One for each region, made when it is first needed, kept for its connections. */
const clients = new Map<string, S3Client>()

function clientFor(region: string): S3Client {
  const existing = clients.get(region)
  if (existing) return existing
  const endpoint = process.env.AWS_ENDPOINT_URL_S3
  const client = new S3Client({
    region,
    // A bucket of this machine has no host name of its own.
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    credentials: credentialsOfFunction,
    // Milliseconds. A bucket that does not take a connection at once leaves time for a second attempt.
    requestHandler: { connectionTimeout: 1_000 },
    ...NO_LOOKUPS,
  })
  clients.set(region, client)
  return client
}

/** The execution role's. AWS Lambda Developer Guide, "Defined runtime environment variables". */
async function credentialsOfFunction() {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) {
    throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set: the function has no execution role')
  }
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}),
  }
}
