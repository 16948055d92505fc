/** S3's HTTP API over R2: over TCP, as the origin of a distribution, and for the host. */
import { BUCKET_HEADERS } from '../../protocol/settings.ts'
import { authorize, type Signer } from './authorization.ts'
import { now, setOffset } from './clock.ts'
import { type Bucket, bucketOf, type Environment } from './environment.ts'
import { operate } from './operations.ts'
import { asS3Error } from './r2-error.ts'
import { type Reply, toErrorResponse, toResponse, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import { type RawRequest, type S3Request, toS3Request } from './s3-request.ts'
import { element } from './s3-xml.ts'
import { assertUnsigned } from './sigv4-claims.ts'

/** How a request has come: `oac`: signed by CloudFront, with the origin access control of the origin. */
type Way = 'direct' | 'oac'

type Handler = { fetch(request: Request, environment: Environment): Promise<Response> }

/** For clients over TCP. The socket's style has to be `proxy`: the request's URL is then its raw target. */
const direct: Handler = {
  fetch: ({ method, url, headers, body }, environment) =>
    answer({ method, headers, body, host: headers.get('host') ?? '', target: url }, 'direct', environment),
}

export default direct

/** For the distribution, over a service binding: what it says in `x-rimlight-*` counts. */
export const Origin: Handler = {
  fetch({ method, headers, body }, environment) {
    const host = headers.get(BUCKET_HEADERS.host) ?? ''
    const target = headers.get(BUCKET_HEADERS.target) ?? ''
    const way = headers.get(BUCKET_HEADERS.way) === 'oac' ? 'oac' : 'direct'
    return answer({ method, headers, body, host, target }, way, environment)
  },
}

/** For the host: `POST /clock` with `{ "offset": milliseconds }` moves the buckets' clock. */
export const Admin: Handler = {
  async fetch(request) {
    const { pathname } = new URL(request.url)
    if (request.method !== 'POST' || pathname !== '/clock') return new Response(null, { status: 404 })
    const { offset } = (await request.json()) as { offset?: unknown }
    if (typeof offset !== 'number' || !Number.isFinite(offset)) {
      return Response.json({ error: 'offset is expected to be milliseconds' }, { status: 400 })
    }
    setOffset(offset)
    return Response.json({ now: now() })
  },
}

async function answer(raw: RawRequest, way: Way, environment: Environment): Promise<Response> {
  const response = await responseTo(raw, way, environment)
  // An answer over a connection on which the body is still coming would not arrive.
  await drain(raw.body)
  return response
}

async function responseTo(raw: RawRequest, way: Way, environment: Environment): Promise<Response> {
  try {
    return toResponse(raw, await replyTo(toS3Request(raw), way, environment))
  } catch (thrown) {
    const error = asS3Error(thrown)
    if (error instanceof S3Error) return toErrorResponse(raw, error, { Resource: raw.target })
    console.error(thrown)
    return toErrorResponse(raw, new S3Error('InternalError', `The local bucket has failed: ${thrown}`), {})
  }
}

async function replyTo(request: S3Request, way: Way, environment: Environment): Promise<Reply> {
  const { bucket: name } = request.address
  const bucket = name === null ? undefined : bucketOf(environment, name)
  const signer = authorized(request, way, environment, bucket)
  if (name === null) return listBuckets(request, environment)
  return operate(request, {
    bucket: bucketNamed(environment, name),
    signer,
    bucketNamed: (other) => bucketNamed(environment, other),
  })
}

function authorized(
  request: S3Request,
  way: Way,
  { CREDENTIALS }: Environment,
  bucket: Bucket | undefined,
): Signer | null {
  if (way === 'oac') {
    assertUnsigned(request)
    return null
  }
  return authorize(request, CREDENTIALS, bucket?.region ?? null, { machine: Date.now(), buckets: now() })
}

function bucketNamed(environment: Environment, name: string): Bucket {
  const bucket = bucketOf(environment, name)
  if (bucket) return bucket
  throw new S3Error('NoSuchBucket', 'There is no bucket with this name.', { BucketName: name })
}

function listBuckets({ method }: S3Request, { BUCKETS }: Environment): Reply {
  if (method !== 'GET') throw new S3Error('MethodNotAllowed', 'The method is not one for this.', { Method: method })
  const buckets = Object.entries(BUCKETS).map(([name, { region }]) =>
    element('Bucket', [
      element('Name', name),
      element('CreationDate', new Date(0).toISOString()),
      element('BucketRegion', region),
    ]),
  )
  return xmlReply('ListAllMyBucketsResult', [element('Buckets', buckets)])
}

async function drain(body: RawRequest['body']): Promise<void> {
  if (!body || body.locked) return
  // Who sends it may be gone.
  await body.pipeTo(new WritableStream()).catch(() => {})
}
