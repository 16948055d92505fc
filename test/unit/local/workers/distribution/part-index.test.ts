import { expect, it } from 'vitest'
import { PartIndex } from '../../../../../local/workers/distribution/part-index.ts'

it('knows the parts of an object, the latest first', () => {
  const index = new PartIndex()
  for (const part of ['1', '2', '3']) index.add('a', part)
  index.add('b', '4')
  expect([index.slotsOf('a'), index.slotsOf('b'), index.slotsOf('c')]).toEqual([['3', '2', '1'], ['4'], []])
})

it('is bounded: of 1,000 objects 100 parts each', () => {
  const index = new PartIndex()
  for (let part = 0; part < 150; part += 1) index.add('a', String(part))
  expect(index.slotsOf('a')).toHaveLength(100)
  for (let object = 0; object < 1_000; object += 1) index.add(`other ${object}`, 'x')
  expect([index.slotsOf('a'), index.slotsOf('other 0')]).toEqual([[], ['x']])
})
