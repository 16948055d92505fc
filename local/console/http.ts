/** The page's HTTP: which requests it answers, how their bodies are read, and how it responds. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import { ROOT } from '../../base/root.ts'
import type { ViewerIncoming } from '../listeners/viewer-request.ts'
import type { ViewerOutgoing } from '../listeners/viewer-response.ts'
import { isOwnHost } from '../platform/host-names.ts'

/** How large a request's body may be. */
const BODY_BYTES = 1_000_000

/** Whether a page of another web origin asks; programs send no `Origin`. */
export function isForeign({ headers }: ViewerIncoming): boolean {
  const { origin } = headers
  return origin !== undefined && URL.parse(origin)?.host !== (headers[':authority'] ?? headers.host)
}

/** A page elsewhere on the web can have a name of its own lead to this machine, and is then of the same web origin as this. */
export function isNamed({ headers }: ViewerIncoming, domains: readonly string[]): boolean {
  const authority = headers[':authority'] ?? headers.host
  return authority === undefined || isOwnHost(String(authority), domains)
}

/** An id with escapes that are broken is taken as it stands: no request has it. */
export function decodedId(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

/** A request's body. @throws InputError unless it is an object as JSON, of at most a million bytes */
export async function readBody(request: ViewerIncoming): Promise<Record<string, unknown>> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += chunk
    if (text.length > BODY_BYTES)
      throw new InputError(`expected at most ${BODY_BYTES} bytes`, {
        code: 'body-too-long',
        expected: `at most ${BODY_BYTES} bytes`,
      })
  }
  try {
    const value = JSON.parse(text)
    if (isObject(value)) return value
  } catch {}
  throw new InputError('expected an object as JSON', { code: 'not-json', expected: 'an object as JSON' })
}

const PAGE_FOLDER = join(ROOT, 'local/page')

/** The page loads nothing from elsewhere, and no other page may frame it. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export function sendJson(response: ViewerOutgoing, status: number, value: unknown): void {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

const PAGE_TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** A file of the page; an empty path is the page itself. */
export async function sendPageFile(response: ViewerOutgoing, path: string): Promise<void> {
  const name = path === '' ? 'index.html' : path
  const type = /^[a-z-]+\.([a-z]+)$/.exec(name)?.[1]
  const content = type && PAGE_TYPES[type] ? await readFile(join(PAGE_FOLDER, name)).catch(() => undefined) : undefined
  if (content === undefined) return sendJson(response, 404, { error: `the page has no file ${path}` })
  response.writeHead(200, {
    ...PAGE_HEADERS,
    'content-type': PAGE_TYPES[type as string],
    'cache-control': 'no-cache',
  })
  response.end(content)
}
