import { describe, expect, it } from 'vitest'
import { type Check, type CheckFinding, differs, holds, skipped } from '../../../../deploy/verify/check.ts'
import { type Answer, NoAnswer, type Viewer } from '../../../../deploy/verify/http.ts'
import { runChecks, targetChecks } from '../../../../deploy/verify/run-checks.ts'
import { answerOf } from './fixture-targets.ts'

type Part = Partial<Check<string>> & { id: string }

const check = (part: Part, find: () => CheckFinding | Promise<CheckFinding> = () => holds('so')): Check<string> => ({
  title: part.id,
  rule: 'a rule',
  asks: 1,
  means: (target) => `what ${part.id} means at ${target}`,
  ask: async () => find(),
  ...part,
})

const viewer: Viewer = {
  ask: async () => answerOf({ target: '/asked' }),
  protocol: async () => 'h2',
  requests: () => 0,
  close: () => {},
}

async function run(checks: Check<string>[], own: Viewer = viewer) {
  const order: string[] = []
  const results = await runChecks(targetChecks('/here', 'there', checks, own), {
    wait: async () => {},
    isSlow: false,
    httpUrl: new URL('http://127.0.0.1'),
    onProgress: (_, planned) => order.push(planned.check.id),
  })
  return { order, results, of: (id: string) => results.find((result) => result.id === id) }
}

describe('checks that build on others', () => {
  it.each<[string, CheckFinding, object]>([
    ['holds', holds('so'), { status: 'holds' }],
    ['differs', differs('a', 'b'), { status: 'skipped', reason: "shows nothing while 'first' differs" }],
    ['is skipped', skipped('no object'), { status: 'skipped', reason: 'no object' }],
  ])('after one that %s', async (_, finding, expected) => {
    const { of } = await run([check({ id: 'first' }, () => finding), check({ id: 'second', after: ['first'] })])
    expect(of('second')).toMatchObject(expected)
  })

  it('after one that could not be asked', async () => {
    const silent = check({ id: 'first' }, () => Promise.reject(new NoAnswer('nobody')))
    const { of } = await run([silent, check({ id: 'second', after: ['first'] })])
    expect(of('first')).toMatchObject({ status: 'unasked', reason: 'nobody' })
    expect(of('second')).toMatchObject({ status: 'skipped', reason: "'first' could not be asked" })
  })

  it("after one that does not apply: it is in nobody's way", async () => {
    const { results } = await run([
      check({ id: 'first', appliesTo: (target) => target !== 'there' }, () => differs('a', 'b')),
      check({ id: 'second', after: ['first'], unless: ['first'] }),
    ])
    expect(results).toMatchObject([{ id: 'second', status: 'holds' }])
  })

  it('unless another differs, and only then', async () => {
    const second = check({ id: 'second', unless: ['first'] })
    const skipping = await run([check({ id: 'first' }, () => skipped('no object')), second])
    expect(skipping.of('second')).toMatchObject({ status: 'holds' })
    const differing = await run([check({ id: 'first' }, () => differs('a', 'b')), second])
    expect(differing.of('second')).toMatchObject({ status: 'skipped' })
  })
})

describe('what a check finds', () => {
  it('says what it was asked about, and what was asked', async () => {
    const asking = {
      ...check({ id: 'one' }),
      ask: async (_: string, { ask }: { ask: Viewer['ask'] }) => {
        await ask({ path: '/x' })
        return differs('a', 'b')
      },
    }
    const { results } = await run([asking])
    expect(results).toEqual([
      {
        place: '/here',
        id: 'one',
        title: 'one',
        rule: 'a rule',
        status: 'differs',
        expected: 'a',
        found: 'b',
        means: 'what one means at there',
        asked: [{ method: 'GET', target: '/asked', sent: {}, status: 200, headers: answerOf().headers, bytes: 0 }],
      },
    ])
  })

  it('may mean more than the check knows', async () => {
    const { of } = await run([check({ id: 'one' }, () => differs('a', 'b', 'this very thing'))])
    expect(of('one')).toMatchObject({ means: 'this very thing' })
  })

  it('costs no more requests than it says', async () => {
    const greedy: Check<string> = {
      ...check({ id: 'greedy' }),
      async ask(_, { ask }) {
        await ask({ path: '/1' })
        await ask({ path: '/2' })
        return holds('so')
      },
    }
    await expect(run([greedy])).rejects.toThrow('the check greedy asks more often than it says')
  })
})

it('what waits comes last, and keeps its place in the report', async () => {
  const { order, results } = await run([check({ id: 'slow', waits: true }), check({ id: 'quick' })])
  expect(order).toEqual(['quick', 'slow'])
  expect(results.map(({ id }) => id)).toEqual(['slow', 'quick'])
})

it('after three without an answer nothing more is asked', async () => {
  let asked = 0
  const silent: Viewer = {
    ...viewer,
    ask: async (): Promise<Answer> => {
      asked += 1
      throw new NoAnswer('no answer in time')
    },
  }
  const asking = (id: string): Check<string> => ({
    ...check({ id }),
    ask: async (_, { ask }) => holds(`${(await ask({ path: '/' })).status}`),
  })
  const ids = ['a', 'b', 'c', 'd', 'e']
  const { results } = await run(ids.map(asking), silent)
  expect(asked).toBe(3)
  expect(results.map((result) => result.status === 'unasked' && result.reason)).toEqual([
    'no answer in time',
    'no answer in time',
    'no answer in time',
    'nobody answers any more',
    'nobody answers any more',
  ])
})
