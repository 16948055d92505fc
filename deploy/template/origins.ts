/**
 * The distribution's origins: one for each in the config, and a second one without OAC where presigned URLs go through.
 */
import {
  CfnCloudFrontOriginAccessIdentity,
  type CfnDistribution,
  CfnOriginAccessControl,
} from 'aws-cdk-lib/aws-cloudfront'
import type { Construct } from 'constructs'
import type { Behaviour, Policies } from '../../bundle/policies.ts'
import type { OriginAccess } from './inputs.ts'

/** How CloudFront reads buckets, as the origins and as bucket policies put it. */
export type Reader =
  | { kind: 'control'; id: string }
  /** `principal`: of the identity in a bucket policy. */
  | { kind: 'identity'; id: string; principal: object }

/** @returns `undefined` where no origin is a bucket that CloudFront reads itself */
export function bucketReader(
  scope: Construct,
  name: string,
  access: OriginAccess,
  behaviours: readonly Behaviour[],
): Reader | undefined {
  if (!behaviours.some(({ originAccessControl }) => originAccessControl)) return undefined
  if (access.kind === 'control') {
    const { attrId } = new CfnOriginAccessControl(scope, 'OriginAccessControl', {
      originAccessControlConfig: {
        name: `${name}-buckets`,
        originAccessControlOriginType: 's3',
        signingBehavior: 'always',
        signingProtocol: 'sigv4',
      },
    })
    return { kind: 'control', id: attrId }
  }
  if (access.kind === 'existing-identity') {
    const user = `arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity ${access.id}`
    return { kind: 'identity', id: access.id, principal: { AWS: user } }
  }
  const identity = new CfnCloudFrontOriginAccessIdentity(scope, 'OriginAccessIdentity', {
    cloudFrontOriginAccessIdentityConfig: { comment: `${name}: Rimlight` },
  })
  return { kind: 'identity', id: identity.ref, principal: { CanonicalUser: identity.attrS3CanonicalUserId } }
}

/** The two prefixes keep the ids apart, whatever the config calls its origins. */
export const originId = ({ origin, originAccessControl }: Behaviour, { origins }: Policies): string =>
  origins[origin]?.s3 && !originAccessControl ? `presigned-${origin}` : `origin-${origin}`

export function originResources(policies: Policies, reader: Reader | undefined): CfnDistribution.OriginProperty[] {
  const byId = new Map(policies.behaviours.map((behaviour) => [originId(behaviour, policies), behaviour]))
  return [...byId].map(([id, behaviour]) => {
    const { domainName, originPath, s3 } = policies.origins[behaviour.origin] as Policies['origins'][string]
    const common = { id, domainName, ...(originPath === '' ? {} : { originPath }) }
    if (!s3) return { ...common, customOriginConfig: HTTPS_ORIGIN }
    if (!behaviour.originAccessControl || !reader) return { ...common, s3OriginConfig: NO_IDENTITY }
    return reader.kind === 'control'
      ? { ...common, s3OriginConfig: NO_IDENTITY, originAccessControlId: reader.id }
      : { ...common, s3OriginConfig: { originAccessIdentity: `origin-access-identity/cloudfront/${reader.id}` } }
  })
}

/** An origin with this, empty though it is, is an S3 origin. */
const NO_IDENTITY = { originAccessIdentity: '' }

const HTTPS_ORIGIN = { originProtocolPolicy: 'https-only', originSslProtocols: ['TLSv1.2'], httpsPort: 443 }
