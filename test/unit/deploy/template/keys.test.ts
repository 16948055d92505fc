import { createPublicKey } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Template } from 'aws-cdk-lib/assertions'
import { Stack } from 'aws-cdk-lib/core'
import { describe, expect, it } from 'vitest'
import { at } from '../../../../base/json-values.ts'
import { RimlightDistribution, type RimlightDistributionProps } from '../../../../deploy/cdk.ts'
import type { Config } from '../../../../edge/config.ts'
import { folderOfFile } from '../../../temporary.ts'
import { bundleOf, CONFIG } from './bundles.ts'
import { KEYS, newPublicKey, PRIVATE } from './private.ts'
import { behavioursOf, newApp, onlyResource, plain, policyOf, resourcesOf, templateFor } from './templates.ts'

const bundle = bundleOf(PRIVATE)
const template = templateFor(bundle)
const outputs = (from = template): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from.toJSON().Outputs).map(([name, output]) => [name, plain(at(output, 'Value'))]))

describe('key groups', () => {
  const keys = resourcesOf(template, 'AWS::CloudFront::PublicKey')
  const groups = resourcesOf(template, 'AWS::CloudFront::KeyGroup')

  it('have the public keys of the config, each made once', () => {
    expect(keys).toHaveLength(2)
    const der = (pem: unknown) => createPublicKey(String(pem)).export({ type: 'spki', format: 'der' }).toString('hex')
    expect(keys.map(({ properties }) => der(at(properties, 'PublicKeyConfig', 'EncodedKey')))).toEqual(
      [KEYS.old, KEYS.current].map(der),
    )
    expect(groups.map(({ id, properties }) => [id, plain(properties)])).toEqual([
      [
        'KeyGroupWebApp',
        {
          KeyGroupConfig: {
            Name: '<AWS::StackName>-web-app',
            Comment: 'Rimlight: web-app',
            Items: keys.map(({ id }) => `<${id}.Id>`),
          },
        },
      ],
      ['KeyGroupPartners', { KeyGroupConfig: expect.objectContaining({ Items: [`<${keys[1]?.id}.Id>`] }) }],
    ])
  })

  it('are trusted by the behaviours that say so, and by no other', () => {
    expect(behavioursOf(template).map(({ TrustedKeyGroups }) => plain(TrustedKeyGroups))).toEqual([
      ['<KeyGroupWebApp.Id>', '<KeyGroupPartners.Id>'],
      ...Array(PRIVATE.routes.length - 1).fill(undefined),
    ])
  })

  it('stay the same when their keys change; a key that changes is another one', () => {
    const rotated: Config = {
      ...PRIVATE,
      keyGroups: { 'web-app': [KEYS.current, newPublicKey()], partners: [KEYS.current] },
    }
    const after = templateFor(bundleOf(rotated))
    expect(resourcesOf(after, 'AWS::CloudFront::KeyGroup').map(({ id }) => id)).toEqual(groups.map(({ id }) => id))
    const ids = resourcesOf(after, 'AWS::CloudFront::PublicKey').map(({ id }) => id)
    expect(ids).toContain(keys[1]?.id)
    expect(ids).not.toContain(keys[0]?.id)
    for (const { properties } of keys) {
      const { Name, CallerReference } = at(properties, 'PublicKeyConfig') as Record<string, unknown>
      expect(Name).toEqual(CallerReference)
      expect(plain(Name)).toMatch(/^<AWS::StackName>-[0-9a-f]{12}$/)
    }
  })

  it('tell what Key-Pair-Id has to be', () => {
    expect(outputs()).toMatchObject({
      KeyGroupWebAppId: '<KeyGroupWebApp.Id>',
      KeyGroupWebAppKeyPairIds: keys.map(({ id }) => `<${id}.Id>`).join(','),
      KeyGroupPartnersKeyPairIds: `<${keys[1]?.id}.Id>`,
    })
  })
})

describe('the key value store', () => {
  it('is associated with the function, and told of with the command that fills it', () => {
    expect(plain(onlyResource(template, 'AWS::CloudFront::KeyValueStore').properties)).toEqual({
      Name: '<AWS::StackName>-keys',
      Comment: 'Rimlight: secrets of tokens',
    })
    const own = { 'Fn::GetAtt': ['KeyValueStore', 'Arn'] }
    const arn = { 'Fn::If': ['HasOwnKeyValueStore', own, { Ref: 'ExistingKeyValueStoreArn' }] }
    expect(at(onlyResource(template, 'AWS::CloudFront::Function').properties, 'FunctionConfig')).toMatchObject({
      KeyValueStoreAssociations: [{ KeyValueStoreARN: arn }],
    })
    expect(template.toJSON().Outputs).toMatchObject({
      KeyValueStoreArn: { Value: own, Condition: 'HasOwnKeyValueStore' },
      AddFirstKey: {
        Value: { 'Fn::Join': ['', ['rimlight keys add default --generate --out default.secret --store ', own]] },
        Condition: 'HasOwnKeyValueStore',
      },
    })
  })

  it('gives way to one that exists', () => {
    template.hasParameter('ExistingKeyValueStoreArn', { Default: '' })
    expect(Object.values(template.findResources('AWS::CloudFront::KeyValueStore'))[0]).toMatchObject({
      Condition: 'HasOwnKeyValueStore',
    })
    template.hasCondition('HasOwnKeyValueStore', { 'Fn::Equals': [{ Ref: 'ExistingKeyValueStoreArn' }, ''] })
    const { AllowedPattern } = template.toJSON().Parameters.ExistingKeyValueStoreArn
    expect('arn:aws:cloudfront::111122223333:key-value-store/327284aa').toMatch(new RegExp(AllowedPattern))
    expect('my-store').not.toMatch(new RegExp(AllowedPattern))
  })

  it('is there in a staging stack as well', () => {
    templateFor(bundle, { staging: true }).hasParameter('ExistingKeyValueStoreArn', { Default: '' })
  })
})

it('without private routes there is nothing of it', () => {
  const without = templateFor(bundleOf(CONFIG))
  for (const kind of ['PublicKey', 'KeyGroup', 'KeyValueStore']) {
    without.resourceCountIs(`AWS::CloudFront::${kind}`, 0)
  }
  expect(without.toJSON().Parameters).not.toHaveProperty('ExistingKeyValueStoreArn')
  expect(JSON.stringify(without.toJSON())).not.toMatch(/KeyGroup|KeyValueStore/)
})

it('private routes tell other caches that they are, where the origin says nothing', () => {
  const policies = behavioursOf(template).map((behaviour) => policyOf(template, behaviour, 'ResponseHeadersPolicy'))
  const saysPrivate = policies.map((policy) =>
    (at(policy, 'CustomHeadersConfig', 'Items') as { Header: string; Value: string }[]).some(
      ({ Header, Value }) => Header === 'cache-control' && Value === 'private',
    ),
  )
  expect(saysPrivate).toEqual([true, true, false, true, false, false])
})

describe('the construct', () => {
  const folder = folderOfFile()
  for (const trigger of ['origin-request', 'origin-response'] as const) {
    writeFileSync(join(folder, `${trigger}.zip`), bundle.contents[trigger])
  }
  const made = (props: Partial<RimlightDistributionProps> = {}) => {
    const stack = new Stack(newApp(), 'Cdn', { env: { region: 'us-east-1' } })
    const construct = new RimlightDistribution(stack, 'Images', { bundle: { ...bundle, folder }, ...props })
    return { stack, construct, template: Template.fromStack(stack) }
  }

  it('tells ids of groups and keys, and the store', () => {
    const { stack, construct, template } = made()
    const [group] = resourcesOf(template, 'AWS::CloudFront::KeyGroup')
    const keys = resourcesOf(template, 'AWS::CloudFront::PublicKey')
    expect(stack.resolve(construct.keyGroups['web-app'])).toEqual({
      id: { 'Fn::GetAtt': [group?.id, 'Id'] },
      publicKeyIds: keys.map(({ id }) => ({ 'Fn::GetAtt': [id, 'Id'] })),
    })
    expect(stack.resolve(construct.keyValueStoreArn)).toEqual({
      'Fn::GetAtt': [onlyResource(template, 'AWS::CloudFront::KeyValueStore').id, 'Arn'],
    })
  })

  it('takes a store that exists', () => {
    const keyValueStoreArn = 'arn:aws:cloudfront::111122223333:key-value-store/327284aa'
    const { construct, template } = made({ keyValueStoreArn })
    template.resourceCountIs('AWS::CloudFront::KeyValueStore', 0)
    expect(at(onlyResource(template, 'AWS::CloudFront::Function').properties, 'FunctionConfig')).toMatchObject({
      KeyValueStoreAssociations: [{ KeyValueStoreARN: keyValueStoreArn }],
    })
    expect(construct.keyValueStoreArn).toBe(keyValueStoreArn)
  })
})
