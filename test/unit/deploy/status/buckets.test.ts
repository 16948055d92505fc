import { describe, expect, it } from 'vitest'
import type { BucketStatus } from '../../../../deploy/status/buckets.ts'
import { s3Error } from '../../../aws/buckets.ts'
import { configOf, ID } from '../../../aws/fixture.ts'
import type { MemoryAws } from '../../../aws/memory-aws.ts'
import type { Bucket } from '../../../aws/state.ts'
import { type Scene, scene, useBundles } from '../attach/scene.ts'

const bundles = useBundles()

const BUCKET = 'example-photos'
const ROLE = `arn:aws:iam::111122223333:role/rimlight-${ID}-lambda`
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
const DISTRIBUTION = `arn:aws:cloudfront::111122223333:distribution/${ID}`

const bucketOf = ({ buckets }: MemoryAws): Bucket => buckets.get(BUCKET) as Bucket

/** What `status --json` says of the one bucket, and its exit code, once everything is attached. */
async function told(change: (aws: MemoryAws) => void): Promise<BucketStatus & { code: number; scene: Scene }> {
  const made = await scene(bundles)
  await made.attach()
  made.aws.mutations.length = 0
  change(made.aws)
  const { code, stdout } = await made.status(['--json'])
  expect(made.aws.mutations).toEqual([])
  const { buckets, state, drift } = JSON.parse(stdout)
  expect(drift).toEqual([])
  expect(state).toBe('attached')
  expect(buckets).toHaveLength(1)
  return { ...buckets[0], code, scene: made }
}

const policyOf = (...statements: object[]): string => JSON.stringify({ Version: '2012-10-17', Statement: statements })

const allowed = (aws: MemoryAws): object => JSON.parse(bucketOf(aws).policy ?? '').Statement[0]

it('a bucket that lets the distribution read', async () => {
  const { code, scene: made, ...status } = await told(() => {})
  expect(code).toBe(0)
  expect(status).toEqual({
    bucket: BUCKET,
    region: 'us-east-1',
    origins: ['photos'],
    isReadable: true,
    problems: [],
    notes: [],
  })
  expect((await made.status()).stdout).toContain('\nBucket example-photos in us-east-1\n    may be read\n')
})

describe('a policy that keeps the distribution out is named', () => {
  const expected = `expected a bucket policy that allows s3:GetObject of site/* to distribution ${ID}`
  const remedy = 'every object looks as if it were missing. `rimlight template` has the statement in its output'

  it.each<[string, (aws: MemoryAws) => string | null, string]>([
    ['none', () => null, `${expected}, found none: ${remedy}`],
    [
      'of another distribution',
      (aws) => (bucketOf(aws).policy ?? '').replace(ID, 'EOTHER'),
      `${expected}, found that it allows it to arn:aws:cloudfront::111122223333:distribution/EOTHER: ${remedy}`,
    ],
    [
      'for another prefix',
      (aws) => (bucketOf(aws).policy ?? '').replace(`${BUCKET}/*`, `${BUCKET}/old/*`),
      `${expected}, found none: ${remedy}`,
    ],
    [
      'that denies what comes through no endpoint',
      (aws) =>
        policyOf(allowed(aws), {
          Sid: 'OurNetworkAlone',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: `arn:aws:s3:::${BUCKET}/*`,
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-1a2b3c4d' } },
        }),
      `${expected}, found that its statement OurNetworkAlone denies it: ${remedy}`,
    ],
  ])('%s', async (_, policy, problem) => {
    const {
      code,
      isReadable,
      problems,
      scene: made,
    } = await told((aws) => {
      bucketOf(aws).policy = policy(aws)
    })
    expect(code).toBe(1)
    expect(isReadable).toBe(false)
    expect(problems[0]).toBe(problem)
    expect((await made.status()).stdout).toContain(`    may not be read\n  ! ${problem}\n`)
  })

  it('the role that makes renditions, too', async () => {
    const { problems } = await told((aws) => {
      const deny = {
        Sid: 'NotTheRole',
        Effect: 'Deny',
        Principal: { AWS: ROLE },
        Action: 's3:Get*',
        Resource: `arn:aws:s3:::${BUCKET}/site/*`,
      }
      bucketOf(aws).policy = policyOf(allowed(aws), deny)
    })
    expect(problems).toEqual([
      'expected a bucket policy that does not deny s3:GetObject of site/* to the role of origin-response, found that its statement NotTheRole does: renditions stay originals, reason=source-error',
    ])
  })

  it('what depends on what is not known is said', async () => {
    const { code, isReadable, notes } = await told((aws) => {
      const condition = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } }
      bucketOf(aws).policy = policyOf({ ...allowed(aws), Condition: condition })
    })
    expect([code, isReadable]).toEqual([0, null])
    expect(notes).toEqual([`${expected}, found that it depends on its statement AllowCloudFrontServicePrincipal`])
  })
})

describe('where the bucket is', () => {
  it('another region than the config says', async () => {
    const { code, problems } = await told((aws) => {
      bucketOf(aws).region = 'eu-west-1'
    })
    expect(code).toBe(1)
    expect(problems).toEqual([
      'expected it in us-east-1, found it in eu-west-1: CloudFront signs for us-east-1, and S3 refuses that for a bucket elsewhere: every object looks as if it were missing. Set the region and the bucket of the origin photos right.',
    ])
  })

  it('nowhere', async () => {
    const { problems } = await told((aws) => {
      aws.buckets.clear()
    })
    expect(problems).toEqual(['expected a bucket of this name, found none: every object looks as if it were missing'])
  })
})

describe('a key of KMS', () => {
  const decrypt = (principal: object, condition: object = {}): object => ({
    Effect: 'Allow',
    Principal: principal,
    Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
    Resource: '*',
    Condition: condition,
  })
  const cloudFront = decrypt(
    { Service: 'cloudfront.amazonaws.com' },
    { StringEquals: { 'AWS:SourceArn': DISTRIBUTION } },
  )
  const account = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:aws:iam::111122223333:root' },
    Action: 'kms:*',
    Resource: '*',
  }
  const role = decrypt({ AWS: ROLE })
  const encryptedWith =
    (policy: string, key: object = {}) =>
    (aws: MemoryAws) => {
      bucketOf(aws).key = { name: 'alias/photos', algorithm: 'aws:kms' }
      aws.keys.set('alias/photos', { arn: KEY, isManaged: false, state: 'Enabled', policy, ...key })
    }
  const newObjects = 'New objects of the bucket look as if they were missing'

  it('that lets both decrypt', async () => {
    expect(await told(encryptedWith(policyOf(cloudFront, role)))).toMatchObject({ isReadable: true, notes: [] })
  })

  it('that does not know the distribution', async () => {
    const { code, problems } = await told(encryptedWith(policyOf(account, role)))
    expect(code).toBe(1)
    expect(problems).toEqual([
      `expected a policy of the key ${KEY} that allows kms:Decrypt to distribution ${ID}, found none: ${newObjects}. Developer Guide, "Restrict access to an Amazon S3 origin", "SSE-KMS", has the statement`,
    ])
  })

  it('that leaves the role to IAM', async () => {
    const { code, notes } = await told(encryptedWith(policyOf(account, cloudFront)))
    expect(code).toBe(0)
    expect(notes).toEqual([
      `the key ${KEY} leaves it to IAM whether the role of origin-response may kms:Decrypt: give the role that in a policy of its own; without it renditions stay originals, reason=source-error`,
    ])
  })

  it('that does not know the role', async () => {
    const { problems } = await told(encryptedWith(policyOf(cloudFront)))
    expect(problems).toEqual([
      `expected a policy of the key ${KEY} that allows kms:Decrypt to the role of origin-response, found none: without it renditions stay originals, reason=source-error`,
    ])
  })

  it("that is AWS's own, named or not", async () => {
    const { problems } = await told((aws) => {
      bucketOf(aws).key = { algorithm: 'aws:kms:dsse' }
      aws.keys.set('alias/aws/s3', { arn: KEY, isManaged: true, state: 'Enabled', policy: '{}' })
    })
    expect(problems).toEqual([
      `expected a key of KMS whose policy can allow kms:Decrypt to distribution ${ID}, found ${KEY}, which is AWS's own: its policy can't be changed. ${newObjects}; take a key of your own, or SSE-S3`,
    ])
  })

  it.each([
    ['disabled', { state: 'Disabled' }, `expected the key ${KEY} to be enabled, found Disabled`],
    ['gone', null, 'expected the key alias/photos in us-east-1, found none'],
  ])('that is %s', async (_, key, problem) => {
    const { problems } = await told((aws) => {
      encryptedWith(policyOf(cloudFront, role), key ?? {})(aws)
      if (key === null) aws.keys.clear()
    })
    expect(problems).toEqual([`${problem}: every object looks as if it were missing`])
  })
})

describe('what may not be looked at is said, and no failure', () => {
  it.each([
    ['s3:ListBucket', 'whether it is there, and where'],
    ['s3:GetBucketPolicy', 'whether its policy lets the distribution read'],
    ['s3:GetEncryptionConfiguration', 'whether a key of KMS keeps the distribution from reading'],
    ['kms:DescribeKey', 'whether the key alias/photos lets the distribution decrypt'],
    ['kms:GetKeyPolicy', 'whether the key alias/photos lets the distribution decrypt'],
  ])('%s', async (action, what) => {
    const { code, isReadable, problems, notes } = await told((aws) => {
      bucketOf(aws).key = { name: 'alias/photos', algorithm: 'aws:kms' }
      const policy = policyOf({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' })
      aws.keys.set('alias/photos', { arn: KEY, isManaged: false, state: 'Enabled', policy })
      aws.before = (called) => {
        if (called === action) throw s3Error('AccessDenied', 403)
      }
    })
    expect([code, isReadable, problems]).toEqual([0, null, []])
    expect(notes).toEqual([`not known ${what}: whoever runs this may not ${action}`])
  })
})

describe('who reads', () => {
  const withoutControl = (aws: MemoryAws, identity: string) => {
    for (const origin of configOf(aws).Origins?.Items ?? []) {
      if (!origin.OriginAccessControlId) continue
      origin.OriginAccessControlId = ''
      origin.S3OriginConfig = { OriginAccessIdentity: identity }
    }
  }

  it('an origin access identity, by its ARN', async () => {
    const arn = 'arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E127EXAMPLE'
    const open = (aws: MemoryAws) => ({ ...allowed(aws), Principal: { AWS: arn }, Condition: {} })
    const status = await told((aws) => {
      withoutControl(aws, 'origin-access-identity/cloudfront/E127EXAMPLE')
      bucketOf(aws).policy = policyOf(open(aws))
    })
    expect(status).toMatchObject({ isReadable: true, problems: [] })
  })

  it('nobody but the public', async () => {
    const { isReadable, notes } = await told((aws) => withoutControl(aws, ''))
    expect(isReadable).toBe(null)
    expect(notes).toEqual(['no origin access control or identity reads it: it has to be public'])
  })
})
