/** Which cache key a request would get. */

import { InputError, unexpectedInput } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import type { KeyAnswer, ViewerRequest } from '../protocol/messages.ts'

/**
 * A request as a viewer would send it.
 * @throws InputError for a URL or headers that no request has
 */
export function viewerRequestFor({ url, headers = {}, method = 'GET' }: Record<string, unknown>): ViewerRequest {
  if (typeof url !== 'string' || !/^(?:https?:\/)?\//i.test(url)) {
    const expected = 'a URL of http or https, or a path that begins with /'
    const found = JSON.stringify(url)
    throw unexpectedInput({ code: 'not-a-url', expected: `"url": ${expected}`, found })
  }
  if (!isObject(headers)) {
    const expected = 'an object of names and values'
    throw new InputError(`expected "headers": ${expected}`, { code: 'not-headers', expected })
  }
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

/** What `POST key` answers. Headers that repeat are told once. */
export function keyJson(answer: KeyAnswer) {
  if (answer.kind === 'key') {
    const { kind, key, text, changes } = answer
    return { kind, behaviour: key.behaviour, key, text, changes }
  }
  return answer.kind === 'answered' ? { ...answer, headers: Object.fromEntries(answer.headers) } : answer
}
