/** Attach and what a config says of origins: groups, shields and headers are compared, told of, and left as they are. */
import { readFile } from 'node:fs/promises'
import type { DistributionConfig, Origin } from '@aws-sdk/client-cloudfront'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../../edge/config.ts'
import { CONFIG } from '../../../aws/fixture.ts'
import { behaviourOf, scene, useBundles } from './scene.ts'

const GROUPED: Config = {
  ...CONFIG,
  origins: {
    photos: { bucket: 'example-photos', region: 'us-east-1', prefix: 'site', shield: true, failover: 'replica' },
    replica: { bucket: 'example-replica', region: 'us-west-2', prefix: 'copy' },
    api: { domain: 'api.example.com', path: '/prod', headers: ['x-origin-secret', 'x-site'], shield: 'us-west-2' },
  },
}

const SECRET = 'a value that nobody is told'

const bundles = useBundles(GROUPED)

const originNamed = (config: DistributionConfig, id: string) =>
  config.Origins?.Items?.find(({ Id }) => Id === id) as Origin

const group = (members: string[], statuses: number[]) => ({
  Id: 'photos-group',
  FailoverCriteria: { StatusCodes: { Quantity: statuses.length, Items: statuses } },
  Members: { Quantity: members.length, Items: members.map((OriginId) => ({ OriginId })) },
})

/** As the config says, but for the changes. */
function asConfigured(
  config: DistributionConfig,
  members = ['photos', 'replica'],
  statuses = [500, 502, 503, 504],
): void {
  config.OriginGroups = { Quantity: 1, Items: [group(members, statuses)] }
  behaviourOf(config).TargetOriginId = 'photos-group'
  originNamed(config, 'photos').OriginShield = { Enabled: true, OriginShieldRegion: 'us-east-1' }
  Object.assign(originNamed(config, 'api'), {
    OriginShield: { Enabled: true, OriginShieldRegion: 'us-west-2' },
    CustomHeaders: {
      Quantity: 2,
      Items: [
        { HeaderName: 'X-Origin-Secret', HeaderValue: SECRET },
        { HeaderName: 'X-Site', HeaderValue: SECRET },
      ],
    },
  })
}

async function notesOf(change: (config: DistributionConfig) => void): Promise<string[]> {
  const { status } = await scene(bundles, change)
  const { behaviours } = JSON.parse((await status(['--json'])).stdout)
  return behaviours.flatMap(({ path, notes }: { path: string; notes: string[] }) =>
    notes.map((note) => `${path}: ${note}`),
  )
}

const KEPT = '/api/*: origin api: the values of x-origin-secret, x-site stay as they are, and are not compared'

describe('a distribution as the config says', () => {
  it('has the functions put on it, and nothing else changes', async () => {
    const { attach, original, config, status } = await scene(bundles, (config) => asConfigured(config))
    const { code, stdout, stderr } = await attach()
    expect(code).toBe(0)
    expect(stdout + stderr).not.toContain(SECRET)
    expect(stdout).toContain('the values of x-origin-secret, x-site stay as they are')
    const before = JSON.parse(original) as DistributionConfig
    expect(config().Origins).toEqual(before.Origins)
    expect(config().OriginGroups).toEqual(before.OriginGroups)
    expect(await status()).toMatchObject({ code: 0, stdout: expect.stringContaining('Attached: the build') })
  })

  it('leaves nothing to tell but that values stay', async () => {
    expect(await notesOf((config) => asConfigured(config))).toEqual([KEPT])
  })

  it('lets origin-response read both buckets', async () => {
    const { attach, aws } = await scene(bundles, (config) => asConfigured(config))
    await attach()
    const [role] = [...aws.roles.values()]
    const policies = JSON.stringify([...(role?.policies.values() ?? [])])
    for (const key of ['example-photos/site/*', 'example-replica/copy/*']) expect(policies).toContain(key)
  })
})

describe('what is missing is told of', () => {
  const EXPECTED =
    '/*: failover: expected an origin group of example-photos.s3.us-east-1.amazonaws.com and then example-replica.s3.us-west-2.amazonaws.com, on 500, 502, 503, 504, found'

  it('all of it', async () => {
    expect(await notesOf(() => {})).toEqual([
      '/api/*: origin api: expected Origin Shield in us-west-2, found none: each region makes its own renditions; set it on the origin',
      '/api/*: origin api: expected the custom header x-origin-secret, found none: requests reach the origin without it; add it to the origin, since attach changes none and knows no values',
      '/api/*: origin api: expected the custom header x-site, found none: requests reach the origin without it; add it to the origin, since attach changes none and knows no values',
      '/*: origin photos: expected Origin Shield in us-east-1, found none: each region makes its own renditions; set it on the origin',
      `${EXPECTED} none: where photos fails, replica is not asked; make the group, and let the behaviour have it`,
    ])
  })

  it('a group on other statuses, or in another order', async () => {
    expect(await notesOf((config) => asConfigured(config, undefined, [504, 404]))).toEqual([
      KEPT,
      `${EXPECTED} photos-group, of example-photos.s3.us-east-1.amazonaws.com and then example-replica.s3.us-west-2.amazonaws.com, on 404, 504`,
    ])
    expect(await notesOf((config) => asConfigured(config, ['replica', 'photos']))).toEqual([
      KEPT,
      `${EXPECTED} photos-group, of example-replica.s3.us-west-2.amazonaws.com and then example-photos.s3.us-east-1.amazonaws.com, on 500, 502, 503, 504`,
    ])
  })

  it('a shield elsewhere', async () => {
    const notes = await notesOf((config) => {
      asConfigured(config)
      originNamed(config, 'photos').OriginShield = { Enabled: true, OriginShieldRegion: 'eu-west-1' }
    })
    expect(notes).toEqual([
      KEPT,
      '/*: origin photos: expected Origin Shield in us-east-1, found it in eu-west-1: another way to the origin; set it on the origin',
    ])
  })
})

describe('what would break is refused', () => {
  it('a group with an origin that is neither', async () => {
    const { attach } = await scene(bundles, (config) => asConfigured(config, ['photos', 'api']))
    expect((await attach()).stderr).toContain(
      "/*: origin api: expected example-photos.s3.us-east-1.amazonaws.com or example-replica.s3.us-west-2.amazonaws.com, the route's, found api.example.com; origin-request would answer every request with 404",
    )
  })

  it('presigned URLs through an origin that CloudFront signs for, whatever fails over', async () => {
    const { attach } = await scene(bundles, (config) => {
      asConfigured(config)
      behaviourOf(config, '/drafts/*').TargetOriginId = 'photos'
    })
    expect((await attach()).stderr).toContain('/drafts/*: origin photos: expected one without origin access control')
  })
})

describe('the values of headers', () => {
  const removeHeaders = (config: DistributionConfig) => {
    originNamed(config, 'api').CustomHeaders = { Quantity: 0 }
  }

  it('are in no receipt, and detach leaves them as they are', async () => {
    const { attach, detach, file, original, config } = await scene(bundles, (config) => asConfigured(config))
    await attach()
    expect(await readFile(file, 'utf8')).not.toContain(SECRET)
    const { code, stdout } = await detach()
    expect([code, stdout]).toEqual([0, expect.stringContaining('is what it was at')])
    expect(JSON.stringify(config())).toBe(original)
    expect(original).toContain(SECRET)
  })

  it('that others changed are left, and told of without the values', async () => {
    const { attach, detach, config } = await scene(bundles, (config) => asConfigured(config))
    await attach()
    removeHeaders(config())
    const { code, stdout, stderr } = await detach()
    expect(code).toBe(0)
    expect(stdout).toContain('Origins[api].CustomHeaders[X-Origin-Secret].HeaderValue: "(a value)" → none')
    expect(stdout + stderr).not.toContain(SECRET)
    expect(originNamed(config(), 'api').CustomHeaders).toEqual({ Quantity: 0 })
  })

  it('that are gone can not be brought back by --whole', async () => {
    const { attach, detach, config } = await scene(bundles, (config) => asConfigured(config))
    await attach()
    removeHeaders(config())
    const { code, stderr } = await detach(['--whole'])
    expect([code, stderr]).toEqual([
      1,
      'Nothing was changed: --whole would bring back X-Origin-Secret of the origin api, X-Site of the origin api, whose values no receipt has; add them by hand first, or leave --whole out\n',
    ])
  })
})
