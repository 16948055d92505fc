import { describe, expect, it } from 'vitest'
import { InputError } from '../../../../base/errors.ts'
import type { Config, Route } from '../../../../edge/config.ts'
import { bundleOf, CONFIG } from './bundles.ts'
import { joined, plain, resourcesOf, templateFor } from './templates.ts'

const READER = {
  Principal: { Service: 'cloudfront.amazonaws.com' },
  Condition: {
    StringEquals: { 'aws:SourceArn': 'arn:aws:cloudfront::<AWS::AccountId>:distribution/<Distribution>' },
  },
}
const ROLE = { Principal: { AWS: '<OriginResponseRole.Arn>' } }

const statements = (bucket: string, reader: object = READER) => [
  { Sid: 'RimlightRead<Distribution>', Effect: 'Allow', ...reader, Action: 's3:GetObject', Resource: [`${bucket}/*`] },
  { Sid: 'RimlightImages<Distribution>', Effect: 'Allow', ...ROLE, Action: 's3:GetObject', Resource: [`${bucket}/*`] },
  {
    Sid: 'RimlightNeverRead<Distribution>',
    Effect: 'Deny',
    ...reader,
    Action: 's3:*',
    Resource: [`${bucket}/projects/*`],
  },
  {
    Sid: 'RimlightNeverImages<Distribution>',
    Effect: 'Deny',
    ...ROLE,
    Action: 's3:*',
    Resource: [`${bucket}/projects/*`],
  },
  {
    Sid: 'RimlightHttpsOnly<Distribution>',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: [bucket, `${bucket}/*`],
    Condition: { Bool: { 'aws:SecureTransport': 'false' } },
  },
]

const PRIVATE = {
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
}

describe('buckets that exist', () => {
  const template = templateFor(bundleOf(CONFIG))
  const outputOf = (from: typeof template) => from.toJSON().Outputs.ExamplePhotosBucketPolicy

  it('are left alone: what their policy needs is an output, to be merged', () => {
    const { Description, Value } = outputOf(template)
    expect(Description).toBe(
      'To be merged into the policy of the bucket example-photos, which should block public access.',
    )
    expect(JSON.parse(joined(Value))).toEqual({
      Version: '2012-10-17',
      Statement: statements('arn:aws:s3:::example-photos'),
    })
    expect(resourcesOf(template, 'AWS::S3::Bucket').map(({ id }) => id)).toEqual(['AccessLogs'])
    expect(resourcesOf(template, 'AWS::S3::BucketPolicy').map(({ id }) => id)).toEqual(['AccessLogsPolicy'])
  })

  it('let an identity read in the place of the distribution', () => {
    const created = templateFor(bundleOf(CONFIG), { originAccess: { kind: 'identity' } })
    expect(JSON.parse(joined(outputOf(created).Value)).Statement).toEqual(
      statements('arn:aws:s3:::example-photos', {
        Principal: { CanonicalUser: '<OriginAccessIdentity.S3CanonicalUserId>' },
      }),
    )
    created.hasOutput('OriginAccessIdentityId', { Value: { Ref: 'OriginAccessIdentity' } })

    const existing = templateFor(bundleOf(CONFIG), {
      originAccess: { kind: 'existing-identity', id: 'E2QWRUHAPOMQZL' },
    })
    expect(JSON.parse(joined(outputOf(existing).Value)).Statement).toEqual(
      statements('arn:aws:s3:::example-photos', {
        Principal: { AWS: 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2QWRUHAPOMQZL' },
      }),
    )
  })

  it('have an output each, whatever they are called', () => {
    const bucket = (name: string) => ({ bucket: name, region: 'eu-central-1' })
    const config: Config = {
      domains: ['cdn.example.com'],
      origins: { a: bucket('a-photos'), b: bucket('a.photos'), c: bucket('aphotos') },
      routes: [
        { path: '/b/*', origin: 'b', cache: {} },
        { path: '/c/*', origin: 'c', cache: {} },
        { path: '/*', origin: 'a', cache: {} },
      ],
    }
    const ids = Object.keys(templateFor(bundleOf(config)).toJSON().Outputs).filter((id) => id.endsWith('BucketPolicy'))
    expect(ids).toEqual(['APhotosBucketPolicy', 'Aphotos2BucketPolicy', 'APhotos3BucketPolicy'])
  })
})

describe('buckets that the stack creates', () => {
  const template = templateFor(bundleOf(CONFIG), { buckets: 'created' })

  it('are private, and outlive it', () => {
    const bucket = template.findResources('AWS::S3::Bucket').ExamplePhotosBucket
    expect(bucket).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketName: 'example-photos',
        ...PRIVATE,
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      },
    })
    expect(Object.keys(template.toJSON().Outputs).filter((id) => id.endsWith('BucketPolicy'))).toEqual([])
  })

  it('have the policy', () => {
    const { properties } = resourcesOf(template, 'AWS::S3::BucketPolicy').find(({ id }) =>
      id.startsWith('ExamplePhotos'),
    ) as { properties: object }
    expect(plain(properties)).toEqual({
      Bucket: '<ExamplePhotosBucket>',
      PolicyDocument: { Version: '2012-10-17', Statement: statements('<ExamplePhotosBucket.Arn>') },
    })
  })

  it('are in us-east-1, or are not created', () => {
    const config: Config = {
      ...CONFIG,
      origins: { ...CONFIG.origins, photos: { bucket: 'example-photos', region: 'eu-central-1' } },
    }
    expect(() => templateFor(bundleOf(config), { buckets: 'created' })).toThrow(
      new InputError(
        'a stack in us-east-1 creates buckets in us-east-1 alone, and example-photos is in eu-central-1; create these in their regions, and merge the policies that the stack gives as outputs into theirs',
        { code: 'wrong-region', expected: 'buckets in us-east-1', found: 'example-photos is in eu-central-1' },
      ),
    )
  })
})

it('the bucket of access logs is private, and refuses plain HTTP', () => {
  const template = templateFor(bundleOf(CONFIG))
  template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', Properties: PRIVATE })
  expect(plain(resourcesOf(template, 'AWS::S3::BucketPolicy')[0]?.properties)).toMatchObject({
    Bucket: '<AccessLogs>',
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: ['<AccessLogs.Arn>', '<AccessLogs.Arn>/*'],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  })
})

it('a policy that is too long for S3 is refused before anything is made of it', () => {
  const route = (index: number): Route => ({
    path: `/${'long-'.repeat(48)}${index}/*`,
    origin: 'photos',
    cache: 'never',
  })
  const config: Config = {
    ...CONFIG,
    routes: [...Array.from({ length: 40 }, (_, index) => route(index)), { path: '/*', origin: 'photos', cache: {} }],
  }
  expect(() => templateFor(bundleOf(config))).toThrow(
    /^the policy of the bucket example-photos takes [\d,]+ bytes, S3 allows 20,480; give routes of it fewer or shorter paths$/,
  )
})
