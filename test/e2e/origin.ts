/** An origin that does as it is told, over a real socket. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from '../listener.ts'

export type Answer = (request: IncomingMessage, response: ServerResponse) => unknown

export type ScriptedOrigin = {
  url: string
  /** Requests so far, by path and query. */
  requests: string[]
  answer(answer: Answer): void
  close(): Promise<void>
}

export async function openOrigin(first: Answer = (_, response) => response.end('hello')): Promise<ScriptedOrigin> {
  let answer = first
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    answer(request, response)
  })
  const { url, close } = await listening(server)
  return {
    url,
    requests,
    answer(next) {
      answer = next
    },
    close,
  }
}
