import { expect, it } from 'vitest'
import { headerMutants, randomFrom, randomMutant, truncations } from './mutations.ts'

const FILE = Buffer.from(Array.from({ length: 400 }, (_, i) => i % 251))
const DONOR = Buffer.alloc(300, 252)

it('truncations are every twentieth of a file, the whole not among them', () => {
  expect(truncations(FILE).map(({ bytes }) => bytes.length)).toEqual(Array.from({ length: 20 }, (_, i) => i * 20))
  expect(truncations(FILE).every(({ bytes }) => bytes.equals(FILE.subarray(0, bytes.length)))).toBe(true)
})

it('header mutants differ from the file in one byte, each of the first 256 twice', () => {
  const places = headerMutants(FILE).map(({ bytes }) => {
    const changed = [...bytes.keys()].filter((at) => bytes[at] !== FILE[at])
    return bytes.length === FILE.length && changed.length === 1 ? changed[0] : -1
  })
  expect(places).toEqual(Array.from({ length: 512 }, (_, i) => i >> 1))
  expect(headerMutants(FILE.subarray(0, 3))).toHaveLength(6)
})

it('the same seed makes the same mutant, another seed another', () => {
  const mutants = Array.from({ length: 500 }, (_, seed) => randomMutant(FILE, seed, [DONOR]))
  expect(mutants).toEqual(Array.from({ length: 500 }, (_, seed) => randomMutant(FILE, seed, [DONOR])))
  expect(new Set(mutants.map(({ bytes }) => bytes.toString('hex'))).size).toBeGreaterThan(490)
})

it('mutants are of every kind, longer and shorter, with parts of other files, and hardly ever the file itself', () => {
  const mutants = Array.from({ length: 500 }, (_, seed) => randomMutant(FILE, seed, [DONOR]))
  const kinds = new Set(mutants.flatMap(({ name }) => name.replace(/^seed \d+: /, '').split(', ')))
  expect(kinds.size).toBe(7)
  expect(mutants.filter(({ bytes }) => bytes.length > FILE.length).length).toBeGreaterThan(50)
  expect(mutants.filter(({ bytes }) => bytes.length < FILE.length).length).toBeGreaterThan(50)
  expect(mutants.filter(({ bytes }) => bytes.includes(DONOR.subarray(0, 9))).length).toBeGreaterThan(20)
  expect(mutants.filter(({ bytes }) => bytes.equals(FILE)).length).toBeLessThan(10)
})

it('the file is left as it was', () => {
  const copy = Buffer.from(FILE)
  headerMutants(FILE)
  for (let seed = 0; seed < 500; seed += 1) randomMutant(FILE, seed, [DONOR])
  expect(FILE.equals(copy)).toBe(true)
})

it('numbers fill the unit interval evenly', () => {
  const random = randomFrom(20_261_120)
  const counts = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i += 1) {
    const tenth = Math.floor(random() * 10)
    counts[tenth] = (counts[tenth] ?? 0) + 1
  }
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10_000)
  expect(Math.min(...counts)).toBeGreaterThan(900)
})
