/** An origin that answers by script: an HTTP server, one connection for each request. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { listening } from '../../listener.ts'
import type { Answer } from './row.ts'

export type SeenRequest = {
  method: string
  path: string
  query: string
  /** By name in lower case, lines joined by commas. */
  headers: Record<string, string>
  body: string
}

export type ScriptedOrigin = {
  url: string
  /** What is asked for from here on is answered by these, and nothing else. @returns what is seen, as it comes */
  expect(answers: readonly Answer[]): { seen: SeenRequest[]; isUsedUp: Promise<void> }
  /** The next answers' bodies count from one again. */
  restart(): void
  close(): Promise<void>
}

/** @param now milliseconds since 1970, by the distribution's clock */
export async function openOrigin(now: () => number): Promise<ScriptedOrigin> {
  let answers: Answer[] = []
  let seen: SeenRequest[] = []
  let usedUp = Promise.withResolvers<void>()
  let count = 0

  const server = createServer((request, response) => {
    void answer(request, response).catch(() => response.destroy())
  })
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    seen.push(await seenOf(request))
    const scripted = answers.shift() ?? { status: 599, body: 'the origin was not to be asked' }
    count += 1
    send(response, scripted, `object ${count}`, now())
    if (answers.length === 0) usedUp.resolve()
  }

  const { url, close } = await listening(server)
  return {
    url,
    expect(scripted) {
      answers = [...scripted]
      seen = []
      usedUp = Promise.withResolvers()
      return { seen, isUsedUp: usedUp.promise }
    },
    restart() {
      count = 0
    },
    close,
  }
}

async function seenOf(request: IncomingMessage): Promise<SeenRequest> {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s)
  const headers = Object.fromEntries(
    Object.entries(request.headersDistinct).map(([name, values]) => [name, (values ?? []).join(', ')]),
  )
  return { method: request.method ?? '', path, query, headers, body: await text(request) }
}

function send(response: ServerResponse, answer: Answer, usual: string, now: number): void {
  const { status = 200, headers = {}, framing = 'length', fault } = answer
  const hasBody = status !== 204 && status !== 304
  const body = answer.body ?? (hasBody ? usual : '')
  if (fault === 'reset') return void response.socket?.resetAndDestroy()
  if (fault === 'silent') return
  response.sendDate = false
  response.shouldKeepAlive = false
  const lines: Record<string, string | string[]> = { date: httpDate(now), server: 'scripted' }
  if (framing === 'length' && hasBody && fault !== 'cut-chunked') {
    lines['content-length'] = String(Buffer.byteLength(body) + (fault === 'cut' ? 100 : 0))
  }
  if (framing === 'close') response.removeHeader('transfer-encoding')
  for (const [name, value] of Object.entries(headers)) {
    lines[name] = Array.isArray(value) ? value.map((one) => dated(one, now)) : dated(value, now)
  }
  response.useChunkedEncodingByDefault = framing !== 'close'
  response.writeHead(status, lines)
  if (fault === 'cut' || fault === 'cut-chunked') return void response.write(body, () => response.socket?.destroySoon())
  response.end(body)
}

const httpDate = (time: number) => new Date(time).toUTCString()

const dated = (value: string, now: number): string =>
  value.replace(/\{([+-]\d+)\}/g, (_, seconds: string) => httpDate(now + Number(seconds) * 1000))
