/** Tries one mutation after another, several at a time, each in a copy of the sources of its own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '../../base/errors.ts'
import type { Mutation } from './list.ts'
import type { Suites } from './suites.ts'
import type { Tree } from './trees.ts'
import { type FailedTest, failedTest } from './vitest.ts'

/** `equivalent`: no test can notice it; `disproved`: one did, though the list says that none can. */
export type Outcome = 'noticed' | 'survives' | 'equivalent' | 'disproved'

/** `by`: the file and the test that failed. */
export type Tried = Mutation & { outcome: Outcome; by: string | null; seconds: number }

type Hooks = { signal: AbortSignal; onStart(mutation: Mutation): void; onEnd(tried: Tried): void }

/** @throws InputError for text that is not in its file, or more than once */
export function checkPlaces(root: string, mutations: readonly Mutation[]): void {
  const sources = new Map(mutations.map(({ file }) => [file, readFileSync(join(root, file), 'utf8')]))
  const stale = mutations.filter(({ file, from }) => sources.get(file)?.split(from).length !== 2)
  if (stale.length === 0) return
  const lines = stale.map(({ file, from }) => `  ${file}: ${from}`)
  throw new InputError(`expected each of these once in its file, found otherwise:\n${lines.join('\n')}`, {
    code: 'stale-list',
    expected: 'each text once in its file',
    found: `${stale.length} that are not`,
  })
}

/** `failing`: test files that fail without any change, and are left out from then on. */
export type Trials = { tried: Tried[]; failing: string[] }

/**
 * @param trees as many are tried at a time
 * @returns what was tried, in the order of the list
 * @throws Interrupted
 */
export async function tryAll(
  mutations: readonly Mutation[],
  trees: readonly Tree[],
  suitesOf: (file: string) => Suites,
  { signal, onStart, onEnd }: Hooks,
): Promise<Trials> {
  const tried: Tried[] = []
  const known: Known = { passing: new Set(), failing: new Set() }
  // An error in one worker ends the others.
  const failure = new AbortController()
  const any = AbortSignal.any([signal, failure.signal])
  const pending = mutations.entries()
  const work = async (tree: Tree) => {
    for (const [index, mutation] of pending) {
      onStart(mutation)
      const one = await tryOut(tree, mutation, suitesOf(mutation.file), known, any)
      tried[index] = one
      onEnd(one)
    }
  }
  const ends = await Promise.allSettled(
    trees.map((tree) =>
      work(tree).catch((error: unknown) => {
        if (!any.aborted) failure.abort(error)
        throw error
      }),
    ),
  )
  if (failure.signal.aborted) throw failure.signal.reason
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return { tried, failing: [...known.failing].toSorted() }
}

/** Test files that have been run without any change, by how that ended. A file is run so only after it has noticed something. */
type Known = { passing: Set<string>; failing: Set<string> }

async function tryOut(
  tree: Tree,
  mutation: Mutation,
  suites: Suites,
  known: Known,
  signal: AbortSignal,
): Promise<Tried> {
  const start = performance.now()
  const by = await noticedBy(tree, mutation, suites, known, signal)
  const [found, none] =
    mutation.equivalent === undefined ? (['noticed', 'survives'] as const) : (['disproved', 'equivalent'] as const)
  return {
    ...mutation,
    outcome: by === null ? none : found,
    by: by === null ? null : `${by.files.join(', ')}: ${by.test}`,
    seconds: Math.round((performance.now() - start) / 1000),
  }
}

/**
 * The first test that notices a change. Its file has to pass without the change: for a file that imports what is changed that is
 * found out once, for any other right after each failure, as something else may have made it fail.
 */
async function noticedBy(
  tree: Tree,
  { file, from, to }: Mutation,
  suites: Suites,
  { passing, failing }: Known,
  signal: AbortSignal,
): Promise<FailedTest | null> {
  const path = join(tree.folder, file)
  const source = readFileSync(path, 'utf8')
  const changed = source.replace(from, () => to)
  const failedWith = async (text: string, tests: readonly string[]) => {
    writeFileSync(path, text)
    try {
      return await failedTest(tree, tests, signal)
    } finally {
      writeFileSync(path, source)
    }
  }
  const pending = [...suites.near.map((tests) => ({ tests, isFar: false })), { tests: suites.far, isFar: true }]
  for (let suite = pending.shift(); suite !== undefined; suite = pending.shift()) {
    const tests = suite.tests.filter((test) => !failing.has(test))
    const failed = tests.length === 0 ? null : await failedWith(changed, tests)
    if (failed === null) continue
    const isOpen = suite.isFar || failed.files.some((test) => !passing.has(test))
    if (!isOpen || (await failedWith(source, failed.files)) === null) {
      for (const test of failed.files) passing.add(test)
      return failed
    }
    for (const test of failed.files) failing.add(test)
    pending.unshift(suite)
  }
  return null
}
