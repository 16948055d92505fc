/** What docs/tenants.md says of the table is what the migrations make. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { MIGRATIONS } from '../../../tenants/store/migrations.ts'

it('the DDL', async () => {
  const text = await readFile(join(ROOT, 'docs/tenants.md'), 'utf8')
  const sql = /```sql\n(.*?)\n```/s.exec(text)?.[1] ?? ''
  expect(sql.replace(/ +-- .*$/gm, '')).toBe(MIGRATIONS.join('\n'))
})
