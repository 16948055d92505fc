/** `/__rimlight/`: the page that shows what the distribution does, and the JSON behind it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Behind, SAMPLES } from './behind.ts'
import { invalidationId } from './distribution/identity.ts'
import { invalidationProblem } from './distribution/invalidation.ts'
import type { CacheKey, FinishedRequest, RequestTrace, Step, ViewerRequest } from './distribution/messages.ts'
import type { Policies } from './distribution/policies.ts'
import { InputError } from './input-error.ts'
import type { Runtime } from './runtime.ts'
import { isObject } from './shape.ts'
import { Totals } from './totals.ts'
import type { ViewerIncoming, ViewerOutgoing, Viewers } from './viewers.ts'

export type Site = {
  domains: string[]
  httpsUrl: string
  httpUrl: string
  pops: string[]
  behaviours: { path: string; origin: string; cached: boolean; images: boolean }[]
  origins: { name: string; behind: string }[]
  samples: Sample[]
}

/** `path`: as a viewer asks for it. */
export type Sample = { path: string; width: number; height: number; bytes: number; about: string }

type Connected = { runtime: Runtime; policies: Policies; behind: Behind; pops: string[]; viewers: Viewers }

export type Console = {
  /** Whether a request was for the page, and has been answered. */
  intercept(request: ViewerIncoming, response: ViewerOutgoing): boolean
  connect(to: Connected): Promise<Site>
  requests(): FinishedRequest[]
  invalidate(paths: string[]): Promise<number>
  close(): Promise<void>
}

const ROOT = '/__rimlight/'
const PAGE = fileURLToPath(new URL('./page', import.meta.url))

/** How many requests are remembered. */
const REQUESTS = 1_000

/** Bytes that wait for a reader of the live list. */
const UNREAD_BYTES = 4_000_000

/** Bytes of a question. */
const QUESTION_BYTES = 1_000_000

export function openConsole(): Console {
  const requests: FinishedRequest[] = []
  const totals = new Totals()
  const streams = new Set<ViewerOutgoing>()
  let connected: (Connected & { site: Site }) | undefined

  const finished = (request: FinishedRequest) => {
    requests.push(request)
    if (requests.length > REQUESTS) requests.shift()
    totals.add(request)
    if (streams.size === 0) return
    const line = `data: ${JSON.stringify(request)}\n\n`
    for (const stream of streams) {
      stream.write(line)
      // Who does not read does not get more and more kept for them.
      if (stream.writableLength > UNREAD_BYTES) stream.destroy()
    }
  }

  async function invalidate(paths: string[]): Promise<number> {
    const problems = paths.map(invalidationProblem).filter((problem) => problem !== undefined)
    if (paths.length === 0) problems.push('expected at least one path to invalidate, such as /photos/*')
    if (problems.length > 0 || connected === undefined) throw new InputError(problems.join('\n'))
    return (await connected.runtime.ask<{ removed: number }>({ ask: 'invalidate', paths })).removed
  }

  const READ: Record<string, () => unknown> = {
    site: () => connected?.site,
    requests: () => ({ requests }),
    totals: () => totals.figures(),
  }
  const ASKED: Record<string, (asked: Record<string, unknown>) => Promise<unknown>> = {
    key: async (asked) =>
      keyAnswer(await connected?.runtime.ask<KeyFound>({ ask: 'key', viewer: imaginedViewer(asked) })),
    invalidations: async ({ paths }) => {
      if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
        throw new InputError('expected { "paths": [ "/photos/*", … ] }')
      }
      return { id: invalidationId(), paths, removed: await invalidate(paths) }
    },
    clock: async ({ advance }) => {
      if (typeof advance !== 'number' || !Number.isFinite(advance))
        throw new InputError('expected { "advance": seconds }')
      return { now: await connected?.runtime.advance(advance) }
    },
  }

  async function answer(request: ViewerIncoming, response: ViewerOutgoing, path: string): Promise<void> {
    if (connected === undefined) return send(response, 503, { error: 'CloudFront is still starting' })
    if (!isNamed(request, connected.site.domains)) {
      return send(response, 421, { error: `this is at ${connected.site.httpsUrl}${ROOT} alone` })
    }
    if (request.method === 'POST') {
      const question = Object.hasOwn(ASKED, path) ? ASKED[path] : undefined
      if (question === undefined) return send(response, 404, { error: `there is nothing to ask at ${ROOT}${path}` })
      // A page elsewhere on the web must not empty the cache.
      if (isForeign(request)) return send(response, 403, { error: 'this is for the page itself and for programs' })
      return send(response, 200, await question(await readQuestion(request)))
    }
    if (path === 'requests/stream') return stream(response)
    const trace = /^requests\/(.+)$/.exec(path)?.[1]
    if (trace !== undefined) {
      const found = await connected.runtime.ask<RequestTrace | null>({ ask: 'trace', id: decoded(trace) })
      return found
        ? send(response, 200, found)
        : send(response, 404, { error: 'this request is not remembered any more' })
    }
    const read = Object.hasOwn(READ, path) ? READ[path] : undefined
    return read ? send(response, 200, read()) : sendFile(response, path)
  }

  function stream(response: ViewerOutgoing): void {
    response.writeHead(200, { ...SECURE, 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.write(': here\n\n')
    streams.add(response)
    response.once('close', () => streams.delete(response))
  }

  return {
    intercept(request, response) {
      const path = (request.url ?? '').replace(/\?.*$/s, '')
      if (path === ROOT.slice(0, -1)) {
        response.writeHead(302, { location: ROOT })
        response.end()
        return true
      }
      if (!path.startsWith(ROOT)) return false
      answer(request, response, path.slice(ROOT.length)).catch((error) => {
        const isInput = error instanceof InputError
        if (!response.headersSent)
          send(response, isInput ? 400 : 500, { error: isInput ? error.message : String(error) })
      })
      return true
    },
    async connect(to) {
      const site = await siteOf(to)
      connected = { ...to, site }
      to.viewers.finished.on('request', finished)
      return site
    },
    requests: () => [...requests],
    invalidate,
    async close() {
      connected?.viewers.finished.off('request', finished)
      for (const stream of streams) stream.end()
      streams.clear()
    },
  }
}

async function siteOf({ policies, behind, pops, viewers }: Connected): Promise<Site> {
  const isSampled = Object.values(behind.folders).some(({ isSamples }) => isSamples)
  return {
    domains: policies.domains,
    httpsUrl: `https://localhost:${viewers.httpsPort}`,
    httpUrl: `http://localhost:${viewers.httpPort}`,
    pops,
    behaviours: policies.behaviours.map(({ path, origin, cachePolicy }) => {
      const policy = policies.cachePolicies.find(({ Name }) => Name === cachePolicy)
      const names = policy?.ParametersInCacheKeyAndForwardedToOrigin.QueryStringsConfig.QueryStrings?.Items ?? []
      return { path, origin, cached: (policy?.MaxTTL ?? 0) > 0, images: names.includes('fm') && names.includes('w') }
    }),
    origins: Object.entries(behind.targets).map(([name, target]) => ({
      name,
      behind:
        target.kind === 'http'
          ? target.url
          : behind.folders[target.bucket]?.isSamples
            ? 'sample pictures'
            : (behind.folders[target.bucket]?.folder ?? `bucket ${target.bucket}`),
    })),
    samples: isSampled ? await readSamples() : [],
  }
}

const readSamples = async (): Promise<Sample[]> => {
  const samples: Sample[] = JSON.parse(await readFile(join(SAMPLES, 'samples.json'), 'utf8'))
  return samples.map((sample) => ({ ...sample, path: `/${sample.path.replace(/^\//, '')}` }))
}

/** Nothing of the page comes from elsewhere, and nothing may frame it. */
const SECURE = {
  'content-security-policy':
    "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

function send(response: ViewerOutgoing, status: number, value: unknown): void {
  response.writeHead(status, { ...SECURE, 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(value))
}

const TYPES: Record<string, string> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
}

async function sendFile(response: ViewerOutgoing, path: string): Promise<void> {
  const name = path === '' ? 'index.html' : path
  const type = /^[a-z-]+\.([a-z]+)$/.exec(name)?.[1]
  const content = type && TYPES[type] ? await readFile(join(PAGE, name)).catch(() => undefined) : undefined
  if (content === undefined) return send(response, 404, { error: `there is no ${ROOT}${path}` })
  response.writeHead(200, { ...SECURE, 'content-type': TYPES[type as string], 'cache-control': 'no-cache' })
  response.end(content)
}

function isForeign({ headers }: ViewerIncoming): boolean {
  const { origin } = headers
  const host = headers[':authority'] ?? headers.host
  return typeof origin === 'string' && URL.canParse(origin) ? new URL(origin).host !== host : origin === 'null'
}

/**
 * A page elsewhere on the web can have a name of its own lead to this machine, and then counts as of the same origin; so
 * only names that are not its own are answered to.
 */
function isNamed({ headers }: ViewerIncoming, domains: readonly string[]): boolean {
  const authority = headers[':authority'] ?? headers.host
  if (authority === undefined) return true
  const name = String(authority).replace(/:\d+$/, '').toLowerCase()
  if (/^(?:(?:[a-z0-9-]+\.)*localhost|[\d.]+|\[.*\])$/.test(name)) return true
  return domains.some((domain) => (domain.startsWith('*.') ? name.endsWith(domain.slice(1)) : name === domain))
}

/** What is not escaped as it should be is nobody's id. */
function decoded(id: string): string {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}

async function readQuestion(request: ViewerIncoming): Promise<Record<string, unknown>> {
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

/** A request that nobody sent. */
function imaginedViewer({ url, headers = {}, method = 'GET' }: Record<string, unknown>): ViewerRequest {
  if (typeof url !== 'string' || url === '') throw new InputError('expected "url": a URL, or a path that begins with /')
  if (!isObject(headers)) throw new InputError('expected "headers": an object of names and values')
  const [, scheme = 'https', host = '', target = ''] = /^(?:(https?):\/\/([^/?#]*))?([^#]*)/.exec(url) ?? []
  const lines = Object.entries(headers).map(
    ([name, value]) => [name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value)] as const,
  )
  return {
    scheme: scheme as 'http' | 'https',
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

type KeyFound = {
  outcome:
    | { kind: 'request' }
    | { kind: 'response'; response: { status: number; headers: unknown } }
    | { kind: 'failed' }
  key?: CacheKey
  text?: string
  step?: Extract<Step, { changes: unknown }>
}

function keyAnswer(found: KeyFound | undefined) {
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
