/** Removes objects from the caches of a CloudFront that runs on this machine: `rimlight start`. */
import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { Failure, InputError, systemMessage } from '../base/errors.ts'
import { isObject } from '../base/json-values.ts'

/** Milliseconds. */
const PATIENCE = 10_000

/** Where `rimlight start` listens. */
export const LOCAL_URL = 'https://localhost:8443'

/** `removed`: objects, in the caches of all edge locations. */
export type Removed = { id: string; paths: string[]; removed: number }

/**
 * @param url where CloudFront runs
 * @throws InputError for no URL, or a path that it refuses; Failure where no CloudFront does it
 */
export async function invalidateHere(url: string, paths: readonly string[]): Promise<Removed> {
  const base = URL.parse(url)
  if (!base || !/^https?:$/.test(base.protocol)) {
    throw new InputError(`--url: expected a URL such as ${LOCAL_URL}, found ${JSON.stringify(url)}`)
  }
  const { status, body } = await post(new URL('/__rimlight/invalidations', base), JSON.stringify({ paths })).catch(
    (cause) => {
      throw new Failure(
        `no CloudFront answers at ${base.origin} (${systemMessage(cause) || cause.code}); \`rimlight start\` runs one, --url names another, --distribution one at AWS`,
        { cause },
      )
    },
  )
  const answer = parsed(body)
  if (status === 200 && isRemoved(answer)) return answer
  if (isObject(answer) && typeof answer.error === 'string') {
    if (status === 400) throw new InputError(answer.error)
    throw new Failure(`${base.origin} did not do it: ${answer.error}`)
  }
  throw new Failure(`${base.origin} answered with ${status}: what runs there is not started by \`rimlight start\``)
}

const isRemoved = (answer: unknown): answer is Removed =>
  isObject(answer) && typeof answer.removed === 'number' && Array.isArray(answer.paths)

function parsed(body: string): unknown {
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
    signal: AbortSignal.timeout(PATIENCE),
    agent: false,
    // Its certificate is one of its own; to nobody but this machine is it shown.
    rejectUnauthorized: !isThisMachine(url.hostname),
  })
  request.once('response', resolve).once('error', reject).end(body)
  const response = await promise
  return { status: response.statusCode ?? 0, body: await text(response) }
}

const isThisMachine = (hostname: string): boolean => /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname)
