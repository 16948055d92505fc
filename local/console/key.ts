/** Which key a request would get. */

import { InputError } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import type { CacheKey, Step, ViewerRequest } from '../protocol/messages.ts'

/** A request that nobody sent. */
export function imaginedViewer({ url, headers = {}, method = 'GET' }: Record<string, unknown>): ViewerRequest {
  if (typeof url !== 'string' || !/^(?:https?:\/)?\//i.test(url)) {
    throw new InputError(
      `expected "url": a URL of http or https, or a path that begins with /, found ${JSON.stringify(url)}`,
    )
  }
  if (!isObject(headers)) throw new InputError('expected "headers": an object of names and values')
  const [, scheme = 'https', host = '', target = ''] = /^(?:(https?):\/\/([^/?#]*))?([^#]*)/i.exec(url) ?? []
  const lines = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
  return {
    scheme: scheme.toLowerCase() === 'http' ? 'http' : 'https',
    httpVersion: '2.0',
    method: String(method),
    target: target.startsWith('/') ? target : `/${target}`,
    headers: [['host', host || 'localhost'], ...lines.filter(([name]) => name !== 'host')],
    ip: '127.0.0.1',
    port: 0,
    tls: null,
    headBytes: 0,
  }
}

export type KeyFound = {
  outcome:
    | { kind: 'request' }
    | { kind: 'response'; response: { status: number; headers: unknown } }
    | { kind: 'failed' }
  key?: CacheKey
  text?: string
  step?: Extract<Step, { changes: unknown }>
}

export function keyAnswer(found: KeyFound | undefined) {
  const { outcome, key, text, step } = found ?? {}
  if (outcome?.kind === 'request')
    return { kind: 'key', behaviour: key?.behaviour, key, text, changes: step?.changes ?? [] }
  if (outcome?.kind === 'response') {
    return {
      kind: 'answered',
      status: outcome.response.status,
      headers: Object.fromEntries(outcome.response.headers as []),
    }
  }
  return { kind: 'failed', problems: step?.problems ?? [] }
}
