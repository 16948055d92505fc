/** The ways in which a bucket fails a reader, each with what must become of the response. */
import type { Expected } from './reasons.ts'
import {
  ACCESS_DENIED,
  BUCKET,
  type Exchange,
  etagOf,
  NO_SUCH_KEY,
  objectHeaders,
  PRECONDITION_FAILED,
  type S3Error,
  sendError,
  sendObject,
} from './s3-answers.ts'

export type Fault = {
  name: string
  /** What may come of it. */
  expected: readonly Expected[]
  answer: (exchange: Exchange) => unknown
}

const error =
  (status: number, code: string, message: string, more: Partial<S3Error> = {}) =>
  (exchange: Exchange) =>
    sendError(exchange, { status, code, message, ...more })

const INTERNAL_ERROR = ['InternalError', 'We encountered an internal error. Please try again.'] as const
const SLOW_DOWN = ['SlowDown', 'Please reduce your request rate.'] as const

/** A whole response by hand, for what Node's server would not send; the connection stays open. */
function writeRaw({ request, object }: Exchange, headers: Record<string, string>, body: Uint8Array): void {
  const lines = Object.entries({ ...objectHeaders(object), ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
  request.socket.write(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`)
  request.socket.write(body)
}

function writeSlowly(exchange: Exchange): void {
  const { body } = exchange.object
  writeRaw(exchange, {}, body.subarray(0, 1))
  let sent = 1
  const timer = setInterval(() => {
    exchange.request.socket.write(body.subarray(sent, sent + 1))
    sent += 1
    if (sent >= body.length) clearInterval(timer)
  }, 1000)
  exchange.request.socket.once('close', () => clearInterval(timer))
}

/** Where a redirect leads: the same object under a name that nobody may ask for, to see whether it was followed. */
export const ELSEWHERE = 'elsewhere/'

const redirect = (status: number, code: string, message: string) => (exchange: Exchange) => {
  const { host } = exchange.request.headers
  const location = `http://${host}/${BUCKET}/${ELSEWHERE}${exchange.key}`
  const headers = { location, 'x-amz-bucket-region': 'ap-southeast-2' }
  sendError(exchange, { status, code, message, headers, details: { Endpoint: `${host}`, Bucket: BUCKET } })
}

const half = (bytes: Uint8Array): Uint8Array => bytes.subarray(0, bytes.length >> 1)

export const FAULTS: readonly Fault[] = [
  { name: '403', expected: ['source-error'], answer: (exchange) => sendError(exchange, ACCESS_DENIED) },
  { name: '404', expected: ['changed'], answer: (exchange) => sendError(exchange, NO_SUCH_KEY) },
  { name: '412', expected: ['changed'], answer: (exchange) => sendError(exchange, PRECONDITION_FAILED) },
  {
    name: '416',
    expected: ['source-error'],
    answer: error(416, 'InvalidRange', 'The requested range is not satisfiable'),
  },
  { name: '500', expected: ['source-error'], answer: error(500, ...INTERNAL_ERROR) },
  {
    name: '503',
    expected: ['source-error'],
    answer: error(503, 'ServiceUnavailable', 'Service is unable to handle request.'),
  },
  {
    // How long the client then pauses is its own affair, up to a second: there may be no time to ask again.
    name: '503, SlowDown',
    expected: ['source-error', 'source-timeout'],
    answer: error(503, ...SLOW_DOWN),
  },
  {
    name: '503, SlowDown, Retry-After of an hour',
    expected: ['source-error', 'source-timeout'],
    answer: error(503, ...SLOW_DOWN, { headers: { 'retry-after': '3600' } }),
  },
  {
    name: 'a reset in the headers',
    expected: ['source-error'],
    answer: ({ request }) => {
      request.socket.write('HTTP/1.1 200 OK\r\ncontent-le', () => request.socket.resetAndDestroy())
    },
  },
  {
    name: 'a reset in the body',
    expected: ['source-error'],
    answer: (exchange) => {
      writeRaw(exchange, {}, half(exchange.object.body))
      // Not at once: the part that came before the reset has to arrive.
      setTimeout(() => exchange.request.socket.resetAndDestroy(), 20)
    },
  },
  { name: 'silence', expected: ['source-timeout', 'deadline'], answer: () => {} },
  { name: 'one byte a second', expected: ['source-timeout', 'deadline'], answer: writeSlowly },
  {
    name: 'headers, then silence',
    expected: ['source-timeout', 'deadline'],
    answer: (exchange) => writeRaw(exchange, {}, half(exchange.object.body)),
  },
  {
    name: 'less than its length',
    expected: ['source-error'],
    answer: (exchange) => {
      writeRaw(exchange, { connection: 'close' }, half(exchange.object.body))
      exchange.request.socket.end()
    },
  },
  {
    name: 'more than its length',
    expected: ['rendition'],
    answer: (exchange) => writeRaw(exchange, {}, Buffer.concat([exchange.object.body, Buffer.alloc(5_000, 'more ')])),
  },
  {
    name: 'nothing',
    expected: ['source-error'],
    answer: (exchange) => {
      const { object } = exchange
      sendObject({ ...exchange, object: { ...object, etag: etagOf(object), body: new Uint8Array() } })
    },
  },
  {
    name: 'no length',
    expected: ['rendition'],
    answer: ({ response, object }) => {
      const { 'content-length': _, ...headers } = objectHeaders(object)
      response.writeHead(200, headers)
      response.write(half(object.body))
      response.end(object.body.subarray(object.body.length >> 1))
    },
  },
  {
    name: 'another content type',
    expected: ['rendition'],
    answer: (exchange) => sendObject({ ...exchange, object: { ...exchange.object, type: 'text/html' } }),
  },
  {
    name: 'another ETag',
    expected: ['changed'],
    answer: (exchange) => {
      const etag = '"00000000000000000000000000000000"'
      sendObject({ ...exchange, object: { ...exchange.object, etag } })
    },
  },
  {
    name: 'a redirect for good to another region',
    expected: ['source-error'],
    answer: redirect(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
    ),
  },
  {
    name: 'a redirect for now to another region',
    expected: ['source-error'],
    answer: redirect(307, 'TemporaryRedirect', 'Please re-send this request to the specified temporary endpoint.'),
  },
]

export const faultNamed = (name: string): Fault => {
  const fault = FAULTS.find((row) => row.name === name)
  if (!fault) throw new Error(`there is no fault named ${name}`)
  return fault
}
