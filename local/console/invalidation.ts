/** What is wrong with an invalidation before the distribution is asked for it. */
import { InputError, unexpectedInput } from '../../base/errors.ts'
import { invalidationProblems, isTag } from '../../urls/invalidation.ts'

export type InvalidationContext = {
  /** Whether the config has `cacheTags`. */
  hasTags: boolean
  /** Ids; empty for a distribution of a single site. */
  tenants: readonly string[]
}

/** @param tenant whose objects alone are meant; `undefined`: all */
export const invalidationErrors = (
  paths: readonly string[],
  tenant: string | undefined,
  { hasTags, tenants }: InvalidationContext,
): InputError[] => [
  ...pathErrors(paths),
  ...(hasTags ? [] : tagErrors(paths)),
  ...(tenant === undefined || tenants.includes(tenant) ? [] : [unknownTenant(tenant, tenants)]),
]

function pathErrors(paths: readonly string[]): InputError[] {
  const expected = 'at least one path to invalidate, such as /photos/*'
  if (paths.length === 0) return [new InputError(`expected ${expected}`, { code: 'no-paths', expected })]
  return invalidationProblems(paths).map((problem) => unexpectedInput({ code: 'not-an-invalidation-path', ...problem }))
}

function tagErrors(paths: readonly string[]): InputError[] {
  const tag = paths.find(isTag)
  if (tag === undefined) return []
  const expected = 'paths: cacheTags is not set in the config, so that nothing has tags'
  const found = `the tag ${tag}`
  return [unexpectedInput({ code: 'no-cache-tags', expected, found })]
}

function unknownTenant(tenant: string, tenants: readonly string[]): InputError {
  const expected = tenants.length > 0 ? tenants.join(', ') : 'none'
  const found = JSON.stringify(tenant)
  return unexpectedInput({ at: 'tenant', code: 'unknown-tenant', expected, found })
}
