import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { describe, expect, it, onTestFinished } from 'vitest'
import { checkConfig, loadConfig } from '../../../../../build/config.ts'
import { policiesOf } from '../../../../../build/policies.ts'
import { configText } from '../../../../../cli/init/config-text.ts'
import { importedConfig } from '../../../../../cli/init/distribution/import.ts'
import { initCommand } from '../../../../../cli/init.ts'
import { accountWith, CONFIG, ID, run, testDependencies } from '../../../../aws/fixture.ts'
import { install, MemoryAws } from '../../../../aws/memory-aws.ts'
import { temporaryFolder } from '../../../local/fixture.ts'

async function init(aws: MemoryAws, args: string[] = []) {
  const mocks = install(aws)
  onTestFinished(() => mocks.restore())
  const folder = await temporaryFolder()
  const main = initCommand({ ask: null, aws: async () => testDependencies() })
  return { folder, ...(await run(main, ['--dir', folder, '--from-distribution', ID, ...args])) }
}

/** As a console makes one: nothing of Rimlight's. */
const bare = (change: Partial<DistributionConfig> = {}): DistributionConfig => ({
  CallerReference: 'by hand',
  Comment: '',
  Enabled: true,
  Origins: {
    Quantity: 1,
    Items: [{ Id: 'my bucket', DomainName: 'pictures.s3.eu-west-1.amazonaws.com', OriginAccessControlId: 'E2' }],
  },
  DefaultCacheBehavior: {
    TargetOriginId: 'my bucket',
    ViewerProtocolPolicy: 'redirect-to-https',
    CachePolicyId: 'cache',
  },
  ...change,
})

function accountOf(config: DistributionConfig): MemoryAws {
  const aws = new MemoryAws()
  aws.distributions.set(ID, { config, etag: 'E1', polls: 0 })
  aws.cachePolicies.set('cache', { Name: 'Mine', MinTTL: 1, DefaultTTL: 86_400, MaxTTL: 31_536_000 })
  return aws
}

describe('rimlight init --from-distribution', () => {
  it('of a distribution that Rimlight made, the config is the one that it was made of', async () => {
    // The prefix is no setting of the distribution's: origin-request puts it before keys.
    const photos = { bucket: 'example-photos', region: 'us-east-1' }
    const before = checkConfig({ ...CONFIG, origins: { ...CONFIG.origins, photos } }, 'a config')
    const { folder, code, stderr } = await init(accountWith(policiesOf(before)))
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const { headers: _, ...imported } = await loadConfig(join(folder, 'edge.config.ts'))
    const { headers: __, ...wanted } = before
    expect(imported).toEqual(wanted)
  })

  it('of any other, what a config can’t say stands there as comments', async () => {
    const aws = accountOf(
      bare({
        Aliases: { Quantity: 2, Items: ['*.example.com', 'img.example.com'] },
        DefaultRootObject: 'index.html',
        CustomErrorResponses: {
          Quantity: 1,
          Items: [{ ErrorCode: 404, ErrorCachingMinTTL: 60, ResponsePagePath: '/404.html', ResponseCode: '404' }],
        },
        CacheBehaviors: {
          Quantity: 1,
          Items: [
            {
              PathPattern: 'old/*',
              TargetOriginId: 'my bucket',
              ViewerProtocolPolicy: 'allow-all',
              ForwardedValues: { QueryString: true, Cookies: { Forward: 'all' } },
              MinTTL: 0,
              FunctionAssociations: {
                Quantity: 1,
                Items: [{ EventType: 'viewer-request', FunctionARN: 'arn:aws:cloudfront::1:function/rewrite' }],
              },
            },
          ],
        },
      }),
    )
    const { folder, code, stdout } = await init(aws, ['--json'])
    expect(code).toBe(0)
    expect(aws.mutations).toEqual([])
    const text = await readFile(join(folder, 'edge.config.ts'), 'utf8')
    expect(text).toContain(
      "// *.example.com is left out: a redirect needs one name to go to.\n  domains: ['img.example.com'],",
    )
    expect(text).toContain('// 404 is answered with /404.html as 404; a config says what is missing by route:')
    const settings = await loadConfig(join(folder, 'edge.config.ts'))
    expect(settings.origins).toEqual({ pictures: { bucket: 'pictures', region: 'eu-west-1' } })
    expect(settings.routes).toMatchObject([
      { path: '/old/*', cache: { default: 86_400, min: 0 }, version: 'v', missing: 60 },
      { path: '/*', cache: { default: 86_400, min: 1 }, version: null, index: { file: 'index.html' }, missing: 60 },
    ])
    expect(JSON.parse(stdout).notes).toEqual(
      expect.arrayContaining([
        'routes[0]: Query parameters in the cache key: all. A config lists them: `query` takes those that responses depend on.',
        'routes[0]: Cookies in the cache key: all. Here cookies are dropped on cached routes.',
        'routes[0]: viewer-request is arn:aws:cloudfront::1:function/rewrite: attach takes its place with --replace, and nowhere else.',
        'routes[0]: HTTP is served; here it is redirected to HTTPS.',
        'routes[1]: No `v` is in the cache key; without `version: null`, it would be.',
      ]),
    )
  })

  it('what is no id is told by the option that it came with', async () => {
    const main = initCommand({ ask: null, aws: async () => testDependencies() })
    const folder = await temporaryFolder()
    expect(await run(main, ['--dir', folder, '--from-distribution', 'no id'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^--from-distribution: expected an id such as EDFDVBD6EXAMPLE, found "no id"/),
    })
  })

  it('an id that there is not: says so, and writes nothing', async () => {
    const { code, stderr } = await init(new MemoryAws())
    expect(code).toBe(1)
    expect(stderr).toContain(`found none with the id ${ID}`)
  })
})

/** Of a distribution whose policies nobody can read. */
function imported(config: DistributionConfig) {
  const distribution = { id: ID, domain: 'd1.cloudfront.net', config }
  return importedConfig({
    distribution,
    policies: { cache: {}, originRequest: {}, responseHeaders: {} },
    keyGroups: {},
  })
}

describe('origins', () => {
  const originsOf = (DomainName: string, more: object = {}) => {
    const Origins = { Quantity: 1, Items: [{ Id: 'a', DomainName, OriginAccessControlId: 'E2', ...more }] }
    const config = bare({ Origins })
    const distribution = { id: ID, domain: 'd1.cloudfront.net', config }
    return importedConfig({
      distribution,
      policies: { cache: {}, originRequest: {}, responseHeaders: {} },
      keyGroups: {},
    })
  }
  it.each([
    ['a.b.s3.eu-west-1.amazonaws.com', {}, { bucket: 'a.b', region: 'eu-west-1' }, undefined],
    [
      'a-b.s3.dualstack.us-west-2.amazonaws.com',
      { OriginPath: '/x/y' },
      { bucket: 'a-b', region: 'us-west-2', prefix: 'x/y' },
      expect.stringContaining('attach takes an origin path that is empty'),
    ],
    ['a-b.s3-us-west-2.amazonaws.com', {}, { bucket: 'a-b', region: 'us-west-2' }, undefined],
    [
      'a-b.s3.amazonaws.com',
      {},
      { bucket: 'a-b', region: 'us-east-1' },
      'a-b.s3.amazonaws.com does not say where the bucket is: us-east-1 is a guess.',
    ],
    [
      'a-b.s3-website-us-west-2.amazonaws.com',
      {},
      { bucket: 'a-b', region: 'us-west-2' },
      expect.stringContaining('website endpoint'),
    ],
    [
      'api.example.com',
      {
        OriginPath: '/prod',
        CustomOriginConfig: { HTTPPort: 80, HTTPSPort: 8443, OriginProtocolPolicy: 'https-only' },
      },
      { domain: 'api.example.com', path: '/prod' },
      "It listens on port 8443; a config's origins listen on 443.",
    ],
  ])('%s', (domain, more, origin, comment) => {
    const { config, comments } = originsOf(domain, more)
    expect(config.origins).toEqual({ a: origin })
    expect(comments['origins.a']?.[0]).toEqual(comment)
  })

  it('custom headers by their names: values may be secrets', () => {
    const { config, comments } = originsOf('api.example.com', {
      CustomHeaders: { Quantity: 1, Items: [{ HeaderName: 'X-Key', HeaderValue: 'hidden' }] },
      OriginShield: { Enabled: true, OriginShieldRegion: 'eu-west-1' },
    })
    expect(config.origins).toEqual({ a: { domain: 'api.example.com', headers: ['x-key'], shield: 'eu-west-1' } })
    expect(configText(config, comments)).not.toContain('hidden')
  })

  it('a group of two buckets is one that fails over to the other', () => {
    const Items = ['one', 'two'].map((Id) => ({ Id, DomainName: `${Id}-b.s3.eu-west-1.amazonaws.com` }))
    const Members = { Quantity: 2, Items: [{ OriginId: 'one' }, { OriginId: 'two' }] }
    const FailoverCriteria = { StatusCodes: { Quantity: 2, Items: [503, 404] } }
    const behaviour = { TargetOriginId: 'group', ViewerProtocolPolicy: 'redirect-to-https' as const }
    const config = bare({
      Origins: { Quantity: 2, Items },
      OriginGroups: { Quantity: 1, Items: [{ Id: 'group', FailoverCriteria, Members }] },
      DefaultCacheBehavior: behaviour,
    })
    const { origins, routes } = imported(config).config
    expect(origins).toEqual({
      // A bucket answers a missing key with 403 or 404, and a config has both or none.
      one: { bucket: 'one-b', region: 'eu-west-1', failover: { origin: 'two', statuses: [403, 404, 503] } },
      two: { bucket: 'two-b', region: 'eu-west-1' },
    })
    expect(routes).toMatchObject([{ origin: 'one' }])
  })

  it('of groups that share an origin the first decides, and who has it without a group is told', () => {
    const Items = ['one', 'two', 'three'].map((Id) => ({ Id, DomainName: `${Id}-b.s3.eu-west-1.amazonaws.com` }))
    const group = (Id: string, second: string) => ({
      Id,
      FailoverCriteria: { StatusCodes: { Quantity: 1, Items: [500] } },
      Members: { Quantity: 2, Items: [{ OriginId: 'one' }, { OriginId: second }] },
    })
    const { config, comments } = imported(
      bare({
        Origins: { Quantity: 3, Items },
        OriginGroups: { Quantity: 2, Items: [group('g', 'two'), group('h', 'three')] },
        DefaultCacheBehavior: { TargetOriginId: 'one', ViewerProtocolPolicy: 'redirect-to-https' },
      }),
    )
    expect(config.origins.one).toMatchObject({ failover: { origin: 'two', statuses: [500] } })
    expect(comments['origins.one']).toEqual(
      expect.arrayContaining([
        'Some behaviours have it without its origin group; here all its routes fail over.',
        'The origin group h fails over to three, or by other statuses; in a config it is one for an origin.',
      ]),
    )
  })

  it('a bucket behind a group is read by its origin access control, cached or not', () => {
    const Items = ['one', 'two'].map((Id) => ({
      Id,
      DomainName: `${Id}-b.s3.eu-west-1.amazonaws.com`,
      OriginAccessControlId: 'E2',
    }))
    const config = bare({
      Origins: { Quantity: 2, Items },
      OriginGroups: {
        Quantity: 1,
        Items: [
          {
            Id: 'group',
            FailoverCriteria: { StatusCodes: { Quantity: 1, Items: [500] } },
            Members: { Quantity: 2, Items: [{ OriginId: 'one' }, { OriginId: 'two' }] },
          },
        ],
      },
      DefaultCacheBehavior: { TargetOriginId: 'group', ViewerProtocolPolicy: 'redirect-to-https', MaxTTL: 0 },
    })
    expect(imported(config).config.routes).toMatchObject([{ cache: { default: 0, max: '1s' } }])
  })
})
