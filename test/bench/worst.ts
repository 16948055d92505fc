/**
 * `npm run bench:worst`: what the built CloudFront Function costs at most, in njs: instructions and memory of one call, over a
 * table of requests that were made to be the worst, over requests that are searched for, and over a file of hostile URLs,
 * one a line, if RIMLIGHT_HOSTILE_URLS names one. Fails above 1.5 MB or 2 M instructions, and where a URL throws or goes on
 * though its readings lead to several routes.
 */
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { at } from '../../base/json-values.ts'
import { makeSite } from '../../build/site.ts'
import { openNjs } from '../../local/host/functions/njs.ts'
import { type CallCost, callCosts, missingForCosts } from '../../local/host/functions/njs-cost.ts'
import { routesOf } from '../contract/viewer-oracle.ts'
import { settings, settingsForAll } from './fixtures.ts'
import { costSubject, ESCAPES, WORST, type WorstRequest } from './worst-requests.ts'

/** Of the 2 MB that CloudFront gives a call, and of a time that it does not tell. */
const MOST = { bytes: 1_500_000, instructions: 2_000_000 }

/** Rounds of the search, requests of one, and how many of the worst the next are made from. */
const ROUNDS = Number(process.env.RIMLIGHT_ROUNDS ?? 5)
const OF_A_ROUND = 100
const PARENTS = 20

/** Hostile URLs that are measured together first. */
const OF_A_GROUP = 15

/** The first error of a process costs the engine 1.1 M instructions, others 8,000: so many are measured in one of their own. */
const MOST_ALONE = 10

const missing = missingForCosts()
if (missing.length > 0) {
  console.error(`This benchmark needs ${missing.join(' and ')}: apt-get install ${missing.join(' ')}`)
  process.exit(2)
}

/** Built from what a config needs, and from one whose pictures keep parameters of their own, which is the most work. */
const SITES = { 'a site': settings(), 'one whose pictures keep parameters of their own': settingsForAll() }

const patterns = SITES['a site'].routes.map(({ path }) => path)

type Measured = { name: string; request: WorstRequest; cost: CallCost }

async function measured(code: string, requests: readonly (readonly [string, WorstRequest])[]): Promise<Measured[]> {
  const costs = await callCosts(
    code,
    requests.map(([, request]) => costSubject(request)),
  )
  const all = requests.map(([name, request], i) => ({ name, request, cost: costs[i] as CallCost }))
  for (const one of all.filter(throwsWithin).toSorted(byCost).slice(0, MOST_ALONE)) {
    const [alone] = await callCosts(code, [costSubject(one.request)])
    one.cost = alone as CallCost
  }
  return all
}

/** Where an escape is broken or no UTF-8: the function catches what the engine throws. */
function throwsWithin({ request }: Measured): boolean {
  try {
    decodeURIComponent(request.uri + request.query)
    return false
  } catch (_) {
    return true
  }
}

const byCost = (a: Measured, b: Measured): number =>
  b.cost.instructions / MOST.instructions +
  b.cost.bytes / MOST.bytes -
  a.cost.instructions / MOST.instructions -
  a.cost.bytes / MOST.bytes

const isOver = ({ cost }: Pick<Measured, 'cost'>): boolean =>
  cost.bytes > MOST.bytes || cost.instructions > MOST.instructions
const row = ({ name, cost }: Measured): string =>
  `${cost.instructions.toLocaleString('en').padStart(12)} ${(cost.bytes / 1e6).toFixed(2).padStart(6)} MB  ${name.slice(0, 60)}`
const worstOf = (all: readonly Measured[]) => ({
  instructions: all.toSorted((a, b) => b.cost.instructions - a.cost.instructions)[0] as Measured,
  bytes: all.toSorted((a, b) => b.cost.bytes - a.cost.bytes)[0] as Measured,
})

function report(title: string, all: readonly Measured[]): boolean {
  const worst = worstOf(all)
  const over = all.filter(isOver)
  console.log(`${title}: ${all.length.toLocaleString('en')}, the most instructions and the most memory of`)
  console.log(`${row(worst.instructions)}\n${row(worst.bytes)}`)
  for (const one of over.slice(0, 10)) console.log(`over: ${row(one)}`)
  if (process.env.RIMLIGHT_SHOW)
    for (const { request } of [worst.instructions, ...over]) console.log(JSON.stringify(request))
  return over.length === 0
}

/** What paths and values are made of, and how often a piece may stand in a row. */
const piece = fc.oneof(
  fc.constantFrom(
    ...'/.%?#&=,;:+ "\\é日😀aZ~',
    '//',
    '/./',
    '/../',
    '%2F',
    '%2f',
    '%2e',
    '%25',
    '%zz',
    '%00',
    '%e9',
    '%C3%A9',
  ),
  fc.constantFrom(...ESCAPES),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 4 }),
)
const text = (most: number) =>
  fc
    .array(fc.tuple(piece, fc.oneof(fc.constant(1), fc.nat({ max: 3_000 }))), { minLength: 1, maxLength: 6 })
    .chain((runs) =>
      fc.nat({ max: most }).map((length) =>
        runs
          .map(([one, times]) => one.repeat(times))
          .join('')
          .slice(0, length),
      ),
    )

const NAMES = [
  'ids[]',
  'ids%5B%5D',
  'w',
  'h',
  'ar',
  'rect',
  'crop',
  'fit',
  'dpr',
  'q',
  'fm',
  'fp-x',
  'v',
  'page',
  'term',
  'max-w',
]
const anyRequest: fc.Arbitrary<WorstRequest> = fc
  .record({
    start: fc.constantFrom('/', '/search/', '/drafts/', '/api/', '/static/'),
    rest: text(8_000),
    end: fc.constantFrom('', '.jpg', '.avif', '.heic'),
    pairs: fc.array(fc.tuple(fc.constantFrom(...NAMES), text(2_000), fc.nat({ max: 40 })), { maxLength: 8 }),
    accept: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: text(8_000) }),
    proto: fc.constantFrom('https', 'https', 'https', 'http'),
  })
  .map(({ start, rest, end, pairs, accept, proto }) =>
    letIn({
      uri: start + rest + end,
      query: pairs
        .flatMap(([name, value, times]) => Array(times + 1).fill(`${name}=${value.replaceAll('&', '')}`))
        .join('&'),
      headers: { ...(accept === undefined ? {} : { accept }), 'cloudfront-forwarded-proto': proto },
    }),
  )

/** Cut to what CloudFront lets in: 8,192 bytes of URL, and nothing in it that ends a line of HTTP. */
function letIn({ uri, query = '', headers = {} }: WorstRequest): WorstRequest {
  const plain = (value: string) => value.replaceAll(/\p{Cc}/gu, '')
  const cut = (value: string, bytes: number) =>
    Buffer.from(value).subarray(0, Math.max(0, bytes)).toString().replaceAll('\ufffd', '')
  const path = cut(plain(uri).replaceAll('?', ''), 8_192)
  return {
    uri: path,
    query: cut(plain(query).replaceAll('#', ''), 8_191 - Buffer.byteLength(path)),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, cut(plain(value), 16_000)])),
  }
}

/** One made of two of the worst: path of one, query and headers of the other, or a piece of a path put in again. */
const crossed = (parents: readonly WorstRequest[]): fc.Arbitrary<WorstRequest> =>
  fc
    .tuple(fc.constantFrom(...parents), fc.constantFrom(...parents), piece, fc.nat(), fc.nat({ max: 600 }))
    .map(([one, other, put, place, times]) => {
      const at = place % (one.uri.length + 1) || 1
      return letIn({ ...other, uri: one.uri.slice(0, at) + put.repeat(times) + one.uri.slice(at) })
    })

/** What it is, for a line of a report. */
const outline = ({ uri, query = '', headers = {} }: WorstRequest): string =>
  `${uri.length} of ${uri.slice(0, 20)}, ${query.length} of ${query.slice(0, 12)}, Accept of ${headers.accept?.length ?? 0}`.replaceAll(
    /[^ -~]/g,
    '.',
  )

async function searched(code: string, from: readonly Measured[]): Promise<Measured[]> {
  const found: Measured[] = []
  const seed = Number(process.env.RIMLIGHT_SEED ?? 20_261_130)
  for (let round = 0; round < ROUNDS; round += 1) {
    const parents = [...from, ...found]
      .toSorted(byCost)
      .slice(0, PARENTS)
      .map(({ request }) => request)
    const next = fc.oneof(anyRequest, crossed(parents))
    const requests = fc.sample(next, { numRuns: OF_A_ROUND, seed: seed + round })
    found.push(
      ...(await measured(
        code,
        requests.map((request) => [outline(request), request] as const),
      )),
    )
  }
  return found
}

/** A line of a list, which may be a URL, a path, or what is to be put into one. */
function requestOfLine(line: string): WorstRequest {
  const path = line.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
  const [uri = '', ...query] = path.split('?')
  return letIn({ uri: uri.startsWith('/') ? uri : `/${uri}`, query: query.join('?') })
}

async function hostile(code: string, file: string): Promise<boolean> {
  const lines = [...new Set(readFileSync(file, 'utf8').split(/\r?\n/))].filter((line) => line !== '')
  const requests = lines.map((line) => [line.slice(0, 100), requestOfLine(line)] as const)
  const engine = await openNjs(code)
  const outcomes = await engine.run(requests.map(([, request]) => costSubject(request).event))
  await engine.close()
  const thrown = requests.filter((_, i) => outcomes[i]?.kind !== 'returned')
  const ambiguous = requests.filter(([, { uri }], i) => {
    const outcome = outcomes[i]
    return outcome?.kind === 'returned' && at(outcome.value, 'uri') !== undefined && routesOf(uri, patterns).size > 1
  })
  console.log(`hostile URLs: ${thrown.length} throw, ${ambiguous.length} of several routes go on`)
  for (const [name] of [...thrown, ...ambiguous].slice(0, 10)) console.log(`  ${JSON.stringify(name)}`)
  // What a group costs is more than any of its calls does; those of groups that cost too much are measured one by one.
  const subjects = requests.map(([, request]) => costSubject(request))
  const groups = await callCosts(code, subjects, {}, OF_A_GROUP)
  const costly = requests.filter((_, i) => isOver({ cost: groups[Math.floor(i / OF_A_GROUP)] as CallCost }))
  console.log(`hostile URLs: ${requests.length - costly.length} cost less, ${OF_A_GROUP} of them together`)
  if (costly.length === 0) return thrown.length + ambiguous.length === 0
  return report('hostile URLs, the others', await measured(code, costly)) && thrown.length + ambiguous.length === 0
}

const file = process.env.RIMLIGHT_HOSTILE_URLS
let isFine = true
for (const [name, rules] of Object.entries(SITES)) {
  const site = await makeSite(rules)
  const code = site.built.find(({ target }) => target.kind === 'function')?.content.toString() ?? ''
  console.log(`\nOne call for ${name}, ${code.length.toLocaleString('en')} bytes, in njs; at most 2,000,000 and 1.5 MB`)
  const table = await measured(code, Object.entries(WORST))
  for (const one of table) console.log(row(one))
  isFine = report('the table', table) && isFine
  isFine = report('searched for', await searched(code, table)) && isFine
  if (file) isFine = (await hostile(code, file)) && isFine
}
if (!file) console.log('RIMLIGHT_HOSTILE_URLS is not set: it names a file of URLs, one a line')
process.exitCode = isFine ? 0 : 1
