/** `npm run bench:edge`: cache hits through the local CloudFront, beside a bare Worker in Miniflare with the same body. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseArgs } from 'node:util'
import type { Config } from '../../edge/config.ts'
import { startCloudFront } from '../../local/cloudfront.ts'
import { Miniflare, NoOpLog } from '../../local/host/miniflare.ts'
import { built, started } from '../e2e/site.ts'
import { inTurns, median, ratioOf } from './measure.ts'

const HELP = `Usage: npm run bench:edge -- [--hits N] [--seconds N] [--json]

Asks for one object of 20 kB over HTTPS, on 32 connections that are kept, with wrk (apt-get install wrk):
- from the local CloudFront, where each request goes through viewer-request, the cache key and the cache, and is a hit
- from a bare Worker in Miniflare that returns the same bytes
in turns of a few seconds each, until there were enough hits. Prints requests a second, the median of the ratios turn by
turn, errors, the memory of all processes of the local CloudFront after some seconds and at the end, and how long it takes
to be ready, as the median of some starts.

Options
  --hits N     how many hits there must be in all; default: 100000
  --seconds N  how long a turn is; default: 4
  --json       print one JSON document; call it as npm run --silent bench:edge
  --help       print this

Exit code: 0 within the budgets; 1 over one of them; 2 wrong usage, or no wrk.
`

/** What the design allows: of the bare Worker's throughput, how much memory may grow, and how long a start may take. */
const BUDGETS = { throughput: 0.6, growth: 1.2, readyMilliseconds: 2_000 }

const CONNECTIONS = 32
/** Until V8's heaps have the size that they keep. */
const WARM_UP_SECONDS = 8
const PATH = '/photo.webp?v=1'
const STARTS = 5
const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [{ path: '/*', origin: 'api', cache: {} }],
}
const BODY = Buffer.alloc(20_000, 'a')

type Turn = { hits: number; perSecond: number; errors: number }

/** @throws if wrk can't be run */
async function load(url: string, seconds: number): Promise<Turn> {
  const child = spawn('wrk', ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    text += chunk
  })
  await once(child, 'close')
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? 0)
  const socketErrors = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? []
  return {
    hits: number(/(\d+) requests in/),
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    errors: number(/Non-2xx or 3xx responses: (\d+)/) + socketErrors.reduce((sum, count) => sum + Number(count), 0),
  }
}

/** This process and all below it. */
function processes(): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), Number(statusOf(Number(name), 'PPid'))]),
  )
  const isOurs = (pid: number | undefined): boolean => pid === process.pid || (!!pid && isOurs(parents.get(pid)))
  return [...parents.keys()].filter(isOurs)
}

const megabytesOf = (pids: readonly number[]): number =>
  Math.round(pids.reduce((sum, pid) => sum + statusOf(pid, 'VmRSS'), 0) / 1024)

/** 0 for a process that has just ended. */
function statusOf(pid: number, field: 'PPid' | 'VmRSS'): number {
  try {
    return Number(new RegExp(`^${field}:\\s*(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

async function measure(hits: number, seconds: number) {
  const origin = createServer((_, response) => response.writeHead(200, { 'content-type': 'image/webp' }).end(BODY))
  origin.listen(0, '127.0.0.1')
  await once(origin, 'listening')
  const cloudfront = await started(CONFIG, {
    origins: { api: `http://127.0.0.1:${(origin.address() as AddressInfo).port}` },
  })
  // Before the other is there: what it takes is not ours.
  await load(`${cloudfront.httpsUrl}${PATH}`, 1)
  const own = processes()
  const bare = new Miniflare({
    modules: true,
    script: `const body = new TextEncoder().encode('a'.repeat(${BODY.length}))
      export default { fetch: () => new Response(body, { headers: { 'content-type': 'image/webp' } }) }`,
    https: true,
    host: '127.0.0.1',
    log: new NoOpLog(),
  })
  try {
    const urls = { ours: `${cloudfront.httpsUrl}${PATH}`, bare: (await bare.ready).href }
    await load(urls.bare, 1)
    await load(urls.ours, WARM_UP_SECONDS)
    const before = megabytesOf(own)
    const turns: Record<'ours' | 'bare', Turn[]> = { ours: [], bare: [] }
    const done = () => turns.ours.reduce((sum, turn) => sum + turn.hits, 0)
    while (done() < hits || turns.ours.length < 3) {
      const next = await inTurns({ ours: () => load(urls.ours, seconds), bare: () => load(urls.bare, seconds) }, 1)
      turns.ours.push(...next.ours)
      turns.bare.push(...next.bare)
      process.stderr.write(`${done()} of ${hits} hits\n`)
    }
    const last = cloudfront.requests().slice(-100)
    return {
      hits: done(),
      perSecond: {
        ours: Math.round(median(turns.ours.map((turn) => turn.perSecond))),
        bare: Math.round(median(turns.bare.map((turn) => turn.perSecond))),
      },
      throughput: ratioOf(
        turns.ours.map((turn) => turn.perSecond),
        turns.bare.map((turn) => turn.perSecond),
      ),
      errors: turns.ours.reduce((sum, turn) => sum + turn.errors, 0),
      allHits: last.length === 100 && last.every(({ resultType }) => resultType === 'Hit'),
      megabytes: { before, after: megabytesOf(own) },
    }
  } finally {
    await bare.dispose()
    await cloudfront.stop()
    origin.close()
  }
}

/** Milliseconds until it is ready, after the first time. */
async function measureStart(): Promise<number> {
  const { dist, remove } = await built(CONFIG)
  const times: number[] = []
  for (let start = 0; start <= STARTS; start += 1) {
    const before = performance.now()
    const cloudfront = await startCloudFront({ dist })
    times.push(performance.now() - before)
    await cloudfront.stop()
  }
  await remove()
  return Math.round(median(times.slice(1)))
}

/** @returns what is to be measured, or why nothing can be */
function settings() {
  try {
    const { values } = parseArgs({
      options: {
        hits: { type: 'string', default: '100000' },
        seconds: { type: 'string', default: '4' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    const [hits, seconds] = [Number(values.hits), Number(values.seconds)]
    if (!(hits > 0 && seconds > 0))
      return `--hits and --seconds are numbers above 0, found ${values.hits} and ${values.seconds}`
    return { ...values, hits, seconds }
  } catch (error) {
    return (error as Error).message
  }
}

type Found = Awaited<ReturnType<typeof measure>> & { readyMilliseconds: number }

function report({ hits, errors, perSecond, throughput, megabytes, readyMilliseconds }: Found) {
  console.log(`ready in ${readyMilliseconds} ms (budget: ${BUDGETS.readyMilliseconds})`)
  console.log(`${hits} hits on ${CONNECTIONS} connections, ${errors} errors`)
  console.log(`${perSecond.ours} requests a second, ${perSecond.bare} of the bare Worker`)
  console.log(`${throughput.toFixed(2)} of the bare Worker's throughput (budget: at least ${BUDGETS.throughput})`)
  console.log(`${megabytes.before} MB before, ${megabytes.after} MB after (budget: ${BUDGETS.growth} times)`)
}

async function main(): Promise<number> {
  const asked = settings()
  if (typeof asked === 'string') {
    console.error(`${asked}; --help says how to use it`)
    return 2
  }
  if (asked.help) {
    console.log(HELP)
    return 0
  }
  if (spawnSync('wrk', ['-v']).error) {
    console.error('wrk is not installed: apt-get install wrk')
    return 2
  }
  const readyMilliseconds = await measureStart()
  const found = { readyMilliseconds, ...(await measure(asked.hits, asked.seconds)) }
  const growth = found.megabytes.after / found.megabytes.before
  if (asked.json) console.log(JSON.stringify({ ...found, growth, budgets: BUDGETS }, null, 2))
  else report(found)
  const { errors, allHits, throughput } = found
  const isFast = throughput >= BUDGETS.throughput && readyMilliseconds <= BUDGETS.readyMilliseconds
  return errors === 0 && allHits && isFast && growth <= BUDGETS.growth ? 0 : 1
}

process.exitCode = await main()
