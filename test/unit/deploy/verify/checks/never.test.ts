import { describe, expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { asked } from '../fixture-asking.ts'
import { targetsFor } from '../fixture-targets.ts'

describe('ages where nothing is cached', () => {
  const [target] = targetsFor({ path: '/d/*', cache: 'never' }) as [CheckTarget]

  it.each<[string, string[], string]>([
    ['the origin sends them', ['Miss', 'Miss'], 'skipped'],
    ['an error was cached', ['Error', 'Error'], 'differs'],
    ['an object was cached', ['Miss', 'Hit'], 'differs'],
  ])('%s', async (_, results, status) => {
    const { finding } = await asked('never-cached', target, () => ({
      headers: [
        ['x-cache', `${results.shift()} from cloudfront`],
        ['age', '7'],
      ],
    }))
    expect(finding.status).toBe(status)
  })
})
