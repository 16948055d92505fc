import { checkConfig } from '../../../../build/config.ts'
import { policiesOf } from '../../../../build/policies.ts'
import { type CheckTarget, checkTargets } from '../../../../deploy/verify/check-target.ts'
import type { Answer } from '../../../../deploy/verify/http.ts'
import type { Config, Route } from '../../../../edge/config.ts'

export const targetsOfConfig = (config: Config): CheckTarget[] => {
  const settings = checkConfig(config, 'edge.config.json')
  return checkTargets({ settings, policies: policiesOf(settings), folder: 'dist' })
}

/** Places of routes before `/*`, and of that; all of one bucket but `/api`'s. */
export const targetsFor = (...routes: Partial<Route>[]): CheckTarget[] =>
  targetsOfConfig({
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'us-east-1' }, api: { domain: 'api.example.com' } },
    routes: [...routes, { path: '/*' }].map((route) => ({ path: '/*', origin: 'photos', cache: {}, ...route })),
  })

export const answerOf = (parts: Partial<Answer> = {}): Answer => ({
  method: 'GET',
  target: '/',
  sent: {},
  status: 200,
  headers: [['x-cache', 'Miss from cloudfront']],
  bytes: 0,
  beginning: Buffer.alloc(0),
  ...parts,
})
