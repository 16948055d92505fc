import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { Stack } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import { InputError, RimlightDistribution } from '../../../../deploy/cdk.ts'
import { bucketAccess } from '../../../../deploy/template/bucket-access.ts'
import { originHeaderParameters } from '../../../../deploy/template/origin-headers.ts'
import type { Config } from '../../../../edge/config.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { bundleOf, CONFIG as USUAL } from './bundles.ts'
import { behavioursOf, distributionConfig, newApp, templateFor } from './templates.ts'

const CONFIG: Config = {
  ...USUAL,
  origins: {
    photos: { bucket: 'example-photos', region: 'eu-west-3', shield: true, failover: 'replica' },
    replica: { bucket: 'example-replica', region: 'us-west-1', prefix: 'copy', shield: true },
    api: {
      domain: 'api.example.com',
      path: '/prod',
      headers: ['X-Origin-Secret', 'x-site'],
      shield: 'us-east-1',
      failover: { origin: 'spare', statuses: [504, 429] },
    },
    spare: { domain: 'spare.example.com', headers: ['x-origin-secret'] },
  },
}

const bundle = bundleOf(CONFIG)
const template = templateFor(bundle)
const { Origins, OriginGroups } = distributionConfig(template) as {
  Origins: { Id: string; OriginShield?: object; OriginCustomHeaders?: object[] }[]
  OriginGroups: object
}
const origin = (id: string) => Origins.find(({ Id }) => Id === id)

describe('an origin group', () => {
  it('is what the behaviours of an origin with failover have, with both of its origins and its statuses', () => {
    expect(OriginGroups).toEqual({
      Quantity: 2,
      Items: [
        {
          Id: 'failover-api',
          FailoverCriteria: { StatusCodes: { Quantity: 2, Items: [429, 504] } },
          Members: { Quantity: 2, Items: [{ OriginId: 'origin-api' }, { OriginId: 'origin-spare' }] },
        },
        {
          Id: 'failover-photos',
          FailoverCriteria: { StatusCodes: { Quantity: 4, Items: [500, 502, 503, 504] } },
          Members: { Quantity: 2, Items: [{ OriginId: 'origin-photos' }, { OriginId: 'origin-replica' }] },
        },
      ],
    })
    expect(behavioursOf(template).map(({ TargetOriginId }) => TargetOriginId)).toEqual([
      'presigned-photos',
      'failover-api',
      'failover-photos',
      'failover-photos',
    ])
  })

  it('takes the methods that fail over, as CloudFront wants it, and no others', () => {
    const read = ['GET', 'HEAD', 'OPTIONS']
    expect(behavioursOf(template).map(({ AllowedMethods }) => AllowedMethods)).toEqual([
      [...read, 'PUT', 'PATCH', 'POST', 'DELETE'],
      read,
      read,
      read,
    ])
  })

  it('is nowhere where the config has no failover', () => {
    expect(distributionConfig(templateFor(bundleOf(USUAL)))).not.toHaveProperty('OriginGroups')
  })

  it('has a second bucket that is read like the first, with its own prefix', () => {
    expect(bucketAccess(bundle)).toEqual([
      {
        ...{ bucket: 'example-photos', region: 'eu-west-3', origins: ['photos'] },
        ...{ read: ['*'], images: ['*'], never: ['projects/*'], undenied: [] },
      },
      {
        ...{ bucket: 'example-replica', region: 'us-west-1', origins: ['replica'] },
        ...{ read: ['copy/*'], images: ['copy/*'], never: ['copy/projects/*'], undenied: [] },
      },
    ])
    expect(origin('origin-replica')).toMatchObject({
      DomainName: 'example-replica.s3.us-west-1.amazonaws.com',
      OriginAccessControlId: expect.anything(),
    })
  })
})

describe('Origin Shield', () => {
  it('is in the region that the guide names, or in the one that was asked for', () => {
    const shields = Object.fromEntries(Origins.map(({ Id, OriginShield }) => [Id, OriginShield]))
    expect(shields).toEqual({
      'presigned-photos': undefined,
      'origin-photos': { Enabled: true, OriginShieldRegion: 'eu-west-2' },
      'origin-replica': { Enabled: true, OriginShieldRegion: 'us-west-2' },
      'origin-api': { Enabled: true, OriginShieldRegion: 'us-east-1' },
      'origin-spare': undefined,
    })
  })
})

describe('headers that CloudFront adds', () => {
  const { Parameters, Outputs } = template.toJSON()

  it('have a parameter each, whose value is shown to nobody', () => {
    expect(originHeaderParameters(bundle.policies)).toEqual([
      { id: 'HeaderApiXOriginSecret', origin: 'api', header: 'x-origin-secret' },
      { id: 'HeaderApiXSite', origin: 'api', header: 'x-site' },
      { id: 'HeaderSpareXOriginSecret', origin: 'spare', header: 'x-origin-secret' },
    ])
    expect(Parameters.HeaderApiXOriginSecret).toEqual({
      Type: 'String',
      NoEcho: true,
      MinLength: 1,
      MaxLength: 1783,
      AllowedPattern: '^[!-~]([ !-~]*[!-~])?$',
      Description:
        'The value of x-origin-secret, which CloudFront adds to requests to the origin api; or {{resolve:secretsmanager:…}}.',
    })
    expect(Parameters.HeaderApiXOriginSecret).not.toHaveProperty('Default')
    expect(JSON.stringify(Outputs)).not.toContain('HeaderApi')
    expect(origin('origin-api')?.OriginCustomHeaders).toEqual([
      { HeaderName: 'x-origin-secret', HeaderValue: { Ref: 'HeaderApiXOriginSecret' } },
      { HeaderName: 'x-site', HeaderValue: { Ref: 'HeaderApiXSite' } },
    ])
    expect(origin('origin-photos')).not.toHaveProperty('OriginCustomHeaders')
  })

  it('take a reference to Secrets Manager, and nothing that no header may have', () => {
    const pattern = new RegExp(Parameters.HeaderApiXSite.AllowedPattern)
    for (const value of ['{{resolve:secretsmanager:api:SecretString:key}}', 'a', 'Basic dTpw'])
      expect(value).toMatch(pattern)
    for (const value of ['', ' a', 'a ', 'a\nb', 'é']) expect(value).not.toMatch(pattern)
  })

  it('are values that an application gives, all of them', async () => {
    const folder = await temporaryFolder()
    for (const trigger of ['origin-request', 'origin-response'] as const) {
      await writeFile(join(folder, `${trigger}.zip`), bundle.contents[trigger])
    }
    const made = (originHeaders?: Record<string, Record<string, string>>) => {
      const stack = new Stack(newApp(), 'Cdn', { env: { region: 'us-east-1' } })
      new RimlightDistribution(stack, 'Images', {
        bundle: { ...bundle, folder },
        ...(originHeaders ? { originHeaders } : {}),
      })
      return Template.fromStack(stack)
    }
    const reference = '{{resolve:secretsmanager:api:SecretString:::}}'
    const values = { api: { 'x-origin-secret': reference, 'x-site': 'cdn' }, spare: { 'x-origin-secret': reference } }
    const { Origins } = distributionConfig(made(values)) as { Origins: { Id: string; OriginCustomHeaders?: object }[] }
    expect(Origins.find(({ Id }) => Id === 'origin-api')?.OriginCustomHeaders).toEqual([
      { HeaderName: 'x-origin-secret', HeaderValue: reference },
      { HeaderName: 'x-site', HeaderValue: 'cdn' },
    ])
    const refused = (given?: Record<string, Record<string, string>>) => {
      try {
        made(given)
      } catch (error) {
        if (error instanceof InputError) return [error.code, error.message]
      }
      return undefined
    }
    const expected =
      'originHeaders: expected values for those of the config (api: x-origin-secret, api: x-site, spare: x-origin-secret), found'
    expect(refused()).toEqual(['origin-headers', `${expected} none`])
    expect(refused({ ...values, api: { 'x-other': 'hidden' } })).toEqual([
      'origin-headers',
      `${expected} api: x-other, spare: x-origin-secret`,
    ])
  })
})
