import { expect, it } from 'vitest'
import { Numbered } from '../../../../logs/simulate/numbered.ts'

it('gives each text the number of its first coming, past what its first table holds', () => {
  const numbered = new Numbered()
  const texts = Array.from({ length: 20_000 }, (_, i) => `/items/${i % 97}/${i.toString(36)}.jpg`)
  expect(texts.map((text) => numbered.numberOf(text))).toEqual(texts.map((_, i) => i))
  expect(texts.toReversed().map((text) => numbered.numberOf(text))).toEqual(texts.map((_, i) => i).toReversed())
  expect(numbered.size).toBe(20_000)
})

it('tells parts apart by where one ends', () => {
  const numbered = new Numbered()
  const pairs = [['a', 'b'], ['ab'], ['', 'ab'], ['a'], ['', 'a'], [''], ['b', 'a']] as [string, string?][]
  for (const [number, [text, rest]] of pairs.entries()) expect(numbered.numberOf(text, rest)).toBe(number)
})

it('and texts that differ in one character, wherever it is', () => {
  const numbered = new Numbered()
  const long = 'x'.repeat(300)
  const texts = Array.from(long, (_, at) => `${long.slice(0, at)}y${long.slice(at + 1)}`)
  for (const [number, text] of [long, ...texts].entries()) expect(numbered.numberOf(text)).toBe(number)
})
