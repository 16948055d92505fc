/**
 * CloudFront's standard log, as it is delivered to S3. Fields: Developer Guide, "Standard logging reference";
 * file format and escapes: "Configure standard logging (legacy)".
 */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError, systemMessage } from '../../base/errors.ts'
import { URL_CHARACTERS } from '../../edge/limits.ts'
import { DISTRIBUTION } from '../platform/identity.ts'
import type { FinishedRequest } from '../protocol/messages.ts'

type LogField = (request: FinishedRequest) => string | number

/** In the documented order. An empty value is written as `-`. */
const FIELDS: Record<string, LogField> = {
  date: (request) => finishedAt(request).slice(0, 10),
  time: (request) => finishedAt(request).slice(11, 19),
  'x-edge-location': ({ pop }) => pop,
  'sc-bytes': ({ sentBytes }) => sentBytes,
  'c-ip': ({ ip }) => ip,
  'cs-method': ({ method }) => method,
  'cs(Host)': () => DISTRIBUTION.distributionDomainName,
  'cs-uri-stem': ({ path }) => path,
  'sc-status': ({ status }) => String(status).padStart(3, '0'),
  'cs(Referer)': ({ referer }) => referer,
  'cs(User-Agent)': ({ userAgent }) => userAgent,
  'cs-uri-query': ({ query }) => query,
  // As the template has it: a distribution that logs no cookies.
  'cs(Cookie)': () => '',
  'x-edge-result-type': (request) => (isCutShort(request) ? 'Error' : request.resultType),
  'x-edge-request-id': ({ id }) => id,
  'x-host-header': ({ host }) => host,
  'cs-protocol': ({ scheme }) => scheme,
  'cs-bytes': ({ requestBytes }) => requestBytes,
  'time-taken': ({ milliseconds }) => seconds(milliseconds),
  'x-forwarded-for': ({ forwardedFor }) => forwardedFor,
  'ssl-protocol': ({ tls }) => tls?.protocol ?? '',
  'ssl-cipher': ({ tls }) => tls?.cipher ?? '',
  'x-edge-response-result-type': ({ resultType }) => resultType,
  'cs-protocol-version': ({ httpVersion }) => `HTTP/${httpVersion}`,
  'fle-status': () => '',
  'fle-encrypted-fields': () => '',
  'c-port': ({ port }) => port,
  'time-to-first-byte': ({ millisecondsToFirstByte }) => seconds(millisecondsToFirstByte),
  'x-edge-detailed-result-type': (request) => detailedResultType(request),
  'sc-content-type': ({ contentType }) => contentType,
  'sc-content-len': ({ contentLength }) => (contentLength < 0 ? '' : contentLength),
  'sc-range-start': ({ range }) => range?.[0] ?? '',
  'sc-range-end': ({ range }) => range?.[1] ?? '',
}

export const accessLogHeader = `#Version: 1.0\n#Fields: ${Object.keys(FIELDS).join(' ')}\n`

/** @returns 33 fields and a tab between them, ASCII, without the end of the line */
export const accessLogLine = (request: FinishedRequest): string =>
  Object.values(FIELDS)
    .map((field) => escaped(String(field(request))) || '-')
    .join('\t')

/** "How requests are logged when the request URL or headers exceed the maximum size": they are not. */
const isLogged = ({ status, path, query }: FinishedRequest): boolean =>
  status !== 494 && path.length + (query === '' ? 0 : query.length + 1) <= URL_CHARACTERS

const finishedAt = ({ time, milliseconds }: FinishedRequest): string => new Date(time + milliseconds).toISOString()

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3)

/** Whether the viewer got less of the body than `Content-Length` announced. */
const isCutShort = ({ method, status, contentLength, bodyBytes }: FinishedRequest): boolean =>
  method !== 'HEAD' && status !== 304 && status !== 204 && bodyBytes < contentLength

function detailedResultType(request: FinishedRequest): string {
  if (isCutShort(request)) return 'ClientCommError'
  // A response that origin-request generated: the object was not in the cache, and the origin was not called.
  return request.resultType === 'LambdaGeneratedResponse' ? 'MissGeneratedResponse' : request.detailedResultType
}

/** How each byte is written. `%` is escaped as well: what was escaped in the URL is escaped twice in the log. */
const ESCAPES = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return byte <= 32 || byte >= 127 || '<>"#%{}|\\^~[]`\''.includes(character)
    ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    : character
})

const escaped = (text: string): string => Array.from(bytesOf(text), (byte) => ESCAPES[byte]).join('')

/** Node reads the head of a request with one character to a byte. */
const bytesOf = (text: string): Buffer => {
  const bytes = Buffer.from(text, 'latin1')
  return bytes.toString('latin1') === text ? bytes : Buffer.from(text)
}

export type AccessLog = {
  write(request: FinishedRequest): void
  /** Resolves when all lines are written or dropped. */
  close(): Promise<void>
}

/**
 * Appends whole lines to a file, whose folder is made, after the header if it is empty. What can't be written is dropped: CloudFront logs on
 * a best-effort basis, too.
 * @param warn called with a message for people when lines are first dropped, and when writing works again; default
 *   `console.warn`
 * @throws InputError if the file can't be opened
 */
export async function openAccessLog(file: string, warn: (message: string) => void = console.warn): Promise<AccessLog> {
  const opened = mkdir(dirname(file), { recursive: true }).then(() => open(file, 'a+'))
  const handle = await opened.catch((cause) => {
    throw new InputError(
      `expected a file for the access log, found none that can be written: ${systemMessage(cause)}`,
      { code: 'access-log-unwritable', expected: 'a file for the access log', found: file, cause },
    )
  })
  let waiting = (await isUnfinished(handle)) ? '\n' : ''
  let isClosed = false
  let isFailing = false
  let dropped = 0
  let writing: Promise<void> | undefined

  const writeWaiting = async () => {
    do {
      const text = waiting
      waiting = ''
      try {
        await append(handle, text)
        if (isFailing) warn(`The access log is written again; ${dropped} of its lines are lost.`)
        isFailing = false
        dropped = 0
      } catch (cause) {
        if (!isFailing) warn(`The access log can't be written, its lines are dropped: ${systemMessage(cause)}`)
        isFailing = true
        dropped += text.split('\n').length - 1
      }
    } while (waiting !== '')
    writing = undefined
  }
  await writeWaiting()
  return {
    write(request) {
      if (isClosed || !isLogged(request)) return
      waiting += `${accessLogLine(request)}\n`
      writing ??= writeWaiting()
    },
    async close() {
      isClosed = true
      await writing
      await handle.close()
    },
  }
}

/** A process before this one may have ended in the middle of a line. */
async function isUnfinished(handle: FileHandle): Promise<boolean> {
  const { size } = await handle.stat()
  if (size === 0) return false
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1)
  return buffer.toString() !== '\n'
}

/** Appends whole lines or nothing: on a disk that is full, a part may be written, which is cut off again. */
async function append(handle: FileHandle, lines: string): Promise<void> {
  const { size: before } = await handle.stat()
  const text = before === 0 ? accessLogHeader + lines : lines
  try {
    await handle.appendFile(text)
  } catch (cause) {
    const { size: after } = await handle.stat()
    if (after > before && after < before + text.length) await handle.truncate(before)
    throw cause
  }
}
