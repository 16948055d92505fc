import { describe, expect, it } from 'vitest'
import { parseRange } from '../../../../../local/workers/s3/range.ts'

const WHOLE = { kind: 'whole' }
const BEYOND = { kind: 'unsatisfiable' }
const part = (first: number, last: number) => ({ kind: 'part', first, last })

describe('of ten bytes', () => {
  it.each([
    [null, WHOLE],
    ['bytes=0-0', part(0, 0)],
    ['bytes=2-5', part(2, 5)],
    ['bytes=0-9', part(0, 9)],
    ['bytes=5-', part(5, 9)],
    ['bytes=5-100', part(5, 9)],
    ['bytes=-3', part(7, 9)],
    ['bytes=-100', part(0, 9)],
    ['BYTES=0-1', part(0, 1)],
    ['bytes=10-', BEYOND],
    ['bytes=10-12', BEYOND],
    ['bytes=-0', BEYOND],
    ['bytes=5-2', WHOLE],
    ['bytes=-', WHOLE],
    ['bytes=a-b', WHOLE],
    ['bytes=0-1,3-4', WHOLE],
    ['lines=0-1', WHOLE],
    ['bytes 0-1', WHOLE],
  ])('%s', (header, expected) => {
    expect(parseRange(header, 10)).toEqual(expected)
  })
})

describe('of none', () => {
  it.each([
    ['bytes=0-', BEYOND],
    ['bytes=-1', BEYOND],
    [null, WHOLE],
  ])('%s', (header, expected) => {
    expect(parseRange(header, 0)).toEqual(expected)
  })
})
