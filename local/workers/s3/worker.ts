/** S3's HTTP API over R2: for clients over TCP, for the distribution as its origin, and for the host's clock. */
import { BUCKET_HEADERS, type OriginAccess } from '../../protocol/settings.ts'
import { type RawRequest, type S3Request, toS3Request } from './address.ts'
import { authorize, type Signer } from './authorization.ts'
import { type Bucket, BucketClock, bucketOf, type Environment } from './environment.ts'
import { operate } from './operations.ts'
import { asS3Error } from './r2-error.ts'
import { type Reply, toErrorResponse, toResponse, xmlReply } from './reply.ts'
import { S3Error } from './s3-error.ts'
import { element } from './s3-xml.ts'
import { assertUnsigned } from './sigv4-claims.ts'

/** The Worker has one clock, which its three entry points share. */
function makeWorker(clock: BucketClock) {
  async function answer(raw: RawRequest, access: OriginAccess, environment: Environment): Promise<Response> {
    const response = await responseTo(raw, access, environment, clock)
    // An answer does not arrive while the request's body is still coming over the same connection.
    await drain(raw.body)
    return response
  }

  return {
    clients: {
      fetch: ({ method, url, headers, body }, environment) =>
        answer({ method, headers, body, host: headers.get('host') ?? '', target: url }, 'unsigned', environment),
    },
    origin: {
      fetch({ method, headers, body }, environment) {
        const host = headers.get(BUCKET_HEADERS.host) ?? ''
        const target = headers.get(BUCKET_HEADERS.target) ?? ''
        const access = headers.get(BUCKET_HEADERS.way) === 'oac' ? 'oac' : 'unsigned'
        return answer({ method, headers, body, host, target }, access, environment)
      },
    },
    admin: {
      async fetch(request) {
        const { pathname } = new URL(request.url)
        if (request.method !== 'POST' || pathname !== '/clock') return new Response(null, { status: 404 })
        const { offset } = (await request.json()) as { offset?: unknown }
        if (typeof offset !== 'number' || !Number.isFinite(offset)) {
          return Response.json({ error: 'offset is expected to be milliseconds' }, { status: 400 })
        }
        clock.offset = offset
        return Response.json({ now: clock.now() })
      },
    },
  } satisfies Record<string, ExportedHandler<Environment>>
}

const { clients, origin, admin } = makeWorker(new BucketClock())

/** For clients over TCP. The socket's style has to be `proxy`: the request's URL is then its raw target. */
export default clients

/** For the distribution, over a service binding: host, target and access are what it says in `x-rimlight-*`. */
export const Origin = origin

/** For the host: `POST /clock` with `{ "offset": milliseconds }` sets by how much the buckets' clock is ahead. */
export const Admin = admin

async function responseTo(
  raw: RawRequest,
  access: OriginAccess,
  environment: Environment,
  clock: BucketClock,
): Promise<Response> {
  try {
    return toResponse(raw, await replyTo(toS3Request(raw), access, environment, clock), clock.now())
  } catch (thrown) {
    const error = asS3Error(thrown)
    if (error instanceof S3Error) return toErrorResponse(raw, error, { Resource: raw.target }, clock.now())
    console.error(thrown)
    const failure = new S3Error('InternalError', `The local bucket has failed: ${thrown}`)
    return toErrorResponse(raw, failure, {}, clock.now())
  }
}

async function replyTo(
  request: S3Request,
  access: OriginAccess,
  environment: Environment,
  clock: BucketClock,
): Promise<Reply> {
  const { bucket: name } = request.address
  const bucket = name === null ? undefined : bucketOf(environment, clock, name)
  const signer = authorized(request, access, environment, bucket, clock)
  if (name === null) return listBuckets(request, environment)
  const bucketNamed = (other: string) => bucketOf(environment, clock, other) ?? noSuchBucket(other)
  return operate(request, { bucket: bucket ?? noSuchBucket(name), signer, bucketNamed })
}

function authorized(
  request: S3Request,
  access: OriginAccess,
  { CREDENTIALS }: Environment,
  bucket: Bucket | undefined,
  clock: BucketClock,
): Signer | null {
  if (access === 'oac') {
    assertUnsigned(request)
    return null
  }
  return authorize(request, CREDENTIALS, bucket?.region ?? null, { machine: Date.now(), buckets: clock.now() })
}

function noSuchBucket(name: string): never {
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
  // The client may have left meanwhile.
  await body.pipeTo(new WritableStream()).catch(() => {})
}
