/** A distribution, bundles that fit it, and the three commands on them. */
import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { Policies } from '../../../../bundle/policies.ts'
import { readPolicies } from '../../../../bundle/read-bundle.ts'
import type { Receipt } from '../../../../deploy/attach/receipt.ts'
import { attachCommand } from '../../../../deploy/attach.ts'
import { detachCommand } from '../../../../deploy/detach.ts'
import { statusCommand } from '../../../../deploy/status.ts'
import {
  accountWith,
  CONFIG,
  changeFunction,
  configOf,
  ID,
  type Ran,
  run,
  shrink,
  type TestDependencies,
  testDependencies,
} from '../../../aws/fixture.ts'
import { type Installed, install, installBuckets, type MemoryAws } from '../../../aws/memory-aws.ts'
import { type Built, built } from '../../../e2e/site.ts'
import { temporaryFolder } from '../../local/fixture.ts'

export type Bundles = { dist: string; newer: string; policies: Policies }

/** Built once for a file: a bundle, and a newer one whose function and Lambdas are others. */
export function useBundles(config = CONFIG): Bundles {
  const bundles: Bundles = { dist: '', newer: '', policies: {} as Policies }
  let first: Built
  beforeAll(async () => {
    first = await built(config)
    bundles.dist = first.dist
    bundles.newer = join(await temporaryFolder(), 'dist')
    await shrink(first.dist, 'one')
    await cp(first.dist, bundles.newer, { recursive: true })
    await shrink(bundles.newer, 'two')
    await changeFunction(bundles.newer)
    bundles.policies = await readPolicies(first.dist)
  })
  afterAll(() => first.remove())
  return bundles
}

type Options = { dist?: string; dependencies?: TestDependencies; isTTY?: boolean }

export type Scene = {
  aws: MemoryAws
  file: string
  /** The distribution's config as it was at first, as JSON. */
  original: string
  /** With `--yes`, unless a dependencies with answers is given. */
  attach(args?: string[], options?: Options): Promise<Ran>
  detach(args?: string[], options?: Options): Promise<Ran>
  status(args?: string[], options?: Options): Promise<Ran>
  config(): DistributionConfig
  receipt(): Promise<Receipt>
}

let installed: Installed[] = []

/** @param change of the distribution, before anybody looks */
export async function scene(
  { dist, policies }: Bundles,
  change: (config: DistributionConfig, aws: MemoryAws) => void = () => {},
): Promise<Scene> {
  for (const mocks of installed) mocks.restore()
  const aws = accountWith(policies)
  change(configOf(aws), aws)
  const both = [install(aws), installBuckets(aws)]
  installed = both
  onTestFinished(() => {
    for (const mocks of both) mocks.restore()
  })
  const file = join(await temporaryFolder(), 'receipt.json')
  const common = (options: Options) => ['--receipt', file, ...(options.dependencies?.ask ? [] : ['--yes'])]
  return {
    aws,
    file,
    original: JSON.stringify(configOf(aws)),
    attach: (args = [], options = {}) =>
      run(
        attachCommand(options.dependencies ?? testDependencies()),
        ['--distribution', ID, '--dist', options.dist ?? dist, ...common(options), ...args],
        options.isTTY,
      ),
    detach: (args = [], options = {}) =>
      run(
        detachCommand(options.dependencies ?? testDependencies()),
        ['--distribution', ID, ...common(options), ...args],
        options.isTTY,
      ),
    status: (args = [], options = {}) =>
      run(statusCommand(options.dependencies ?? testDependencies()), [
        ...['--distribution', ID, '--dist', options.dist ?? dist, '--receipt', file],
        ...args,
      ]),
    config: () => configOf(aws),
    receipt: async () => JSON.parse(await readFile(file, 'utf8')),
  }
}

/** Of the default behaviour without a pattern. */
export function behaviourOf(config: DistributionConfig, pattern = '/*'): CacheBehavior | DefaultCacheBehavior {
  const found = config.CacheBehaviors?.Items?.find(({ PathPattern }) => PathPattern === pattern)
  return found ?? (config.DefaultCacheBehavior as DefaultCacheBehavior)
}

/** What the account holds, without what differs from run to run: ETags, and how far things have settled. */
export const stateOf = ({ distributions, functions, lambdas, roles }: MemoryAws): unknown => ({
  distributions: [...distributions].map(([id, { config }]) => [id, config]),
  functions: [...functions].map(([name, { development, live }]) => [
    name,
    [development, live].map((stage) => stage && { code: Buffer.from(stage.code).toString(), config: stage.config }),
  ]),
  lambdas: [...lambdas].map(([name, { latest, versions }]) => [
    name,
    [latest, ...versions].map(({ polls: _, ...version }) => version),
  ]),
  roles: [...roles].map(([name, { trust, policies }]) => [name, trust, [...policies]]),
})
