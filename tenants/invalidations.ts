/**
 * Invalidations of tenants, one after the other: all distributions of an account share one rate. Developer Guide,
 * "Quotas on invalidations", since October 2026: 150 paths, and 1 with a `*`, a second.
 */
import { createHash } from 'node:crypto'
import { joinedError, unexpectedInput } from '../base/errors.ts'
import { distinctPaths, invalidationProblems, isTag } from '../urls/invalidation.ts'
import { awsName, type Calls, type Dependencies, pacer } from './aws.ts'
import type { Kind } from './kinds/kind.ts'
import type { TenantRecord } from './record.ts'

const PATHS_PER_SECOND = 150
const WILDCARDS_PER_SECOND = 1

/** Milliseconds. Other processes' invalidations count as well: then CloudFront refuses, and it is tried again. */
const REFUSED_PAUSE = 5_000
const REFUSED_TRIES = 60

const BETWEEN_LOOKS = 5_000

export type TenantInvalidation = { id: string; tenant: string; paths: string[]; isCompleted: boolean }

export type Invalidations = (
  record: TenantRecord,
  kind: Kind,
  paths: readonly string[],
  waits: boolean,
) => Promise<TenantInvalidation>

/** @param hasTags whether the bundle has CloudFront keep cache tags */
export function invalidationsOf(
  calls: Calls,
  dependencies: Dependencies,
  progress: (text: string) => void,
  hasTags: boolean,
): Invalidations {
  const path = pacer(PATHS_PER_SECOND, dependencies, calls.sleep)
  const wildcard = pacer(WILDCARDS_PER_SECOND, dependencies, calls.sleep)

  return async (record, kind, given, waits) => {
    const { tenant } = record
    const paths = checkedPaths(given, hasTags)
    const wildcards = paths.filter((one) => one.endsWith('*')).length
    if (wildcards > 0) await wildcard(wildcards)
    if (paths.length > wildcards) await path(paths.length - wildcards)
    const time = dependencies.now().toISOString()
    const hash = createHash('sha256')
      .update(JSON.stringify([tenant, dependencies.random(), ...paths]))
      .digest('hex')
    const reference = `rimlight-${time}-${hash.slice(0, 16)}`
    const id = await patiently(
      calls,
      () => kind.invalidate(record, reference, paths),
      () => progress(`CloudFront has enough invalidations for now: ${tenant} waits`),
    )
    let isCompleted = false
    while (waits && !isCompleted) {
      isCompleted = await kind.isInvalidated(record, id)
      if (isCompleted) break
      progress(`Waiting until ${tenant} is invalidated`)
      await calls.sleep(BETWEEN_LOOKS)
    }
    return { id, tenant, paths, isCompleted }
  }
}

/** @throws InputError */
function checkedPaths(given: readonly string[], hasTags: boolean): string[] {
  if (given.length === 0)
    throw unexpectedInput({ code: 'no-paths', expected: "paths such as '/photos/*'", found: 'none' })
  const tag = hasTags ? undefined : given.find(isTag)
  if (tag !== undefined) {
    throw unexpectedInput({
      code: 'no-cache-tags',
      expected: 'paths: cacheTags is not set in the config, so that nothing has tags',
      found: `the tag ${tag}`,
    })
  }
  const problems = invalidationProblems(given)
  if (problems.length > 0) {
    throw joinedError(problems.map((problem) => unexpectedInput({ code: 'not-an-invalidation-path', ...problem })))
  }
  return distinctPaths(given)
}

async function patiently<T>(calls: Calls, send: () => Promise<T>, refused: () => void): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await send()
    } catch (error) {
      if (awsName(error) !== 'TooManyInvalidationsInProgress' || tries === REFUSED_TRIES) throw error
      refused()
      await calls.sleep(REFUSED_PAUSE)
    }
  }
}
