import { expect, it } from 'vitest'
import { warningsOf } from '../../../build/warnings.ts'
import { settingsWith } from './settings.ts'

const jwt = { type: 'jwt', algorithms: ['HS256'] }
const warnings = (route: number, auth: unknown) => warningsOf(settingsWith({ [`routes[${route}].auth`]: auth }))

it('is silent without auth, and where tokens open no more than a path says', () => {
  expect(warningsOf(settingsWith())).toEqual([])
  expect(warnings(2, { ...jwt, path: 'paths' })).toEqual([])
})

it('says that an origin may not know the host of viewers', () => {
  expect(warningsOf(settingsWith({ 'routes[1].cache': {}, 'routes[1].headers': ['Host', 'x-a'] }))).toEqual([
    "routes[1] (/api/*): headers names host, so the origin is sent the viewer's in the place of its own; API Gateway, Lambda function URLs and S3 answer that with 403",
  ])
})

it('says what a token opens that is bound to no path, lasts, or is in the key', () => {
  expect(warnings(2, jwt)).toEqual([
    'routes[2] (/*): auth.path names no claim, so whoever has any valid token reads all of it',
  ])
  expect(warnings(2, { ...jwt, path: 'paths', exp: 'optional' })).toEqual([
    "routes[2] (/*): auth.exp is 'optional', so a token without exp opens it until its key is removed",
  ])
  expect(warnings(1, { ...jwt, path: 'paths', forward: true })).toEqual([
    'routes[1] (/api/*): auth.forward puts the token in the cache key: each token has cache entries of its own',
  ])
  const never = settingsWith({ 'routes[1].cache': 'never', 'routes[1].auth': { ...jwt, path: 'paths', forward: true } })
  expect(warningsOf(never)).toEqual([])
  expect(warnings(2, { ...jwt, path: 'paths', from: ['query:token', 'cookie:token'] })).toEqual([
    "routes[2] (/*): auth.from has 'query:token': what is in a query is in CloudFront's access logs, in histories and in referrers",
  ])
})

it('says which methods an API loses by failover, and which routes of a bucket have none', () => {
  const mirror = { bucket: 'example-mirror', region: 'us-west-2' }
  expect(warningsOf(settingsWith({ 'origins.photos.failover': 'mirror', 'origins.mirror': mirror }))).toEqual([
    'routes[0] (/drafts/*): presigned URLs are for one bucket, so nothing fails over here to mirror',
  ])
  const spare = { 'origins.api.failover': 'spare', 'origins.spare': { domain: 'spare.example.com' } }
  expect(warningsOf(settingsWith(spare))).toEqual([
    'routes[1] (/api/*): api fails over, and with that CloudFront takes GET, HEAD and OPTIONS alone: others get 403. A route for them needs the same domain as an origin of another name, without failover',
  ])
})

it('says that a region is not known for Origin Shield', () => {
  expect(warningsOf(settingsWith({ 'origins.photos.shield': 'eu-west-1' }))).toEqual([])
  expect(warningsOf(settingsWith({ 'origins.api.shield': 'eu-west-3' }))).toEqual([
    'origins.api.shield: eu-west-3 is none of the AWS Regions that are known to have Origin Shield',
  ])
})
