/** Which of a file's distributions is meant, and the policies that files name without holding them. */
import type { CachePolicyConfig } from '@aws-sdk/client-cloudfront'
import { unexpectedInput } from '../../../base/errors.ts'

/**
 * @param all by the names that errors list
 * @param id which one; `undefined`: the only one
 * @param source what is looked for, as the error ends where there is none
 * @throws InputError where there is none, or several
 */
export function onlyDistribution<Found extends { name: string }>(
  all: readonly Found[],
  id: string | undefined,
  file: string,
  source: string,
): Found {
  const [only, ...others] = all.filter(({ name }) => id === undefined || name === id)
  if (only && others.length === 0) return only
  const expected = id === undefined ? 'one distribution' : `the distribution ${id}`
  const found = all.length === 0 ? 'none' : all.map(({ name }) => name).join(', ')
  const way = all.length > 1 ? '--from-distribution says which' : source
  throw unexpectedInput({ at: file, code: 'no-distribution', expected, found, remedy: way })
}

/** Developer Guide, "Use managed cache policies". */
export const MANAGED_POLICIES: Record<string, CachePolicyConfig> = {
  '658327ea-f89d-4fab-a63d-7e88639e58f6': { Name: 'Managed-CachingOptimized', MinTTL: 1 },
  '4135ea2d-6df8-44a3-9df3-4b5a84be39ad': { Name: 'Managed-CachingDisabled', MinTTL: 0, DefaultTTL: 0, MaxTTL: 0 },
}
