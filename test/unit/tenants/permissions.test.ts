/** The permissions that the help lists are those of the calls. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { PERMISSIONS } from '../../../deploy/attach/calls.ts'
import { TENANT_PERMISSIONS } from '../../../tenants/permissions.ts'

it('each call of CloudFront is among them, and none is listed for nothing', () => {
  const code = globSync(join(ROOT, 'tenants/**/*.ts'))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const called = new Set([...code.matchAll(/'cloudfront:(\w+)'/g)].map(([, action]) => action ?? ''))
  expect(called.size).toBeGreaterThan(20)
  const attach = PERMISSIONS.cloudfront ?? []
  expect([...called].filter((action) => !attach.includes(action) && !TENANT_PERMISSIONS.includes(action))).toEqual([])
  // Tags are given in the call that creates.
  expect(TENANT_PERMISSIONS.filter((action) => !called.has(action))).toEqual(['TagResource'])
})
