/** What policies of buckets say for tenants, and what the functions' role may read. */
import { describe, expect, it } from 'vitest'
import { permissionsOf } from '../../../deploy/attach/role.ts'
import type { Config } from '../../../edge/config.ts'
import { tenantBucketPolicies } from '../../../tenants/bucket-policy.ts'
import { bundleOfTenants } from '../../../tenants/shard.ts'
import { tenantSite } from '../../../tenants/site.ts'
import { bundleOf } from '../deploy/template/bundles.ts'

const CONFIG: Config = {
  domains: ['sites.example.com'],
  origins: { sites: { bucket: 'example-sites', region: 'us-east-1', prefix: 'site' } },
  routes: [
    { path: '/drafts/*', origin: 'sites', cache: 'never' },
    { path: '/files/*', origin: 'sites', cache: {} },
    { path: '/*', origin: 'sites', cache: {}, images: true, placeholder: 'shown/missing.png' },
  ],
}

const IDENTITY = { account: '111122223333', partition: 'aws' } as Parameters<typeof tenantBucketPolicies>[2]
const policiesOf = (options = {}, shards = 1) =>
  tenantBucketPolicies(tenantSite(bundleOf(CONFIG), { name: 'web', ...options }), shards, IDENTITY)

describe('a bucket’s policy', () => {
  it('lets CloudFront read below the prefixes of tenants, and the functions the originals of images', () => {
    const [{ bucket, policy } = { bucket: '', policy: { Statement: [] } }, ...more] = policiesOf()
    expect([bucket, more]).toEqual(['example-sites', []])
    const cloudFront = {
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': '111122223333' },
        ArnLike: { 'aws:SourceArn': 'arn:aws:cloudfront::111122223333:distribution/*' },
      },
    }
    const functions = { Principal: { AWS: ['arn:aws:iam::111122223333:role/rimlight-web-1-lambda'] } }
    const arn = 'arn:aws:s3:::example-sites'
    const drafts = [`${arn}/tenants/*/site/drafts/*`]
    expect(policy.Statement).toEqual([
      {
        Sid: 'RimlightReadTenants',
        Effect: 'Allow',
        ...cloudFront,
        Action: 's3:GetObject',
        Resource: [`${arn}/tenants/*/site/*`],
      },
      {
        Sid: 'RimlightImagesTenants',
        Effect: 'Allow',
        ...functions,
        Action: 's3:GetObject',
        Resource: expect.arrayContaining([`${arn}/tenants/*/site/*`, `${arn}/shown/missing.png`]),
      },
      { Sid: 'RimlightNeverReadTenants', Effect: 'Deny', ...cloudFront, Action: 's3:*', Resource: drafts },
      { Sid: 'RimlightNeverImagesTenants', Effect: 'Deny', ...functions, Action: 's3:*', Resource: drafts },
      {
        Sid: 'RimlightHttpsOnlyTenants',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ])
  })

  it('has a role for each group of dedicated tenants, and keys below nothing', () => {
    const text = JSON.stringify(policiesOf({ keyPrefix: '' }, 2))
    expect(text).toContain('role/rimlight-web-1-lambda","arn:aws:iam::111122223333:role/rimlight-web-2-lambda')
    expect(text).toContain('"arn:aws:s3:::example-sites/*/site/*"')
  })
})

it('the functions’ role may read what is below the prefixes, and the placeholder, which is one for all', () => {
  const site = tenantSite(bundleOf(CONFIG), { name: 'web' })
  const text = JSON.stringify(permissionsOf('web-1', IDENTITY, bundleOfTenants(site)))
  expect(text).toContain('["arn:aws:s3:::example-sites/shown/missing.png","arn:aws:s3:::example-sites/tenants/*"]')
})
