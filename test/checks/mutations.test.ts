/** The list that `npm run mutations` goes through fits the sources: it takes too long to be run with every change of them. */
import { expect, test } from 'vitest'
import { MUTATIONS } from '../mutations/list.ts'
import { textOf } from './sources.ts'

const texts = new Map(MUTATIONS.map(({ file }) => [file, textOf(file)]))
const shown = MUTATIONS.map((one) => ({ ...one, places: (texts.get(one.file) as string).split(one.from).length - 1 }))

test('what a mutation changes stands in its file, and once', () => {
  expect(MUTATIONS.length).toBeGreaterThan(200)
  expect(shown.filter(({ places }) => places !== 1)).toEqual([])
})

test('each changes something, and no two the same', () => {
  expect(MUTATIONS.filter(({ from, to }) => from === to)).toEqual([])
  const names = MUTATIONS.map(({ file, from, to }) => JSON.stringify([file, from, to]))
  expect(names.filter((name, i) => names.indexOf(name) < i)).toEqual([])
})
