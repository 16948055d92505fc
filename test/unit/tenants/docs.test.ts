/** What docs/tenants.md says of the table is what the migrations make. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import type { TenantDependencies } from '../../../tenants/commands/session.ts'
import { tenantsCommand } from '../../../tenants/commands.ts'
import { MIGRATIONS } from '../../../tenants/store/migrations.ts'
import { tenantsOf } from '../../../tenants/tenants.ts'
import { output } from '../cli/kit/fixture-output.ts'

it('the DDL', async () => {
  const text = await readFile(join(ROOT, 'docs/tenants.md'), 'utf8')
  const sql = /```sql\n(.*?)\n```/s.exec(text)?.[1] ?? ''
  expect(sql.replace(/ +-- .*$/gm, '')).toBe(MIGRATIONS.join('\n'))
})

it('each call in the table of a website builder’s words is one of the library, each command one of `rimlight tenants`', async () => {
  const text = await readFile(join(ROOT, 'docs/tenants.md'), 'utf8')
  const [, table = ''] = /## In the words of a website builder\n(.*?)\n## /s.exec(text) ?? []
  for (const name of ['create', 'get', 'getOrCreate', 'invalidate', 'delete', 'store']) {
    const word = name === 'invalidate' ? 'invalidateTenantCache' : `${name}TenantDistribution`
    expect(table).toContain(`\`${word}(`)
  }
  const calls = [...table.matchAll(/`tenants\.(\w+)\(/g)].map(([, call = '']) => call)
  const manager = { store: {} } as Parameters<typeof tenantsOf>[0]
  expect(calls.length).toBeGreaterThan(5)
  expect(calls.filter((call) => !(call in tenantsOf(manager, 'shared')))).toEqual([])
  const stdout = output()
  await tenantsCommand({} as TenantDependencies)(['--help'], stdout, output())
  for (const [, verb] of table.matchAll(/`rimlight tenants (\w+)`/g)) expect(stdout.said()).toContain(`  ${verb} `)
})
