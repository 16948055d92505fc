/** What holds for every request, on the built artefacts; RIMLIGHT_FUZZ: how many mangled events there are, default 100,000 of a full run. */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { at } from '../../base/json-values.ts'
import { compile } from '../../build/compile.ts'
import type { FunctionEngine } from '../../local/host/functions/function-engine.ts'
import { hasNjs, NJS_MISSING, openNjs } from '../../local/host/functions/njs.ts'
import { openWorkerd } from '../../local/host/functions/workerd.ts'
import { validateFunction } from '../../local/platform/validate-function.ts'
import type { InvocationOutcome } from '../../local/protocol/invocation.ts'
import { fuzzRuns, runs, SEED } from '../runs.ts'
import { anyPath, mangled, pairs, path, textOf, viewerRequests } from './arbitraries.ts'
import { returnedValue } from './case.ts'
import { PATTERNS, settings } from './config.ts'
import { captureOutput, functionCode, loadHandler } from './drivers.ts'
import {
  customOrigin,
  originRequestEvent,
  originResponseEvent,
  queryFields,
  s3Origin,
  type ViewerInput,
  viewerEvent,
} from './events.ts'
import { isMalformed, routesOf } from './viewer-oracle.ts'

const EVENTS = fuzzRuns(100_000)
const BATCH = 1_000

/** An event takes about a fifth of a millisecond; a hanging engine takes its own patience, and then the test's. */
const TIMEOUT_MS = 60_000 + EVENTS

const sample = <T>(arbitrary: fc.Arbitrary<T>, count: number, turn = 0): T[] =>
  fc.sample(arbitrary, { numRuns: count, seed: SEED + turn })

/** Holds for all, or fails with the seed and the first three for which it does not. */
function expectAll<T>(subjects: readonly T[], holds: (subject: T, index: number) => boolean): void {
  const counterexamples = subjects.filter((subject, i) => !holds(subject, i))
  const shown = counterexamples.slice(0, 3).map((subject) => JSON.stringify(subject).slice(0, 3_000))
  expect({ count: counterexamples.length, shown }, `RIMLIGHT_SEED=${SEED}`).toEqual({ count: 0, shown: [] })
}

const ENGINES = [
  { name: 'njs', open: openNjs, missing: hasNjs() ? '' : NJS_MISSING },
  { name: 'workerd', open: openWorkerd, missing: '' },
]

type Passed = { uri: string; querystring: string; headers: Record<string, unknown> }

const isPassed = (value: unknown): value is Passed => typeof at(value, 'uri') === 'string'

describe.each(ENGINES)('viewer-request in $name', ({ open, missing }) => {
  if (missing) return it.skip(missing, () => {})
  let engine: FunctionEngine
  beforeAll(async () => {
    engine = await open(await functionCode(settings()))
  })
  afterAll(() => engine?.close())

  const handle = async (inputs: readonly ViewerInput[]): Promise<unknown[]> =>
    (await engine.run(inputs.map(viewerEvent))).map(returnedValue)

  it('handling a handled request changes nothing', async () => {
    const first = await engine.run(sample(viewerRequests, runs(4_000)))
    const requests = first.map(returnedValue).filter(isPassed)
    const asked = requests.map((request) => ({
      ...viewerEvent(),
      request: { ...request, querystring: fieldsOf(request.querystring) },
    }))
    const again = (await engine.run(asked)).map(returnedValue)
    expect(requests.length).toBeGreaterThan(first.length / 4)
    expect(requests.filter(({ querystring }) => /&w=/.test(textOfQuery(querystring))).length).toBeGreaterThan(
      first.length / 80,
    )
    expectAll(
      requests.map((request, i) => ({ once: request, twice: again[i] })),
      ({ once, twice }) => isDeepStrictEqual(once, twice),
    )
  })

  it('the order of parameters and junk parameters never change the key', async () => {
    const junk = fc.constantFrom<[string, string]>(['utm_source', 'x'], ['W', '640'], ['acl', ''], ['__proto__', '1'])
    const asked = sample(
      fc
        .tuple(path, pairs, fc.array(junk, { maxLength: 3 }), fc.infiniteStream(fc.nat()))
        .map(([uri, list, others, order]) => ({ uri, list, shuffled: interleaved([...list], others, order) })),
      runs(3_000),
    )
    const plain = await handle(asked.map(({ uri, list }) => ({ uri, query: textOf(list) })))
    const shuffled = await handle(asked.map(({ uri, shuffled }) => ({ uri, query: textOf(shuffled) })))
    const compared = asked.map((subject, i) => ({ ...subject, plain: plain[i], shuffled: shuffled[i] }))
    const keyed = compared.filter(({ plain }) => isPassed(plain) && typeof plain.querystring === 'string')
    expect(keyed.filter(({ plain }) => at(plain, 'querystring') !== '').length).toBeGreaterThan(asked.length / 6)
    expectAll(keyed, ({ plain, shuffled }) => at(plain, 'querystring') === at(shuffled, 'querystring'))
  })

  it('a path is refused exactly where it is malformed or its readings take different routes', async () => {
    const asked = sample(anyPath, runs(6_000)).map((uri) => ({ uri, routes: routesOf(uri, PATTERNS) }))
    const values = await handle(asked)
    const compared = asked.map((subject, i) => ({ ...subject, value: values[i] }))
    const isAmbiguous = ({ uri, routes }: (typeof compared)[number]) => isMalformed(uri) || routes.size > 1
    expect(compared.filter(isAmbiguous).length).toBeGreaterThan(asked.length / 12)
    expect(compared.filter((subject) => !isAmbiguous(subject)).length).toBeGreaterThan(asked.length / 12)
    expectAll(compared, (subject) => isAmbiguous(subject) === (at(subject.value, 'statusCode') === 400))
  })

  it('the path of a canonical request is stable, and holds only what a path may hold', async () => {
    const values = await handle(sample(path, runs(4_000)).map((uri) => ({ uri })))
    const canonical = values.filter(isPassed).filter(({ querystring }) => typeof querystring === 'string')
    const s3 = canonical.filter(({ uri }) => !uri.startsWith('/api/'))
    const again = await handle(s3.map(({ uri }) => ({ uri })))
    expect(s3.length).toBeGreaterThan(values.length / 4)
    expectAll(
      s3.map(({ uri }, i) => ({ uri, again: at(again[i], 'uri') })),
      ({ uri, again }) =>
        uri === again && /^(?:[\w.~!$&'()*+,;=:@/-]|%[0-9A-F]{2})+$/.test(uri) && !/\/\.\.?(?:\/|$)/.test(uri),
    )
  })
})

const fieldsOf = (query: unknown) => (typeof query === 'string' ? queryFields(query) : query)
const textOfQuery = (query: unknown) => (typeof query === 'string' ? query : '')

/** The pairs with the others between them, and in another order, but for values of one name. */
function interleaved(
  list: [string, string][],
  others: [string, string][],
  order: Iterator<number>,
): [string, string][] {
  const names = [...new Set(list.map(([name]) => name))]
  const all: [string, string][] = [...others]
  for (const name of names) {
    let from = 0
    for (const pair of list.filter(([other]) => other === name)) {
      from += Number(order.next().value) % (all.length - from + 1)
      all.splice(from, 0, pair)
      from += 1
    }
  }
  return all
}

describe('mangled events', () => {
  it(
    `no event makes viewer-request throw or log, and the engines agree (${EVENTS})`,
    async () => {
      const code = await functionCode(settings())
      const engines = await Promise.all(ENGINES.filter(({ missing }) => !missing).map(({ open }) => open(code)))
      const events = mangled(viewerRequests)
      let [count, requests] = [0, 0]
      try {
        while (count < EVENTS) {
          const batch = sample(events, BATCH, count)
          const runs = await Promise.all(engines.map((engine) => engine.run(batch)))
          const subjects = batch.map((event, i) => ({
            event,
            outcomes: runs.map((run) => run[i] as InvocationOutcome),
          }))
          expectAll(subjects, ({ outcomes }) =>
            outcomes.every(({ kind, logs }) => kind === 'returned' && logs.length === 0),
          )
          expectAll(subjects, ({ outcomes: [one, ...others] }) =>
            others.every((other) => isDeepStrictEqual(one, other)),
          )
          requests += subjects.filter(({ outcomes }) => isPassed(returnedValue(outcomes[0]))).length
          count += batch.length
        }
      } finally {
        await Promise.all(engines.map((engine) => engine.close()))
      }
      expect(count).toBeGreaterThanOrEqual(EVENTS)
      expect(requests).toBeGreaterThan(count / 10)
    },
    TIMEOUT_MS,
  )

  it('without being mangled, every request is answered within CloudFront’s rules', async () => {
    const engine = await openWorkerd(await functionCode(settings()))
    const events = sample(viewerRequests, runs(5_000))
    const outcomes = await engine.run(events)
    await engine.close()
    expectAll(
      events.map((event, i) => ({ event, violations: validateFunction(event, returnedValue(outcomes[i])) })),
      ({ violations }) => violations.length === 0,
    )
  })

  const lambdaEvents = fc.oneof(
    fc
      .tuple(anyPath, pairs.map(textOf), fc.constantFrom(s3Origin(), customOrigin()))
      .map(([uri, query, origin]) => originRequestEvent({ uri, query, origin, headers: { Range: 'bytes=0-1' } })),
  )
  const responses = fc
    .record({
      uri: path,
      route: fc.nat({ max: 9 }),
      version: fc.constantFrom('1706400000', 'x', ''),
      variant: fc.constantFrom('w=640', ''),
      status: fc.constantFrom('200', '206', '304', '403', '404', '500'),
      headers: fc.constantFrom({}, { 'Cache-Control': 'public, max-age=9' }, { Vary: 'Origin', Expires: '0' }),
    })
    .map(originResponseEvent)

  it.each([
    { trigger: 'origin-request', events: lambdaEvents },
    { trigger: 'origin-response', events: responses },
  ] as const)('no event makes $trigger throw', async ({ trigger, events }) => {
    const handler = await loadHandler(trigger, compile(settings()))
    const batch = sample(mangled(events), runs(5_000))
    const output = captureOutput()
    const thrown = await Promise.all(
      batch.map(async (event) => {
        const copy = JSON.parse(JSON.stringify(event) ?? 'null')
        try {
          const value = await handler(copy)
          return typeof value === 'object' && value !== null ? '' : `returned ${value}`
        } catch (error) {
          return String((error as Error).stack).replaceAll(/data:[^:]*:[^:]*/g, trigger)
        }
      }),
    )
    output.release()
    expect(batch.length).toBe(runs(5_000))
    expectAll(
      batch.map((event, i) => ({ thrown: thrown[i], event })),
      ({ thrown }) => thrown === '',
    )
  })
})
