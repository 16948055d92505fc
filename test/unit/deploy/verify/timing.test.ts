import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../deploy/verify/check-target.ts'
import type { Answer, ProbeRequest, RequestTimes } from '../../../../deploy/verify/http.ts'
import { FIGURES, isWithin, seriesOf, timing, timingAsks } from '../../../../deploy/verify/timing.ts'
import { runs } from '../../../runs.ts'
import { withObject } from './fixture-asking.ts'
import { answerOf, targetsFor } from './fixture-targets.ts'

const taking = (total: number): RequestTimes => ({ dns: 1, connect: 2, tls: 3, firstByte: total - 1, total })

const CACHED: Partial<Answer> = { headers: [['cache-control', 'max-age=60']] }
const [PICTURES] = targetsFor() as [CheckTarget]
const [PLAIN, ,] = targetsFor({ path: '/plain/*', version: null }) as [CheckTarget, CheckTarget]
const [KEYED] = targetsFor({ path: '/keyed/*', version: null, query: ['theme'] }) as [CheckTarget]

/** RequestTimes each request so long; what was asked before is a hit. @param atEdge of so many servers, each with a cache */
async function timed(target: CheckTarget, times: number, isHit: (url: string, before: string[]) => boolean) {
  const before: string[] = []
  const requests: ProbeRequest[] = []
  const ask = async (request: ProbeRequest) => {
    const url = `${request.path}?${request.query?.join('&')}`
    const result = isHit(url, before) ? 'Hit' : 'Miss'
    before.push(url)
    requests.push(request)
    return answerOf({
      headers: [['x-cache', `${result} from cloudfront`]],
      bytes: 1234,
      ...(request.isTimed && { times: taking(result === 'Hit' ? 40 : 250) }),
    })
  }
  let asks = 0
  const found = await timing([{ target, viewer: { ask } }], times, () => {
    asks += 1
  })
  return { found, requests, asks }
}

describe('hits and misses', () => {
  it('of an object: its plain URL again and again, and a version of its own each time', async () => {
    const target = withObject(PICTURES, '/photos/dusk.jpg', CACHED)
    const { found, requests, asks } = await timed(target, 5, (url, before) => before.includes(url))
    expect(found).toMatchObject({
      place: '/*',
      path: '/photos/dusk.jpg',
      bytes: 1234,
      figures: [100, 200, 300],
      notes: [],
    })
    expect(found.hit).toMatchObject({ count: 5, total: { median: 40, p95: 40 }, within: 100 })
    expect(found.miss).toMatchObject({ count: 5, total: { median: 250, p95: 250 }, within: 300 })
    const queries = requests.map(({ query }) => query?.join('&') ?? '')
    expect(queries.slice(0, 6)).toEqual(Array(6).fill(''))
    for (const query of queries.slice(6)) expect(query).toMatch(/^v=rl[0-9a-f]{12}$/)
    expect(new Set(queries.slice(6)).size).toBe(5)
    expect(requests.map(({ isTimed }) => isTimed === true)).toEqual([false, ...Array(10).fill(true)])
    expect(asks).toBe(requests.length)
    expect(asks).toBeLessThanOrEqual(timingAsks(5))
  })

  it('without versions, another value of a parameter that the route keys on makes a miss', async () => {
    const target = withObject(KEYED, '/keyed/a.json', CACHED)
    const { found, requests } = await timed(target, 2, (url, before) => before.includes(url))
    expect(found.miss?.count).toBe(2)
    expect(requests.at(-1)?.query).toEqual([expect.stringMatching(/^theme=rl/)])
  })

  it('without either there is none, and it says so', async () => {
    const target = withObject(PLAIN, '/plain/a.json', CACHED)
    const { found } = await timed(target, 2, (url, before) => before.includes(url))
    expect(found).toMatchObject({
      miss: null,
      notes: ['no miss was made: the route keys on neither a version nor a parameter, so that no URL of it is new'],
    })
  })

  it('answers of servers that have it not yet are not counted as hits, twice as many at most', async () => {
    const target = withObject(PICTURES, '/photos/dusk.jpg', CACHED)
    const { found } = await timed(target, 4, (url, before) => before.length > 3 && before.includes(url))
    expect(found.hit).toMatchObject({ count: 4, total: { p95: 40 } })
    const never = await timed(target, 4, () => false)
    expect(never.found).toMatchObject({ hit: null, notes: ['no answer was a hit: 200, Miss from cloudfront'] })
    expect(never.requests.length).toBe(timingAsks(4))
    expect(isWithin(never.found, 60_000)).toBe(false)
  })

  it.each<[string, CheckTarget]>([
    ['without an object', PICTURES],
    ['that is not there', withObject(PICTURES, '/lost.jpg', { ...CACHED, status: 404 })],
    ['that may not be cached', withObject(PICTURES, '/a.jpg', { headers: [['cache-control', 'no-store']] })],
    ['that nobody may read', { ...withObject(PICTURES, '/a.jpg', CACHED), isClosed: true }],
  ])('nothing is asked of a route %s', async (_, target) => {
    const { found, requests } = await timed(target, 3, () => true)
    expect({ found, requests }).toEqual({
      found: {
        ...{ place: null, path: null, bytes: null, figures: [100, 200, 300], hit: null, miss: null },
        notes: ['no cached route has an object that is there and may be cached; name one with --object'],
      },
      requests: [],
    })
  })
})

describe('median and 95 %', () => {
  it('by the nearest rank', () => {
    const times = Array.from({ length: 20 }, (_, i) => taking((i + 1) * 10))
    expect(seriesOf(times).total).toEqual({ median: 100, p95: 190 })
    expect(seriesOf([taking(7)]).total).toEqual({ median: 7, p95: 7 })
  })

  it.each([
    [[100], 100],
    [[100.2], 200],
    [[200, 10], 200],
    [[300], 300],
    [[301], null],
  ])('%j ms are within %s', (totals, within) => {
    expect(seriesOf(totals.map(taking)).within).toBe(within)
  })

  it('is one of the times, the median no longer than 95 %, whatever their order', () => {
    const totals = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(totals, (values) => {
        const { total, within } = seriesOf(values.map(taking))
        expect(values).toContain(total.median)
        expect(values).toContain(total.p95)
        expect(total.median).toBeLessThanOrEqual(total.p95)
        expect(values.filter((value) => value <= total.p95).length / values.length).toBeGreaterThanOrEqual(0.95)
        expect(seriesOf(values.toReversed().map(taking)).total).toEqual(total)
        if (within !== null) expect(FIGURES.filter((figure) => figure < total.p95)).not.toContain(within)
      }),
      { numRuns: runs(500) },
    )
  })
})
