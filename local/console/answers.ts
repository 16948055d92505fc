/** How the page and its JSON are answered. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../../base/root.ts'
import type { ViewerOutgoing } from '../listeners/viewer-messages.ts'

const PAGE = join(ROOT, 'local/page')

/** Nothing of the page comes from elsewhere, and nothing may frame it. */
export const SECURE = {
  'content-security-policy':
    "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export function send(response: ViewerOutgoing, status: number, value: unknown): void {
  response.writeHead(status, { ...SECURE, 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

/** A file of the page; an empty path is the page itself. */
export async function sendFile(response: ViewerOutgoing, path: string): Promise<void> {
  const name = path === '' ? 'index.html' : path
  const type = /^[a-z-]+\.([a-z]+)$/.exec(name)?.[1]
  const content = type && TYPES[type] ? await readFile(join(PAGE, name)).catch(() => undefined) : undefined
  if (content === undefined) return send(response, 404, { error: `the page has no file ${path}` })
  response.writeHead(200, { ...SECURE, 'content-type': TYPES[type as string], 'cache-control': 'no-cache' })
  response.end(content)
}
