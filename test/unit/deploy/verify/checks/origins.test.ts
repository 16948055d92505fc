import { expect, it } from 'vitest'
import type { CheckTarget } from '../../../../../deploy/verify/check-target.ts'
import { asked } from '../fixture-asking.ts'
import { targetsFor, targetsOfConfig } from '../fixture-targets.ts'

it('what no answer shows is left to status, by its name', async () => {
  const [drafts, api, photos] = targetsOfConfig({
    domains: ['cdn.example.com'],
    origins: {
      photos: { bucket: 'example-photos', region: 'eu-west-3', shield: true, failover: 'replica' },
      replica: { bucket: 'example-replica', region: 'us-west-2' },
      api: { domain: 'api.example.com', headers: ['x-origin-secret', 'x-site'] },
    },
    routes: [
      { path: '/drafts/*', origin: 'photos', cache: 'never' },
      { path: '/api/*', origin: 'api', cache: {} },
      { path: '/*', origin: 'photos', cache: {} },
    ],
  }) as [CheckTarget, CheckTarget, CheckTarget]
  const reasonOf = async (target: CheckTarget) => (await asked('origin-settings', target, () => ({}))).finding
  const left = (what: string) => ({
    status: 'skipped',
    reason: `${what}: not to be seen from outside; \`rimlight status --distribution ID\` compares them`,
  })
  expect(drafts.originSettings).toEqual([])
  expect(await reasonOf(api)).toEqual(left('the header x-origin-secret, the header x-site'))
  expect(await reasonOf(photos)).toEqual(left('failover to replica, Origin Shield in eu-west-2'))
})

it('a config that says nothing of origins has nothing left out', () => {
  expect(targetsFor().flatMap(({ originSettings }) => originSettings)).toEqual([])
})
