/** Routes that are cached pass on what comes in as it comes in, keep what came whole, and end what nobody waits for. */
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import { get as httpsGet } from 'node:https'
import { buffer } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [{ path: '/*', origin: 'api', cache: { default: '60s' }, query: ['n'] }],
}

let origin: ScriptedOrigin
let cloudfront: CloudFront
beforeAll(async () => {
  origin = await openOrigin()
  cloudfront = await started(CONFIG, { origins: { api: origin.url } })
})
afterAll(async () => {
  await cloudfront.stop()
  await origin.close()
})

let next = 0
const newPath = () => `/streams/${++next}`

type Viewer = {
  response: IncomingMessage
  /** The bytes that came next; rejects where the body breaks off. */
  read(): Promise<string>
  rest(): Promise<Buffer>
  leave(): void
}

const ask = (path: string, headers: Record<string, string> = {}) =>
  httpsGet(`${cloudfront.httpsUrl}${path}`, {
    ...{ agent: false, rejectUnauthorized: false },
    headers: { host: 'cdn.example.com', ...headers },
  })

async function view(path: string, headers: Record<string, string> = {}): Promise<Viewer> {
  const request = ask(path, headers)
  request.on('error', () => {})
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  const chunks = response.iterator({ destroyOnReturn: false })
  return {
    response,
    read: async () => String((await chunks.next()).value ?? ''),
    rest: () => buffer(response),
    leave: () => request.destroy(),
  }
}

const cacheOf = ({ response }: Viewer) => String(response.headers['x-cache']).replace(' from cloudfront', '')

/** What became of the object. */
async function storeOf({ response }: Viewer): Promise<string | undefined> {
  const trace = await cloudfront.trace(String(response.headers['x-amz-cf-id']))
  const stored = trace?.steps.find((one) => one.step === 'store')
  return stored?.step === 'store' ? stored.reason : undefined
}

type Asked = { request: IncomingMessage; response: ServerResponse; closed: Promise<unknown> }

/** The origin's next requests, whose answers the test writes itself. */
function asked(): { next(): Promise<Asked>; count(): number } {
  const waiting: Asked[] = []
  let wake = () => {}
  let count = 0
  origin.answer((request, response) => {
    count += 1
    waiting.push({ request, response, closed: once(response, 'close') })
    wake()
  })
  return {
    count: () => count,
    async next() {
      while (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      return waiting.shift() as Asked
    },
  }
}

/** Writes until the other side ends it. @returns how many bytes that were */
async function writeEndlessly({ response, closed }: Asked, chunk: Buffer): Promise<number> {
  let bytes = 0
  while (!response.destroyed) {
    bytes += chunk.length
    if (response.write(chunk)) await setTimeout(0)
    else await Promise.race([new Promise((resolve) => response.once('drain', resolve)), closed])
  }
  return bytes
}

describe('"RangeGETs": the first byte goes on as soon as it comes', () => {
  it.each([
    ['in chunks', {}],
    ['with a length', { 'content-length': '10' }],
  ])('%s, and the whole is cached', async (_, headers) => {
    const path = newPath()
    const requests = asked()
    const viewing = view(path)
    const { response } = await requests.next()
    response.writeHead(200, headers).write('first')
    const viewer = await viewing
    expect([cacheOf(viewer), await viewer.read()]).toEqual(['Miss', 'first'])
    response.end('last.')
    expect(await viewer.read()).toBe('last.')
    const again = await view(path)
    expect([cacheOf(again), String(await again.rest())]).toEqual(['Hit', 'firstlast.'])
  })

  it('those who ask meanwhile are Hits that share what comes, the origin being asked once', async () => {
    const path = newPath()
    const requests = asked()
    const viewing = view(path)
    const { response } = await requests.next()
    response.writeHead(200).write('first')
    const viewer = await viewing
    await viewer.read()
    const late = await view(path)
    expect([cacheOf(late), await late.read()]).toEqual(['Hit', 'first'])
    response.write('second')
    expect([await viewer.read(), await late.read()]).toEqual(['second', 'second'])
    // The one that brought it may leave.
    viewer.leave()
    await setTimeout(200)
    response.end('third')
    expect(String(await late.rest())).toBe('third')
    const again = await view(path)
    expect([cacheOf(again), String(await again.rest()), requests.count()]).toEqual(['Hit', 'firstsecondthird', 1])
  })

  it('an expired whole is asked for again: a part of it goes on as soon as it is there', async () => {
    const path = newPath()
    origin.answer((_, response) => response.writeHead(200, { 'cache-control': 'max-age=0' }).end('0123456789'))
    await (await view(path)).rest()
    const requests = asked()
    const viewing = view(path, { range: 'bytes=2-3' })
    const { response } = await requests.next()
    response.writeHead(200, { 'content-length': 10, 'cache-control': 'max-age=60' }).write('01234')
    const viewer = await viewing
    expect([viewer.response.statusCode, viewer.response.headers['content-range']]).toEqual([206, 'bytes 2-3/10'])
    expect(String(await viewer.rest())).toBe('23')
    response.end('56789')
    await expect.poll(() => storeOf(viewer)).toBe('cached for 60 s')
    const again = await view(path)
    expect([cacheOf(again), String(await again.rest())]).toEqual(['Hit', '0123456789'])
  })

  it('a viewer that has it already is told so before the body is there, and the cache gets it', async () => {
    const path = newPath()
    const requests = asked()
    const viewing = view(path, { 'if-none-match': '"a"' })
    const { response } = await requests.next()
    response.writeHead(200, { etag: '"a"' }).write('first')
    const viewer = await viewing
    expect(viewer.response.statusCode).toBe(304)
    response.end('last')
    await expect.poll(() => storeOf(viewer)).toBe('cached for 60 s')
    expect(String(await (await view(path)).rest())).toBe('firstlast')
  })

  it('what is compressed is compressed as it comes', async () => {
    const path = newPath()
    const half = 'a line of text. '.repeat(10_000)
    const requests = asked()
    const viewing = view(path, { 'accept-encoding': 'gzip' })
    const { response } = await requests.next()
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2 * half.length }).write(half)
    const viewer = await viewing
    expect([cacheOf(viewer), viewer.response.headers['content-encoding']]).toEqual(['Miss', 'gzip'])
    response.end(half)
    expect(String(gunzipSync(await viewer.rest()))).toBe(half + half)
    const again = await view(path, { 'accept-encoding': 'gzip' })
    expect([cacheOf(again), String(gunzipSync(await again.rest()))]).toEqual(['Hit', half + half])
  })
})

it('a header beyond ASCII comes as its bytes, before the body and with it', async () => {
  const path = newPath()
  const requests = asked()
  const viewing = view(path)
  const { response } = await requests.next()
  response.writeHead(200, { etag: '"ü"', 'cache-control': 'max-age=60' }).write(Buffer.from('first'))
  const viewer = await viewing
  response.end()
  await viewer.rest()
  const again = await view(path, { 'if-none-match': '"ü"' })
  expect([viewer.response.headers.etag, again.response.headers.etag, again.response.statusCode]).toEqual([
    ...['"ü"', '"ü"', 304],
  ])
})

it('an event stream that is not to be stored flows, and ends at the origin when its viewer leaves', async () => {
  const requests = asked()
  const viewing = view(newPath(), { accept: 'text/event-stream' })
  const { response, closed } = await requests.next()
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write('data: 1\n\n')
  const viewer = await viewing
  expect(await viewer.read()).toBe('data: 1\n\n')
  response.write('data: 2\n\n')
  expect(await viewer.read()).toBe('data: 2\n\n')
  viewer.leave()
  await closed
})

describe('"Canceled requests": the origin is ended when nobody waits', () => {
  it('with the last of several viewers, and nothing is cached', async () => {
    const path = newPath()
    const requests = asked()
    const viewing = view(path)
    const { response, closed } = await requests.next()
    response.writeHead(200).write('first')
    const viewer = await viewing
    await viewer.read()
    const other = await view(path)
    await other.read()
    viewer.leave()
    await setTimeout(300)
    expect(response.destroyed).toBe(false)
    other.leave()
    await closed
    await expect.poll(() => storeOf(viewer)).toBe('not cached: no viewer waited for its end')
    origin.answer((_, after) => after.end('anew'))
    const again = await view(path)
    expect([cacheOf(again), String(await again.rest())]).toEqual(['Miss', 'anew'])
  })

  it('a viewer that left before the answer began', async () => {
    const requests = asked()
    const session = connectHttp2(cloudfront.httpsUrl, { rejectUnauthorized: false })
    session.request({ ':authority': 'cdn.example.com', ':path': newPath() })
    const one = await requests.next()
    session.destroy()
    one.response.writeHead(200).write('first')
    await one.closed
  })
})

describe('"Maximum cacheable file size"', () => {
  const MEGABYTE = Buffer.alloc(1024 * 1024, 'a')

  it('a body without end goes on, bounded in memory, until its viewer leaves', async () => {
    const path = newPath()
    const requests = asked()
    const viewing = view(path)
    const one = await requests.next()
    one.response.writeHead(200)
    const written = writeEndlessly(one, MEGABYTE)
    const viewer = await viewing
    let received = 0
    for await (const chunk of viewer.response) {
      received += chunk.length
      if (received > 80 * MEGABYTE.length) break
    }
    viewer.leave()
    expect(await written).toBeGreaterThan(80 * MEGABYTE.length)
    await expect.poll(() => storeOf(viewer)).toBe('not cached: it is larger than what is kept on this machine')
  })

  it('a body that nobody reads is read no further than a little ahead', async () => {
    const requests = asked()
    const viewing = view(newPath())
    const one = await requests.next()
    one.response.writeHead(200)
    let bytes = 0
    const written = writeEndlessly(one, Buffer.alloc(64 * 1024)).then((all) => {
      bytes = all
    })
    const viewer = await viewing
    viewer.response.pause()
    await setTimeout(1_500)
    viewer.leave()
    await written
    expect(bytes).toBeLessThan(40 * MEGABYTE.length)
  })

  it('a body that is announced larger is passed on whole, and not kept', async () => {
    const path = newPath()
    const length = 70 * MEGABYTE.length
    origin.answer(async (_, response) => {
      response.writeHead(200, { 'content-length': length })
      for (let at = 0; at < length; at += MEGABYTE.length) {
        if (!response.write(MEGABYTE)) await once(response, 'drain')
      }
      response.end()
    })
    const viewer = await view(path)
    expect((await viewer.rest()).length).toBe(length)
    await expect.poll(() => storeOf(viewer)).toBe('not cached: it is larger than what is kept on this machine')
    const again = await view(path, { range: 'bytes=0-3' })
    expect([cacheOf(again), again.response.statusCode]).toEqual(['Miss', 200])
    again.leave()
  })
})

describe('"Dropped TCP connections"', () => {
  it('what came reaches all who wait, and breaks off for them; nothing is cached', async () => {
    const path = newPath()
    const requests = asked()
    const viewing = view(path)
    const { response } = await requests.next()
    response.writeHead(200, { 'content-length': 100 }).write('part')
    const viewer = await viewing
    expect(await viewer.read()).toBe('part')
    const other = await view(path)
    expect(await other.read()).toBe('part')
    response.destroy()
    await expect(viewer.rest()).rejects.toThrow('aborted')
    await expect(other.rest()).rejects.toThrow('aborted')
    await expect.poll(() => storeOf(viewer)).toBe('not cached: the origin broke off its response')
    origin.answer((_, after) => after.end('whole'))
    const again = await view(path)
    expect([cacheOf(again), String(await again.rest())]).toEqual(['Miss', 'whole'])
  })
})

it('what is invalidated while it comes in is not cached', async () => {
  const path = newPath()
  const requests = asked()
  const viewing = view(path)
  const { response } = await requests.next()
  response.writeHead(200).write('old')
  const viewer = await viewing
  await cloudfront.invalidate([path])
  response.end('.')
  expect(String(await viewer.rest())).toBe('old.')
  origin.answer((_, after) => after.end('new'))
  const again = await view(path)
  expect([cacheOf(again), String(await again.rest())]).toEqual(['Miss', 'new'])
})

describe('RFC 9110, 15.2: interim responses are passed on', () => {
  const LINK = '</style.css>; rel=preload; as=style'

  it('over HTTP/1.1', async () => {
    origin.answer((_, response) => {
      response.writeProcessing()
      response.writeEarlyHints({ link: LINK, 'x-a': '1' })
      response.end('final')
    })
    const interim: [number, unknown, unknown][] = []
    const request = ask(newPath())
    request.on('information', ({ statusCode, headers }) => interim.push([statusCode, headers.link, headers['x-a']]))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect(String(await buffer(response))).toBe('final')
    expect(interim).toEqual([
      [102, undefined, undefined],
      [103, LINK, '1'],
    ])
  })

  it('over HTTP/2', async () => {
    origin.answer((_, response) => {
      response.writeEarlyHints({ link: LINK })
      response.end('final')
    })
    const session = connectHttp2(cloudfront.httpsUrl, { rejectUnauthorized: false })
    const stream = session.request({ ':authority': 'cdn.example.com', ':path': newPath() })
    const [hints] = await once(stream, 'headers')
    expect([hints[':status'], hints.link]).toEqual([103, LINK])
    expect(String(await buffer(stream))).toBe('final')
    session.destroy()
  })
})
