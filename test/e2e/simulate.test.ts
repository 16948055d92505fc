/** A simulation against the truth: what the local CloudFront logged, request by request. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkConfig } from '../../build/config.ts'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { accessLogHeader, accessLogLine } from '../../local/listeners/access-log.ts'
import type { FinishedRequest } from '../../local/protocol/messages.ts'
import { openDatabase } from '../../logs/database.ts'
import { load } from '../../logs/ingest/load.ts'
import { createEdgeRegions } from '../../logs/queries.ts'
import { edgeFunctionOf } from '../../logs/simulate/edge-function.ts'
import { simulate } from '../../logs/simulate/simulation.ts'
import { randomOf, zipf } from '../logs/random.ts'
import { EXTENT, runs } from '../runs.ts'
import { openOrigin, type ScriptedOrigin } from './origin.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  logs: true,
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-central-1' },
    api: { domain: 'api.example.com' },
  },
  routes: [
    { path: '/api/*', origin: 'api', cache: 'never' },
    { path: '/search', origin: 'api', cache: { default: '60s' }, query: ['term'], version: null },
    { path: '/*', origin: 'photos', cache: { default: '1h' }, images: { widths: [64, 128] }, missing: '2m' },
  ],
}

const PATHS = [
  '/photos/dusk.jpg',
  '/photos/window.webp',
  '/photos/none.jpg',
  '/robots.txt',
  '/photos//dusk.jpg',
  '/photos/./dusk.jpg',
]
const QUERIES = [
  '',
  'w=60',
  'w=64',
  'w=100&utm_source=mail',
  'utm_source=list&w=100',
  'fbclid=1',
  'fbclid=2',
  'w=128&q=81',
]
const VIEWERS = [
  ['image/avif,image/webp,*/*', 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0'],
  ['*/*', 'curl/8.14.1'],
] as const
const REQUESTS = runs(400, EXTENT, 2)

const POPS = ['FRA56-P1', 'IAD89-P2', 'NRT20-P1']

let folder: string
let origin: ScriptedOrigin
let cloudfront: CloudFront
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-truth-'))
  origin = await openOrigin()
  origin.answer((_, response) => response.end('found'))
  cloudfront = await started(CONFIG, {
    origins: { api: origin.url },
    pops: 3,
    accessLog: join(folder, 'access.log'),
  })
})
afterAll(async () => {
  await cloudfront.stop()
  await origin.close()
  await rm(folder, { recursive: true })
})

/** As standard logging v2 has it in JSON, with the field that the access log's format has not. */
function v2Line(request: FinishedRequest): string {
  const names = accessLogHeader.trim().split('\n#Fields: ')[1]?.split(' ') ?? []
  const values = accessLogLine(request).split('\t')
  const fields = Object.fromEntries(names.map((name, at) => [name, values[at]]))
  return `${JSON.stringify({ ...fields, 'viewer-request-log-data': request.logData || '-' })}\n`
}

it('without evictions, each request is a hit in the simulation where it was one', async () => {
  const random = randomOf(11)
  const rank = zipf(random, PATHS.length, 0.8)
  const sent: Sent[] = []
  const v2: string[] = []
  for (let i = 0; i < REQUESTS; i += 1) {
    if (i % 80 === 79) await cloudfront.advance(random.pick([70, 1900, 4000]))
    const [accept, agent] = random.pick(VIEWERS)
    const query = random.pick(QUERIES)
    const path = i % 10 === 3 ? '/search' : i % 10 === 7 ? '/api/list' : (PATHS[rank()] as string)
    const asked = i % 10 === 3 ? `term=${random.below(3)}&${query}` : query
    const headers = { accept, 'user-agent': agent, 'accept-encoding': 'gzip, br', 'x-rimlight-pop': random.pick(POPS) }
    const method = i % 29 === 5 ? 'OPTIONS' : 'GET'
    // The log has requests in the order in which they ended.
    const logged = Promise.withResolvers<void>()
    const off = cloudfront.on('request', (request) => {
      v2.push(v2Line(request))
      logged.resolve()
    })
    const response = await cloudfront.fetch(`${path}${asked && `?${asked}`}`, { method, headers })
    await response.arrayBuffer()
    await logged.promise
    off()
    const line = `${method} ${path}?${asked} ${response.headers.get('x-cache')}`
    sent.push({ line, ended: performance.now() })
  }
  await cloudfront.stop()

  await writeFile(join(folder, 'v2.json'), v2.join(''))
  const settings = checkConfig(CONFIG, 'a config')
  const edge = await edgeFunctionOf(settings)
  for (const [file, sources] of [
    ['access.log', ['served', 'user-agent']],
    ['v2.json', ['logged']],
  ] as const) {
    const database = await openDatabase()
    try {
      const loaded = await load(database, [join(folder, file)], {
        routes: settings.routes.map(({ path }) => path),
      })
      expect([loaded.skipped, loaded.damaged]).toEqual([{}, []])
      await createEdgeRegions(database)
      const each: [isHit: boolean, wasHit: boolean][] = []
      const simulation = await simulate(database, edge, {
        before: edge,
        onRequest: (isHit, wasHit) => each.push([isHit, wasHit]),
      })
      expect(Object.keys(simulation.accept)).toEqual(sources)
      expect(simulation.requests).toBe(sent.length)
      expect(unpaired(each, sent)).toEqual([])
      expect(simulation.after.hits).toBe(simulation.logged.hits)
      expect(simulation.modelError).toBe(0)
      expect(simulation.logged.hitRatio).toBeGreaterThan(0.4)
    } finally {
      await database.close()
    }
  }
})

/** `ended`: by `performance.now()`. */
type Sent = { line: string; ended: number }

/**
 * Where the simulation says otherwise than the log. The log has whole seconds: of two requests for one thing that ended in
 * the same one or in neighbouring ones, the miss may stand behind the hit that it made; such a pair is no mistake.
 */
function unpaired(each: readonly [isHit: boolean, wasHit: boolean][], sent: readonly Sent[]): string[] {
  const wrong = each.flatMap(([isHit, wasHit], at) => (isHit === wasHit ? [] : [{ at, isHit }]))
  const alone = wrong.filter(
    ({ at, isHit }) => !wrong.some((other) => other.isHit !== isHit && apart(sent[other.at], sent[at]) < 2_000),
  )
  return alone.map(({ at, isHit }) => `${sent[at]?.line}: simulated ${isHit ? 'hit' : 'miss'}`)
}

const apart = (one?: Sent, other?: Sent): number => Math.abs((one?.ended ?? 0) - (other?.ended ?? 0))
