import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { deadlineWith, inTenths, MAX_WORK_MS, timeTo } from '../../../origin-response/deadline.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  vi.advanceTimersByTime(1_000)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the deadline', () => {
  it.each([
    ['ten seconds: the original is there already', 30_000, 10_000],
    ['as long as the function has', 10_500, 10_000],
    ['less, where the function has less', 10_499, 9_999],
    ['some time before its end, to write the answer', 2_000, 1_500],
    ['none', 500, 0],
    ['past', 100, -400],
  ])('%s', (_rule, remaining, milliseconds) => {
    expect(deadlineWith(remaining) - performance.now()).toBe(milliseconds)
  })

  it('without a word from Lambda, that of a whole invocation', () => {
    expect(deadlineWith() - performance.now()).toBe(10_000)
    expect(MAX_WORK_MS).toBe(10_000)
  })
})

it('the time to it runs out, and never below nothing', () => {
  const deadline = deadlineWith(3_000)
  const times = [0, 1_000, 1_500, 5_000].map((milliseconds) => {
    vi.advanceTimersByTime(milliseconds)
    return timeTo(deadline)
  })
  expect(times).toEqual([2_500, 1_500, 0, 0])
})

test.each([
  [0, 0],
  [0.04, 0],
  [0.05, 0.1],
  [12.3456, 12.3],
  [999.96, 1_000],
])('%d milliseconds in tenths: %d', (milliseconds, expected) => {
  expect(inTenths(milliseconds)).toBe(expected)
})
