/** Who may ask the page's JSON what, and what they ask. */
import { InputError } from '../../base/errors.ts'
import { isObject } from '../../base/json-values.ts'
import type { ViewerIncoming } from '../listeners/viewer-messages.ts'

/** Bytes of a question. */
const QUESTION_BYTES = 1_000_000

/** Whether a page of another origin asks; programs don't say theirs. */
export function isForeign({ headers }: ViewerIncoming): boolean {
  const { origin } = headers
  return origin !== undefined && URL.parse(origin)?.host !== (headers[':authority'] ?? headers.host)
}

/**
 * A page elsewhere on the web can have a name of its own lead to this machine, and then counts as of the same origin; so
 * only names that are not its own are answered to.
 */
export function isNamed({ headers }: ViewerIncoming, domains: readonly string[]): boolean {
  const authority = headers[':authority'] ?? headers.host
  if (authority === undefined) return true
  const name = String(authority).replace(/:\d+$/, '').toLowerCase()
  if (/^(?:(?:[a-z0-9-]+\.)*localhost|[\d.]+|\[.*\])$/.test(name)) return true
  return domains.some((domain) => (domain.startsWith('*.') ? name.endsWith(domain.slice(1)) : name === domain))
}

/** What is not escaped as it should be is nobody's id. */
export function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

/** @throws InputError for what is no object as JSON */
export async function readQuestion(request: ViewerIncoming): Promise<Record<string, unknown>> {
  let text = ''
  request.setEncoding('utf8')
  for await (const chunk of request) {
    text += chunk
    if (text.length > QUESTION_BYTES) throw new InputError(`expected at most ${QUESTION_BYTES} bytes`)
  }
  try {
    const value = JSON.parse(text)
    if (isObject(value)) return value
  } catch {}
  throw new InputError('expected an object as JSON')
}
