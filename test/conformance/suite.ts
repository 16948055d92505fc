/** http-tests/cache-tests in a folder of its own, and what its process and ours tell each other. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { InputError } from '../../base/errors.ts'

/** The package on npm is older than RFC 9111; in the repository, tests have been added and changed since. */
export type Release = 'npm' | 'repository'

/** Where each has its client and its origin. */
export const ENGINES: readonly { release: Release; folder: string }[] = [
  { release: 'npm', folder: '' },
  { release: 'repository', folder: 'test-engine/' },
]

/** `required`: by the RFCs. `optimal`: what a good cache does. `check`: a question, to which neither answer is wrong. */
export type SuiteTest = {
  id: string
  group: string
  kind: 'required' | 'optimal' | 'check'
  /** Of a failure its kind and its words. `Setup`: what the test needs did not come about. */
  result: true | [kind: string, message: string]
}

export type FromSuite = { kind: 'origin'; url: string } | { kind: 'results'; tests: SuiteTest[] }
export type ToSuite = { base: string }

export type Suite = {
  release: Release
  /** Of its origin. */
  url: string
  /** @param base URL of the cache in front of the origin; @throws Error if the suite ends without results */
  run(base: string): Promise<SuiteTest[]>
  close(): void
}

/** @throws InputError (`no-suite`) for a folder that has none */
export async function openSuite(folder: string): Promise<Suite> {
  const path = resolve(folder)
  const engine = ENGINES.find((one) => existsSync(join(path, one.folder, 'client/runner.mjs')))
  if (!engine || !existsSync(join(path, 'tests/index.mjs'))) {
    throw new InputError(
      `${folder}: expected a copy of http-tests/cache-tests, with tests/index.mjs and client/runner.mjs`,
      {
        code: 'no-suite',
        expected: 'a copy of http-tests/cache-tests',
        found: path,
      },
    )
  }
  const child = fork(join(import.meta.dirname, 'suite-process.ts'), [path, engine.folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then((): never => {
    throw new Error('the suite ended without results')
  })
  ended.catch(() => {})
  const next = async (): Promise<FromSuite> => (await Promise.race([once(child, 'message'), ended]))[0]
  const first = await next()
  if (first.kind !== 'origin') throw new Error('the suite began without an origin')
  return {
    release: engine.release,
    url: first.url,
    async run(base) {
      const told = next()
      child.send({ base } satisfies ToSuite)
      const results = await told
      return results.kind === 'results' ? results.tests : []
    },
    close: () => void child.kill(),
  }
}
