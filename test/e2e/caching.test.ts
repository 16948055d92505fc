/** The cache as a whole: many viewers at once, several edge locations, invalidation, and a cache that outlives a stop. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [
    { path: '/live/*', origin: 'api', cache: 'never' },
    { path: '/*', origin: 'api', cache: { default: '60s' }, query: ['n'] },
  ],
}

const POP = 'x-rimlight-pop'

let origin: ScriptedOrigin
let cloudfront: CloudFront
beforeAll(async () => {
  origin = await openOrigin()
  cloudfront = await started(CONFIG, { origins: { api: origin.url }, pops: 3 })
})
afterAll(async () => {
  await cloudfront.stop()
  await origin.close()
})

const [first, second, third] = ['FRA56-P1', 'IAD89-P2', 'NRT20-P1'] as const

async function ask(path: string, pop: string = first) {
  const response = await cloudfront.fetch(path, { headers: { [POP]: pop } })
  return {
    xCache: response.headers.get('x-cache'),
    pop: response.headers.get('x-amz-cf-pop'),
    body: await response.text(),
  }
}

const asked = (path: string) => origin.requests.filter((url) => url === path).length

describe('concurrent misses on one key', () => {
  it('make one request to the origin: the first is a Miss, the rest are Hits', async () => {
    const waiting = Promise.withResolvers<void>()
    origin.answer(async (_, response) => {
      await waiting.promise
      response.end('once')
    })
    const answers = Promise.all(Array.from({ length: 50 }, () => ask('/many')))
    await expect.poll(() => asked('/many')).toBe(1)
    waiting.resolve()
    const found = await answers
    expect(asked('/many')).toBe(1)
    expect(found.map(({ body }) => body)).toEqual(Array.from({ length: 50 }, () => 'once'))
    expect(found.filter(({ xCache }) => xCache === 'Miss from cloudfront')).toHaveLength(1)
    expect(found.filter(({ xCache }) => xCache === 'Hit from cloudfront')).toHaveLength(49)
  })

  it('make one for each edge location', async () => {
    origin.answer((_, response) => response.end('each'))
    await Promise.all([first, second, third, first, second, third].map((pop) => ask('/each', pop)))
    expect(asked('/each')).toBe(3)
  })

  it('go on for the others when the first viewer leaves', async () => {
    const waiting = Promise.withResolvers<void>()
    origin.answer(async (_, response) => {
      await waiting.promise
      response.end('still there')
    })
    const leaving = new AbortController()
    const left = cloudfront.fetch('/left', { headers: { [POP]: first }, signal: leaving.signal }).catch(() => 'left')
    await expect.poll(() => asked('/left')).toBe(1)
    const staying = ask('/left')
    leaving.abort()
    expect(await left).toBe('left')
    waiting.resolve()
    expect((await staying).body).toBe('still there')
    expect(asked('/left')).toBe(1)
  })

  it('are not made into one where the answer may not be cached', async () => {
    origin.answer((_, response) => response.writeHead(200, { 'cache-control': 'no-store' }).end('mine'))
    const found = await Promise.all(Array.from({ length: 5 }, () => ask('/private')))
    expect(found.every(({ xCache }) => xCache === 'Miss from cloudfront')).toBe(true)
    expect(asked('/private')).toBe(5)
  })

  it('are not made into one on a route that is never cached', async () => {
    origin.answer((_, response) => response.end('live'))
    await Promise.all(Array.from({ length: 5 }, () => ask('/live/a')))
    expect(asked('/live/a')).toBe(5)
  })
})

describe('edge locations', () => {
  it('have a cache each, chosen by a header that goes no further', async () => {
    let received: unknown
    origin.answer((request, response) => {
      received = request.headers[POP]
      response.end('here')
    })
    expect(await ask('/pops', second)).toMatchObject({ xCache: 'Miss from cloudfront', pop: second })
    expect(await ask('/pops', second)).toMatchObject({ xCache: 'Hit from cloudfront', pop: second })
    expect(await ask('/pops', third)).toMatchObject({ xCache: 'Miss from cloudfront', pop: third })
    expect(received).toBeUndefined()
  })

  it('are chosen at random without one', async () => {
    const found = new Set<string | null>()
    await expect.poll(async () => found.add((await cloudfront.fetch('/pops')).headers.get('x-amz-cf-pop')).size).toBe(3)
  })
})

describe('an invalidation', () => {
  it.each([
    ['of one path', ['/shop/a'], ['/shop/a'], ['/shop/b', '/shop/a?n=1']],
    ['of a path and its queries', ['/shop/a*'], ['/shop/a', '/shop/a?n=1'], ['/shop/b']],
    ['of everything below a folder', ['/shop/*'], ['/shop/a', '/shop/b', '/shop/a?n=1'], ['/other']],
  ])('%s', async (_, paths, gone, kept) => {
    origin.answer((_, response) => response.end('x'))
    for (const path of [...gone, ...kept]) for (const pop of [first, second]) await ask(path, pop)
    expect(await cloudfront.invalidate(paths)).toBe(gone.length * 2)
    for (const path of kept) expect((await ask(path, second)).xCache).toBe('Hit from cloudfront')
    for (const path of gone) expect((await ask(path, second)).xCache).toBe('Miss from cloudfront')
  })

  it.each([
    [[], 'expected at least one path to invalidate, such as /photos/*'],
    [['photos/*'], 'expected a path that begins with a slash, such as /photos/*, found "photos/*"'],
    [['/a*b'], 'expected a * at the end of the path alone, such as /photos/*, found "/a*b"'],
    [['/é'], 'expected a path with its characters escaped, found "/é"'],
  ])('of %j is refused', async (paths, message) => {
    await expect(cloudfront.invalidate(paths)).rejects.toThrow(message)
  })
})

describe('a cache that persists', () => {
  it('is there after a stop, age included, and can be invalidated', async () => {
    const persist = await mkdtemp(join(tmpdir(), 'rimlight-persist-'))
    origin.answer((_, response) => response.end('kept'))
    const options = { origins: { api: origin.url }, persist }
    try {
      const before = await started(CONFIG, options)
      await (await before.fetch('/kept')).text()
      await (await before.fetch('/gone')).text()
      await before.stop()
      const after = await started(CONFIG, options)
      const response = await after.fetch('/kept')
      expect([response.headers.get('x-cache'), await response.text()]).toEqual(['Hit from cloudfront', 'kept'])
      expect(await after.invalidate(['/gone'])).toBe(1)
      expect((await after.fetch('/gone')).headers.get('x-cache')).toBe('Miss from cloudfront')
      await after.stop()
      expect(asked('/kept')).toBe(1)
    } finally {
      await rm(persist, { recursive: true, force: true })
    }
  })
})

describe('reloading', () => {
  it('takes up a new build at the same addresses', async () => {
    const other = await started(CONFIG, { origins: { api: origin.url } })
    origin.answer((_, response) => response.end('x'))
    await (await other.fetch('/reload')).text()
    await other.advance(3_600)
    await other.reload()
    const response = await other.fetch('/reload')
    expect([response.status, response.headers.get('x-cache')]).toEqual([200, 'Miss from cloudfront'])
    // The clock goes on from where it was.
    await expect.poll(() => other.requests().at(-1)?.time).toBeGreaterThan(Date.now() + 3_500_000)
    await other.stop()
  })
})
