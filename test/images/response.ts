/** What a handler returned, the way that the judges look at it. */
import { at } from '../../base/json-values.ts'
import type { Kind } from './fixtures.ts'

/** What is known of a source; upright, of one frame. */
export type Source = { kind: Kind | 'heic'; width: number; height: number; frames: number }

export type Response = {
  headers: Record<string, string>
  body: string | undefined
  bodyEncoding: string | undefined
}

export function responseOf(value: unknown): Response {
  const headers = Object.entries((at(value, 'headers') ?? {}) as Record<string, { value: string }[]>)
  const [body, bodyEncoding] = [at(value, 'body'), at(value, 'bodyEncoding')]
  return {
    headers: Object.fromEntries(headers.map(([name, lines]) => [name, lines.map((line) => line.value).join(', ')])),
    body: typeof body === 'string' ? body : undefined,
    bodyEncoding: typeof bodyEncoding === 'string' ? bodyEncoding : undefined,
  }
}
