import { expect, it } from 'vitest'
import { checkConfig } from '../../../../build/config.ts'
import { policiesOf } from '../../../../build/policies.ts'
import { bucketTargets, onS3 } from '../../../../deploy/verify/buckets.ts'
import type { Config } from '../../../../edge/config.ts'
import { targetsOfConfig } from './fixture-targets.ts'

it('a bucket is asked for objects as it has them: without what their paths lose', () => {
  const config: Config = {
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'us-east-1', prefix: 'site' } },
    routes: [
      { path: '/proxy-image/*', origin: 'photos', cache: {}, strip: '/proxy-image' },
      { path: '/*', origin: 'photos', cache: {} },
    ],
  }
  const objects = [
    { route: '/*', path: '/b.jpg', query: [] },
    { route: '/proxy-image/*', path: '/proxy-image/a.jpg', query: [] },
  ]
  const policies = policiesOf(checkConfig(config, 'a config'))
  expect(bucketTargets(policies, targetsOfConfig(config), objects, onS3)).toMatchObject([
    { name: 'photos', paths: ['/a.jpg', '/b.jpg'], origin: { s3: { prefix: '/site' } } },
  ])
})

it('a bucket that another fails over to is asked as well, below its own prefix', () => {
  const config: Config = {
    domains: ['cdn.example.com'],
    origins: {
      photos: { bucket: 'example-photos', region: 'us-east-1', failover: 'replica' },
      replica: { bucket: 'example-replica', region: 'us-west-2', prefix: 'copy' },
      unused: { bucket: 'example-unused', region: 'us-west-2' },
    },
    routes: [{ path: '/*', origin: 'photos', cache: {} }],
  }
  const objects = [{ route: '/*', path: '/b.jpg', query: [] }]
  const policies = policiesOf(checkConfig(config, 'a config'))
  expect(bucketTargets(policies, targetsOfConfig(config), objects, onS3)).toMatchObject([
    { name: 'photos', paths: ['/b.jpg'] },
    { name: 'replica', paths: ['/b.jpg'], origin: { s3: { prefix: '/copy' } } },
  ])
})
