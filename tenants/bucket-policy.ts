/** What policies of buckets have to say, so that CloudFront and the functions may read what tenants have, and nobody else. */
import type { Identity } from '../deploy/attach/distribution.ts'
import { roleName } from '../deploy/attach/names.ts'
import { httpsOnly, policyDocument } from '../deploy/aws/iam.ts'
import { resourceText } from '../deploy/aws/key-pattern.ts'
import { bucketAccess } from '../deploy/template/bucket-access.ts'
import { shardName, type TenantSite } from './site.ts'

export type TenantBucketPolicy = { bucket: string; policy: { Version: string; Statement: object[] } }

/**
 * One for each bucket. CloudFront may read in the name of any distribution of the account: each build of a site has another
 * multi-tenant one, each dedicated tenant its own, and who makes distributions in the account decides about their origins
 * anyway.
 * @param shards how many groups of tenants there are, each with a role of its own
 */
export function tenantBucketPolicies(site: TenantSite, shards: number, identity: Identity): TenantBucketPolicy[] {
  const { account, partition } = identity
  const { settings } = site.bundle
  const placeholders = settings.routes.flatMap(({ placeholder }) =>
    placeholder ? [resourceText({ prefix: placeholder, pattern: '' })] : [],
  )
  const ofTenants = `${site.keyPrefix === '' ? '' : `${site.keyPrefix}/`}*/`
  const cloudFront = {
    Principal: { Service: 'cloudfront.amazonaws.com' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': account },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudfront::${account}:distribution/*` },
    },
  }
  const roles = Array.from(
    { length: shards },
    (_, index) => `arn:${partition}:iam::${account}:role/${roleName(shardName(site, index + 1))}`,
  )
  const functions = { Principal: { AWS: roles } }
  return bucketAccess(site.bundle).map(({ bucket, read, images, never }) => {
    const arn = `arn:${partition}:s3:::${bucket}`
    // A placeholder is one key of the bucket for all tenants.
    const resources = (keys: readonly string[]) =>
      keys.map((key) => `${arn}/${placeholders.includes(key) ? '' : ofTenants}${key}`)
    const sid = (name: string) => `Rimlight${name}Tenants`
    const statement = (name: string, Effect: 'Allow' | 'Deny', who: object, keys: readonly string[]) =>
      keys.length === 0
        ? []
        : [
            {
              Sid: sid(name),
              Effect,
              ...who,
              Action: Effect === 'Allow' ? 's3:GetObject' : 's3:*',
              Resource: resources(keys),
            },
          ]
    return {
      bucket,
      policy: policyDocument<object>([
        ...statement('Read', 'Allow', cloudFront, read),
        ...statement('Images', 'Allow', functions, images),
        ...statement('NeverRead', 'Deny', cloudFront, never),
        ...statement('NeverImages', 'Deny', functions, never),
        httpsOnly(sid('HttpsOnly'), 's3:*', [arn, `${arn}/*`]),
      ]),
    }
  })
}
