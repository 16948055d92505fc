import { expect, it, vi } from 'vitest'
import { WouldChange } from '../../../tenants/aws.ts'
import type { Placement } from '../../../tenants/kinds/kind.ts'
import { Placements } from '../../../tenants/placements.ts'

const PLACEMENT: Placement = { bundle: 'b1', parts: {} }

function placements(made: () => Promise<Placement>, found = made) {
  const kinds = (placement: () => Promise<Placement>) => {
    const kind = { placement: vi.fn(placement) }
    return { kind, kinds: { shared: kind, dedicated: kind } as unknown as ConstructorParameters<typeof Placements>[0] }
  }
  const [maker, reader] = [kinds(made), kinds(found)]
  return { placements: new Placements(maker.kinds, reader.kinds), maker: maker.kind, reader: reader.kind }
}

it('what tenants share is made once for a kind and a shard', async () => {
  const { placements: some, maker } = placements(async () => PLACEMENT)
  expect(await Promise.all([some.made('shared', 1), some.made('shared', 1)])).toEqual([PLACEMENT, PLACEMENT])
  await some.made('dedicated', 1)
  await some.made('dedicated', 2)
  expect(maker.placement.mock.calls).toEqual([[1], [1], [2]])
})

it('after a failure the next one asks again', async () => {
  let isBroken = true
  const { placements: some } = placements(async () => {
    if (isBroken) throw new Error('throttled')
    return PLACEMENT
  })
  await expect(some.made('shared', 1)).rejects.toThrow('throttled')
  await expect(some.found('shared', 1)).rejects.toThrow('throttled')
  isBroken = false
  expect(await some.made('shared', 1)).toBe(PLACEMENT)
  expect(await some.found('shared', 1)).toBe(PLACEMENT)
})

it('what is found missing is looked up once, and nothing is made', async () => {
  const change = new WouldChange('cloudfront:CreateFunction', { code: 'would-change' })
  const {
    placements: some,
    maker,
    reader,
  } = placements(
    async () => PLACEMENT,
    async () => {
      throw change
    },
  )
  expect(await some.found('dedicated', 1)).toBe(change)
  expect(await some.found('dedicated', 1)).toBe(change)
  expect([maker.placement.mock.calls.length, reader.placement.mock.calls.length]).toEqual([0, 1])
})
