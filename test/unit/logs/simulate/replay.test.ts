import { expect, it } from 'vitest'
import { CacheReplay, KIND, type Level, type Rows } from '../../../../logs/simulate/replay.ts'

type Row = {
  time: number
  pop?: number
  region?: number
  object?: number
  kind?: keyof typeof KIND
  ttl?: number
  confirmed?: 0 | 1
}

const UNBOUNDED: Level = { places: 4, capacity: Number.POSITIVE_INFINITY }

/** Each request sends ten bytes, and is kept for 100 seconds. */
function replayed(rows: readonly Row[], levels: readonly Level[] = [UNBOUNDED]) {
  const hits: boolean[] = []
  const replay = new CacheReplay(levels)
  const columns: Rows = {
    times: rows.map(({ time }) => time),
    places: [rows.map(({ pop = 0 }) => pop), rows.map(({ region = 0 }) => region)],
    objects: rows.map(({ object = 1 }) => object),
    kinds: rows.map(({ kind = 'cached' }) => KIND[kind]),
    ttls: rows.map(({ ttl = 100 }) => ttl),
    bytes: rows.map(() => 10),
    confirmed: rows.map(({ confirmed = 1 }) => confirmed),
  }
  replay.run(columns, (isHit) => hits.push(isHit))
  return { ...replay.outcome, each: hits }
}

it('a miss, a hit, and what has expired: confirmed where that can be, else fetched', () => {
  expect(replayed([{ time: 0 }, { time: 99 }, { time: 100 }, { time: 199 }])).toEqual({
    hits: 3,
    requests: 4,
    bytes: 40,
    hitBytes: 30,
    refreshed: 1,
    behind: 0,
    originRequests: 2,
    originBytes: 10,
    each: [false, true, true, true],
  })
  expect(replayed([{ time: 0 }, { time: 100, confirmed: 0 }])).toMatchObject({
    hits: 0,
    originRequests: 2,
    originBytes: 20,
  })
})

it('each edge location has its own', () => {
  expect(replayed([{ time: 0 }, { time: 1, pop: 1 }, { time: 2 }, { time: 3, pop: 1 }])).toMatchObject({
    hits: 2,
    originRequests: 2,
  })
})

it('a cache behind answers what an edge location has not, for as long as it may itself; no hit, and no origin', () => {
  const rows = [{ time: 0 }, { time: 60, pop: 1 }, { time: 99, pop: 1 }, { time: 101, pop: 1 }]
  expect(replayed(rows, [UNBOUNDED, UNBOUNDED])).toMatchObject({ hits: 2, behind: 1, refreshed: 1, originRequests: 2 })
  // An edge location's own that has expired is confirmed by what stands behind.
  const confirmed = [{ time: 0 }, { time: 150, pop: 1 }, { time: 160 }]
  expect(replayed(confirmed, [UNBOUNDED, UNBOUNDED])).toMatchObject({ hits: 1, behind: 1, originRequests: 2 })
  // What only the cache behind has is confirmed there.
  expect(replayed([{ time: 0 }, { time: 150, pop: 2 }], [UNBOUNDED, UNBOUNDED])).toMatchObject({
    hits: 0,
    behind: 1,
    originRequests: 2,
    originBytes: 10,
  })
})

it('errors are kept and are no hits; what is not cached always goes to the origin; the function needs none', () => {
  const rows: Row[] = [
    { time: 0, kind: 'error', ttl: 10 },
    { time: 5, kind: 'error', ttl: 10 },
    { time: 6, object: 2, kind: 'uncached' },
    { time: 7, object: 2, kind: 'uncached' },
    { time: 8, object: 3, kind: 'answered' },
  ]
  expect(replayed(rows)).toMatchObject({ hits: 0, originRequests: 3, originBytes: 30 })
})

it('a viewer that had it already, or has gone, finds what is there and leaves nothing', () => {
  expect(replayed([{ time: 0, kind: 'read' }, { time: 1 }, { time: 2, kind: 'read' }])).toMatchObject({
    hits: 1,
    originRequests: 2,
  })
})
