/**
 * Each change of a tenant, ended at every single call of AWS and of the store (in a short run, at every ninth, by turns
 * before it takes effect and after that), and asked for again.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LEASE } from '../../../tenants/claims.ts'
import { openStore } from '../../../tenants/store/open.ts'
import type { Store } from '../../../tenants/store/store.ts'
import type { TenantKind, Tenants } from '../../../tenants/tenants.ts'
import { ProcessDied } from '../../aws/memory-aws.ts'
import type { TenantAws } from '../../aws/tenant-aws.ts'
import { EXTENT, sampleOf } from '../../runs.ts'
import { mortal } from '../../tenants/mortal-store.ts'
import { type Scene, scene, useTenantBundles } from '../../tenants/scene.ts'
import { CREDENTIALS, STORES, type StoreServer } from '../../tenants/stores.ts'

const bundles = useTenantBundles()

type Case = {
  /** What has been done when the call is made that is interrupted. */
  before(tenants: Tenants, aws: TenantAws): Promise<unknown>
  call(tenants: Tenants): Promise<unknown>
}

const CASES: Record<string, Case> = {
  'the first getOrCreate': {
    before: async () => {},
    call: (tenants) => tenants.getOrCreate('shop', { wait: true }),
  },
  update: {
    before: (tenants) => tenants.create('shop', { wait: true }),
    call: (tenants) => tenants.update('shop', { countries: { allowed: ['CH'] } }, { wait: true }),
  },
  disable: {
    before: (tenants) => tenants.create('shop', { wait: true }),
    call: (tenants) => tenants.disable('shop', { wait: true }),
  },
  delete: {
    before: (tenants) => tenants.create('shop', { wait: true }),
    // Who finds it deleted is told that there is none: then it was done.
    call: (tenants) =>
      tenants.delete('shop').catch((error) => {
        if (error.code !== 'unknown-tenant') throw error
      }),
  },
  'repair of one that somebody deleted': {
    async before(tenants, aws) {
      const { awsId } = await tenants.create('shop', { wait: true })
      aws.tenants.delete(String(awsId))
      if (aws.distributions.size > 0 && aws.distributions.has(String(awsId))) aws.distributions.delete(String(awsId))
    },
    call: (tenants) => tenants.repair('shop', { wait: true }),
  },
}

/** What the account and the store hold, without what differs from run to run. */
async function stateOf(aws: TenantAws, store: Store): Promise<unknown> {
  const { records } = await store.list(null, 10)
  return {
    distributions: [...aws.distributions].map(([id, { config }]) => [id, config]),
    tenants: [...aws.tenants].map(([id, { tenant }]) => [id, tenant]),
    tags: [...aws.tags].map(([arn, tags]) => [arn, tags.filter(({ Key }) => Key !== 'rimlight:unique-id')]),
    functions: [...aws.functions.keys()],
    lambdas: [...aws.lambdas].map(([name, { versions }]) => [name, versions.length]),
    roles: [...aws.roles.keys()],
    groups: [...aws.connectionGroups.keys()],
    policies: [aws.cachePolicies, aws.originRequestPolicies, aws.responseHeadersPolicies].map((map) => [...map.keys()]),
    controls: [...aws.originAccessControls.keys()],
    rows: records.map(({ uniqueId: _, createdAt: __, updatedAt: ___, revision: ____, ...rest }) => rest),
  }
}

describe.for(STORES)('$name', ({ missing, start }) => {
  if (missing !== null) {
    it.skip(missing)
    return
  }
  let server: StoreServer
  let url = ''
  let store: Store
  beforeAll(async () => {
    for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value)
    server = await start()
    url = await server.url()
    store = await openStore(url)
  })
  afterAll(async () => {
    await store.close()
    await server.stop()
    vi.unstubAllEnvs()
  })

  /** Each library that it opens is another process. */
  async function begun(kind: TenantKind, { before }: Case) {
    await server.empty(url)
    const one: Scene = scene(bundles)
    const open = () => one.open({ kind, store: mortal(store, one.aws) })
    await before(await open(), one.aws)
    one.aws.calls.length = 0
    one.aws.mutations.length = 0
    return { ...one, open }
  }

  describe.for(['shared', 'dedicated'] as const)('%s', (kind) => {
    it.for(Object.entries(CASES))('%s', { timeout: 300_000 }, async ([_, one]) => {
      const whole = await begun(kind, one)
      await one.call(await whole.open())
      const [count, changes] = [whole.aws.calls.length, [...whole.aws.mutations]]
      const [names, expected] = [[...whole.aws.calls], await stateOf(whole.aws, store)]
      expect(count).toBeGreaterThan(6)
      expect(names.filter((name) => name.startsWith('store:')).length).toBeGreaterThan(2)

      const calls = Array.from({ length: count }, (_, index) => index + 1)
      for (const [turn, call] of sampleOf(calls, EXTENT, 9).entries()) {
        for (const tookEffect of EXTENT === 'full' ? [false, true] : [turn % 2 === 0]) {
          const place = `at call ${call} (${names[call - 1]}), which ${tookEffect ? 'took' : 'had no'} effect`
          const run = await begun(kind, one)
          run.aws.dieAt(call, tookEffect)
          await expect(one.call(await run.open()), place).rejects.toThrow(ProcessDied)
          run.aws.revive()
          run.clock.time += LEASE

          await one.call(await run.open())
          expect(await stateOf(run.aws, store), place).toEqual(expected)
          // What was done before is not done again.
          expect(run.aws.mutations.toSorted(), place).toEqual(changes.toSorted())
        }
      }
    })
  })
})
