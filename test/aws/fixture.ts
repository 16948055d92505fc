/** A bundle and a distribution that fit each other, and the commands run on them. */
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CacheBehavior, DefaultCacheBehavior, DistributionConfig } from '@aws-sdk/client-cloudfront'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { lambdasOf } from '../../bundle/manifest.ts'
import type { Behaviour, Policies } from '../../bundle/policies.ts'
import type { Main } from '../../cli/kit/command.ts'
import type { Dependencies } from '../../deploy/attach/aws-clients.ts'
import type { Config } from '../../edge/config.ts'
import { output } from '../unit/cli/kit/fixture-output.ts'
import { ACCOUNT, MemoryAws } from './memory-aws.ts'

export const ID = 'EDFDVBD6EXAMPLE'

export const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1', prefix: 'site' },
    api: { domain: 'api.example.com', path: '/prod' },
  },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/api/*', origin: 'api', cache: { default: '60s' }, query: ['page', 'term'], headers: ['authorization'] },
    { path: '/*', origin: 'photos', cache: { default: '24h' }, images: true, cors: { origins: '*' } },
  ],
  headers: { dropRequest: ['x-debug'] },
}

/** The zips of a bundle become small ones, since nobody runs them here; `text` makes another build of it. */
export async function shrink(dist: string, text: string): Promise<void> {
  const path = join(dist, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  for (const name of lambdasOf(manifest)) {
    const artefact = manifest.artefacts[name]
    const content = Buffer.from(`${name} ${text}`)
    await writeFile(join(dist, artefact.file), content)
    artefact.sha256 = createHash('sha256').update(content).digest('hex')
    artefact.codeSha256 = createHash('sha256').update(content).digest('base64')
  }
  await writeFile(path, JSON.stringify(manifest))
}

/** Another viewer-request function, that does the same. */
export async function changeFunction(dist: string): Promise<void> {
  const path = join(dist, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8'))
  const artefact = manifest.artefacts['viewer-request']
  const content = `${await readFile(join(dist, artefact.file), 'utf8')}\n// another\n`
  await writeFile(join(dist, artefact.file), content)
  artefact.sha256 = createHash('sha256').update(content).digest('hex')
  await writeFile(path, JSON.stringify(manifest))
}

export const idOf = (name: string): string => `id-of-${name}`

/** An account with the distribution that a bundle's policies describe. */
export function accountWith(policies: Policies): MemoryAws {
  const aws = new MemoryAws()
  for (const policy of policies.cachePolicies)
    aws.cachePolicies.set(idOf(policy.Name), structuredClone(policy) as never)
  for (const policy of policies.originRequestPolicies) {
    aws.originRequestPolicies.set(idOf(policy.Name), structuredClone(policy) as never)
  }
  for (const policy of policies.responseHeadersPolicies) {
    aws.responseHeadersPolicies.set(idOf(policy.Name), structuredClone(policy) as never)
  }
  for (const [group, { publicKeys }] of Object.entries(policies.keyGroups)) {
    for (const { name, encodedKey } of publicKeys) aws.publicKeys.set(idOf(name), encodedKey)
    aws.keyGroups.set(idOf(group), { Name: group, Items: publicKeys.map(({ name }) => idOf(name)) })
  }
  aws.distributions.set(ID, { config: distributionConfig(policies), etag: 'EORIGINAL', polls: 0 })
  for (const { s3 } of Object.values(policies.origins)) {
    if (s3) aws.buckets.set(s3.bucket, { region: s3.region, policy: JSON.stringify(readableBy(s3.bucket)), key: null })
  }
  return aws
}

/** Of a bucket: the statement that CloudFront's console offers. */
const readableBy = (bucket: string) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'AllowCloudFrontServicePrincipal',
      Effect: 'Allow',
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: `arn:aws:s3:::${bucket}/*`,
      Condition: { StringEquals: { 'AWS:SourceArn': `arn:aws:cloudfront::${ACCOUNT}:distribution/${ID}` } },
    },
  ],
})

/** In CloudFront's own words, with lists that are empty and lists that are not there. */
export function distributionConfig({
  behaviours,
  origins,
  domains,
  errorCachingMinimums,
}: Policies): DistributionConfig {
  const special = behaviours.slice(0, -1).map(
    (behaviour): CacheBehavior => ({
      PathPattern: behaviour.path,
      ...behaviourConfig(behaviour),
    }),
  )
  const targets = Object.entries(origins).flatMap(([name, { domainName, originPath, s3 }]) => {
    const origin = {
      Id: name,
      DomainName: domainName,
      OriginPath: originPath,
      CustomHeaders: { Quantity: 0 },
      ConnectionAttempts: 3,
      ConnectionTimeout: 10,
    }
    if (!s3) return [{ ...origin, OriginAccessControlId: '' }]
    const bucket = { ...origin, S3OriginConfig: { OriginAccessIdentity: '' } }
    return [
      { ...bucket, OriginAccessControlId: 'E2OAC' },
      { ...bucket, Id: `${name}-presigned`, OriginAccessControlId: '' },
    ]
  })
  return {
    CallerReference: 'made by hand',
    Aliases: { Quantity: domains.length, Items: [...domains] },
    DefaultRootObject: '',
    Origins: { Quantity: targets.length, Items: targets },
    OriginGroups: { Quantity: 0 },
    DefaultCacheBehavior: behaviourConfig(behaviours.at(-1) as Behaviour),
    CacheBehaviors: { Quantity: special.length, Items: special },
    CustomErrorResponses: {
      Quantity: Object.keys(errorCachingMinimums).length,
      Items: Object.entries(errorCachingMinimums).map(([status, seconds]) => ({
        ErrorCode: Number(status),
        ResponsePagePath: '',
        ResponseCode: '',
        ErrorCachingMinTTL: seconds,
      })),
    },
    Comment: 'photos',
    PriceClass: 'PriceClass_100',
    Enabled: true,
    HttpVersion: 'http2and3',
    IsIPV6Enabled: true,
    Staging: false,
  }
}

function behaviourConfig(behaviour: Behaviour): DefaultCacheBehavior {
  return {
    TargetOriginId:
      behaviour.origin + (behaviour.origin === 'photos' && !behaviour.originAccessControl ? '-presigned' : ''),
    TrustedSigners: { Enabled: false, Quantity: 0 },
    TrustedKeyGroups: {
      Enabled: behaviour.trustedKeyGroups.length > 0,
      Quantity: behaviour.trustedKeyGroups.length,
      ...(behaviour.trustedKeyGroups.length > 0 ? { Items: behaviour.trustedKeyGroups.map(idOf) } : {}),
    },
    ViewerProtocolPolicy: behaviour.viewerProtocolPolicy,
    AllowedMethods: {
      Quantity: behaviour.allowedMethods.length,
      Items: [...behaviour.allowedMethods] as never[],
      CachedMethods: { Quantity: 2, Items: ['HEAD', 'GET'] },
    },
    SmoothStreaming: false,
    Compress: behaviour.compress,
    LambdaFunctionAssociations: { Quantity: 0 },
    FunctionAssociations: { Quantity: 0 },
    FieldLevelEncryptionId: '',
    CachePolicyId: idOf(behaviour.cachePolicy),
    OriginRequestPolicyId: idOf(behaviour.originRequestPolicy),
    ResponseHeadersPolicyId: idOf(behaviour.responseHeadersPolicy),
  }
}

export const configOf = (aws: MemoryAws): DistributionConfig => aws.distributions.get(ID)?.config as DistributionConfig

/** Somebody else's update: like any, it takes CloudFront its time to deploy. */
export function changeByOthers(aws: MemoryAws, change: (config: DistributionConfig) => void): void {
  const config = structuredClone(configOf(aws))
  change(config)
  Object.assign(aws.distributions.get(ID) ?? {}, { config, etag: aws.etag(), polls: 3 })
}

/** What is somebody else's, published and ready. */
export function addForeignFunctions(aws: MemoryAws): { functionArn: string; lambdaArn: string } {
  const stage = { code: new Uint8Array(), config: { Comment: '', Runtime: 'cloudfront-js-2.0' as const }, etag: 'F' }
  aws.functions.set('rewrite', { development: stage, live: { ...stage } })
  aws.roles.set('theirs', {
    trust: JSON.stringify({
      Statement: [{ Principal: { Service: ['lambda.amazonaws.com', 'edgelambda.amazonaws.com'] } }],
    }),
    policies: new Map(),
    unknownTo: { lambda: 0, edge: 0 },
  })
  const version = {
    FunctionName: 'resize',
    Version: '7',
    State: 'Active' as const,
    Architectures: ['x86_64' as const],
    Role: `arn:aws:iam::${ACCOUNT}:role/theirs`,
    polls: 0,
  }
  aws.lambdas.set('resize', { latest: { ...version, Version: '$LATEST' }, versions: [version] })
  return {
    functionArn: `arn:aws:cloudfront::${ACCOUNT}:function/rewrite`,
    lambdaArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:resize:7`,
  }
}

export type TestDependencies = Dependencies & {
  /** Milliseconds, of each sleep. */
  slept: number[]
  questions: string[]
  abort(): void
}

/** No time passes, and a person answers what they are told to. */
export function testDependencies({
  answers = null,
  onSleep = () => {},
}: {
  answers?: boolean[] | null
  onSleep?: (dependencies: TestDependencies) => void
} = {}): TestDependencies {
  const controller = new AbortController()
  const slept: number[] = []
  const questions: string[] = []
  const config = { region: 'us-east-1' }
  const dependencies: TestDependencies = {
    slept,
    questions,
    abort: () => controller.abort(),
    clients: () => ({
      cloudfront: new CloudFrontClient(config),
      lambda: new LambdaClient(config),
      iam: new IAMClient(config),
      sts: new STSClient(config),
      s3: (region) => new S3Client({ region }),
      kms: (region) => new KMSClient({ region }),
    }),
    async sleep(milliseconds) {
      slept.push(milliseconds)
      onSleep(dependencies)
    },
    now: () => new Date('2026-11-20T12:00:00Z'),
    random: () => 1,
    ask: answers
      ? async (question) => {
          questions.push(question)
          return answers.shift() ?? false
        }
      : null,
    interrupt: () => ({ signal: controller.signal, close() {} }),
  }
  return dependencies
}

export type Ran = { code: number; stdout: string; stderr: string }

export async function run(main: Main, args: string[], isTTY = false): Promise<Ran> {
  const stdout = output()
  const stderr = output(isTTY)
  const code = await main(args, stdout, stderr)
  return { code, stdout: stdout.said(), stderr: stderr.said() }
}
