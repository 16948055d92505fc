/**
 * `npm run bench:tenants`: what it takes to list and to upgrade so many shared tenants. AWS is in memory and enforces
 * rates; its seconds are those of a clock that only waiting moves, so that they are the same on any machine.
 */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openSqlite } from '../../tenants/store/sqlite.ts'
import { tenantsOf } from '../../tenants/tenants.ts'
import { upgrade } from '../../tenants/upgrade.ts'
import { install } from '../aws/memory-aws.ts'
import { TenantAws } from '../aws/tenant-aws.ts'
import { TENANT_COMMANDS } from '../aws/tenant-commands.ts'
import { tenantBundles } from '../tenants/bundles.ts'
import { clockDependencies } from '../tenants/clock.ts'
import { managerOf } from '../tenants/manager.ts'
import { type Cell, markdown } from './table.ts'

const COUNTS = [100, 300, 1_000]
const BATCH = 50

const RATES = {
  reads: { perSecond: 20, burst: 40 },
  writes: { perSecond: 5, burst: 10 },
  paths: { perSecond: 150, burst: 150 },
  wildcards: { perSecond: 1, burst: 1 },
}

const bundles = await tenantBundles()
const rows: Cell[][] = []
for (const count of COUNTS) {
  const clock = clockDependencies()
  const aws = new TenantAws()
  aws.now = () => clock.time
  const installed = install(aws, TENANT_COMMANDS)
  const store = await openSqlite(':memory:')
  const manager = await managerOf({ clock }, store, bundles.dist)
  const tenants = tenantsOf(manager, 'shared')
  for (let index = 0; index < count; index += 1) await tenants.create(`t${index}`, { wait: true })
  aws.rates = RATES

  const listing = performance.now()
  await tenants.list()
  const listed = performance.now() - listing

  aws.calls.length = 0
  const [since, started] = [clock.time, performance.now()]
  const receipt = join(tmpdir(), `rimlight-bench-${process.pid}.json`)
  const options = { receipt, batch: BATCH, verify: async () => [], now: () => clock.now(), onBatch: () => {} }
  await upgrade(await managerOf({ clock }, store, bundles.newer), options)
  const [seconds, took] = [(clock.time - since) / 1_000, performance.now() - started]
  await rm(receipt, { force: true })

  rows.push([
    String(count),
    listed.toFixed(1),
    String(aws.calls.length),
    aws.calls.length / count,
    seconds.toFixed(0),
    seconds / count,
    String(aws.refusedByRate),
    took / 1_000,
  ])
  installed.restore()
  await store.close()
}
await bundles.remove()

const columns = [
  ['shared tenants', 'text'],
  ['listed, ms', 'text'],
  ['calls of an upgrade', 'text'],
  ['a tenant', 'decimal'],
  ["seconds at AWS's rates", 'text'],
  ['a tenant', 'decimal'],
  ['refused', 'text'],
  ['seconds of our own', 'decimal'],
] as const
console.log(markdown({ title: 'Tenants, listed from SQLite and upgraded in batches of 50', columns, rows }))
