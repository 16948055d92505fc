/**
 * The distribution's origins: one for each in the config, and a second one without OAC where presigned URLs go through.
 */
import {
  CfnCloudFrontOriginAccessIdentity,
  type CfnDistribution,
  CfnOriginAccessControl,
} from 'aws-cdk-lib/aws-cloudfront'
import type { Construct } from 'constructs'
import { type DescribedGroup, type DescribedOrigin, ORIGIN_PROTOCOL } from '../../bundle/distribution.ts'
import type { Behaviour } from '../../bundle/policies.ts'
import type { OriginAccess, OriginHeaders } from './inputs.ts'

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

export const originResources = (
  origins: readonly DescribedOrigin[],
  reader: Reader | undefined,
  values: OriginHeaders,
): CfnDistribution.OriginProperty[] =>
  origins.map((origin) => {
    const { id, domainName, originPath, access, shield } = origin
    const customHeaders = customHeadersOf(origin, values)
    const common = {
      id,
      domainName,
      ...(originPath === '' ? {} : { originPath }),
      ...(customHeaders.length > 0 ? { originCustomHeaders: customHeaders } : {}),
      ...(shield === null ? {} : { originShield: { enabled: true, originShieldRegion: shield } }),
    }
    if (access === 'none') return { ...common, customOriginConfig: HTTPS_ORIGIN }
    if (access === 'presigned' || !reader) return { ...common, s3OriginConfig: NO_IDENTITY }
    return reader.kind === 'control'
      ? { ...common, s3OriginConfig: NO_IDENTITY, originAccessControlId: reader.id }
      : { ...common, s3OriginConfig: { originAccessIdentity: `origin-access-identity/cloudfront/${reader.id}` } }
  })

function customHeadersOf({ name, headers }: DescribedOrigin, values: OriginHeaders) {
  return headers.map((headerName): CfnDistribution.OriginCustomHeaderProperty => {
    const headerValue = values[name]?.[headerName]
    if (headerValue === undefined)
      throw new Error(`expected a value for the header ${headerName} of the origin ${name}`)
    return { headerName, headerValue }
  })
}

export const groupResources = (groups: readonly DescribedGroup[]): CfnDistribution.OriginGroupsProperty => ({
  quantity: groups.length,
  items: groups.map(({ id, members, statuses }) => ({
    id,
    failoverCriteria: { statusCodes: { quantity: statuses.length, items: [...statuses] } },
    members: { quantity: members.length, items: members.map((originId) => ({ originId })) },
  })),
})

/** An origin with this, empty though it is, is an S3 origin. */
const NO_IDENTITY = { originAccessIdentity: '' }

const HTTPS_ORIGIN = {
  originProtocolPolicy: ORIGIN_PROTOCOL.policy,
  originSslProtocols: [...ORIGIN_PROTOCOL.tls],
  httpsPort: ORIGIN_PROTOCOL.port,
}
