import { expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { asked, withObject } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

const HOUR = 3_600_000
const [photos] = targetsFor() as [CheckTarget]

it.each([
  ['of this machine', 0, 0],
  ['that is behind', -400 * 24 * HOUR, 0],
  ['that was moved on', 400 * 24 * HOUR, 0],
  ['of what has been in the cache for a day', -24 * HOUR, 86_400],
])('a version some hours ahead is asked for, by the clock %s', async (_, ahead, age) => {
  const now = Date.now() + ahead
  const target = withObject(photos, '/a.jpg', {
    headers: [
      ['date', new Date(now).toUTCString()],
      ['age', `${age}`],
      ['last-modified', new Date(now - HOUR).toUTCString()],
      ['cache-control', 'public, max-age=86400'],
    ],
  })
  const { requests } = await asked('lifetime', target)
  const version = Number(/^v=(\d+)$/.exec(requests[0]?.query?.[0] ?? '')?.[1])
  // Dates are whole seconds.
  expect(version).toBeGreaterThan(now + age * 1000 + 2 * HOUR - 2_000)
  expect(version).toBeLessThan(now + age * 1000 + 3 * HOUR)
})
