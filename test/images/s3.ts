/** A bucket on this machine: GetObject and HeadObject, path style, over real sockets, with faults on demand. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { listening } from '../listener.ts'
import {
  ACCESS_DENIED,
  BUCKET,
  etagOf,
  NO_SUCH_BUCKET,
  NO_SUCH_KEY,
  PRECONDITION_FAILED,
  type S3Object,
  sendError,
  sendObject,
} from './s3-answers.ts'
import type { Fault } from './s3-faults.ts'
import { type Credentials, signatureFault } from './signature.ts'

export type S3Options = {
  /** By key; what is put in later is there at once. */
  objects: Map<string, S3Object>
  credentials: Credentials
  region: string
}

export type S3 = {
  /** For `AWS_ENDPOINT_URL_S3`. */
  endpoint: string
  /** Requests for a key fail in this way: the first `times` of them, or all. */
  fail(key: string, fault: Fault, times?: number): void
  /** How many requests there were for a key. */
  requests(key: string): number
  /** What was wrong with the signatures so far. */
  unsigned: string[]
  close(): Promise<void>
}

export async function openS3({ objects, credentials, region }: S3Options): Promise<S3> {
  const faults = new Map<string, { fault: Fault; times: number }>()
  const counts = new Map<string, number>()
  const unsigned: string[] = []

  function answer(request: IncomingMessage, response: ServerResponse): unknown {
    const { bucket, key } = addressOf(request.url ?? '')
    counts.set(key, (counts.get(key) ?? 0) + 1)
    const asked = { request, response, key }
    const wrong = signatureFault(request, credentials, region)
    if (wrong !== undefined) {
      unsigned.push(wrong)
      return sendError(asked, { status: 403, code: 'SignatureDoesNotMatch', message: wrong })
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendError(asked, ACCESS_DENIED)
    if (bucket !== BUCKET) return sendError(asked, NO_SUCH_BUCKET)
    const object = objects.get(key)
    if (!object) return sendError(asked, NO_SUCH_KEY)
    const failing = faults.get(key)
    if (failing && failing.times > 0) {
      failing.times -= 1
      return failing.fault.answer({ ...asked, object })
    }
    const condition = request.headers['if-match']
    if (condition !== undefined && !matches(condition, etagOf(object))) return sendError(asked, PRECONDITION_FAILED)
    return sendObject({ ...asked, object })
  }

  const server = createServer(answer)
  const { url, close } = await listening(server)

  return {
    endpoint: url,
    fail: (key, fault, times = Number.POSITIVE_INFINITY) => faults.set(key, { fault, times }),
    requests: (key) => counts.get(key) ?? 0,
    unsigned,
    close,
  }
}

/** S3 reads a raw `+` in a path as a space. */
function addressOf(url: string): { bucket: string; key: string } {
  const [, bucket = '', rawKey = ''] = /^\/([^/?]*)\/?([^?]*)/.exec(url) ?? []
  try {
    return { bucket, key: decodeURIComponent(rawKey.replaceAll('+', ' ')) }
  } catch {
    return { bucket, key: rawKey }
  }
}

/** RFC 9110, 13.1.1: a list of entity tags, or `*`. */
const matches = (condition: string, etag: string): boolean =>
  condition.trim() === '*' || condition.split(',').some((tag) => tag.trim() === etag)

/** An endpoint that refuses connections: the port was free a moment ago. */
export async function closedEndpoint(): Promise<string> {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return `http://127.0.0.1:${port}`
}
