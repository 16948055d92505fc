/** For programs beside `rimlight start`: removes objects from the caches of the CloudFront that it runs. */
import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { Failure, InputError, systemMessage, unexpectedInput } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import { isThisMachine } from '../../base/this-machine.ts'

const PATIENCE_MILLISECONDS = 10_000

/** Where `rimlight start` listens. */
export const LOCAL_URL = 'https://localhost:8443'

/** `removed`: objects, in the caches of all edge locations. */
export type LocalInvalidation = { id: string; paths: string[]; tenant?: string; removed: number }

/**
 * @param url where CloudFront runs
 * @param tenant of this one alone; `undefined`: of all, where there are several
 * @throws InputError for a text that is no URL, or a path that is refused; Failure where no CloudFront answers, or it fails
 */
export async function invalidateHere(
  url: string,
  paths: readonly string[],
  tenant?: string,
): Promise<LocalInvalidation> {
  const base = URL.parse(url)
  if (!base || !/^https?:$/.test(base.protocol)) {
    const expected = `a URL such as ${LOCAL_URL}`
    const found = JSON.stringify(url)
    throw unexpectedInput({ at: '--url', code: 'not-a-url', expected, found })
  }
  const { status, body } = await post(
    new URL('/__rimlight/invalidations', base),
    JSON.stringify({ paths, tenant }),
  ).catch((cause) => {
    throw new Failure(
      `no CloudFront answers at ${base.origin} (${systemMessage(cause) || cause.code}); \`rimlight start\` runs one, --url names another, --distribution one at AWS`,
      { code: 'nobody-answers', found: base.origin, cause },
    )
  })
  const answer = tryParse(body)
  if (status === 200 && isInvalidation(answer)) return answer
  if (isObject(answer) && typeof answer.error === 'string') {
    if (status === 400) throw new InputError(answer.error, { code: 'invalidation-refused' })
    throw new Failure(`${base.origin} did not do it: ${answer.error}`, { code: 'invalidation-failed' })
  }
  throw new Failure(`${base.origin} answered with ${status}: what runs there is not started by \`rimlight start\``, {
    code: 'not-a-local-cloudfront',
    expected: 'a CloudFront of `rimlight start`',
    found: `status ${status}`,
  })
}

const isInvalidation = (answer: unknown): answer is LocalInvalidation =>
  isObject(answer) && typeof answer.removed === 'number' && Array.isArray(answer.paths)

function tryParse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

async function post(url: URL, body: string): Promise<{ status: number; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
  const request = (url.protocol === 'https:' ? https : http).request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    signal: AbortSignal.timeout(PATIENCE_MILLISECONDS),
    agent: false,
    // The certificate of `rimlight start` is self-signed. What is sent to this machine does not leave it.
    rejectUnauthorized: !isThisMachine(url),
  })
  request.once('response', resolve).once('error', reject).end(body)
  const response = await promise
  return { status: response.statusCode ?? 0, body: await text(response) }
}
