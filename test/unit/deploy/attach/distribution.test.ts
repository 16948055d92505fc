/** Settings that the SDK drops without a word: told, and no update is made that would take them away. */

import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { CloudFrontClient, type DistributionConfig } from '@aws-sdk/client-cloudfront'
import { STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, expect, it, test } from 'vitest'
import { readBundle } from '../../../../bundle/read-bundle.ts'
import { readDistribution, unknownSettings } from '../../../../deploy/attach/distribution.ts'
import { planAttach, planResources, readSituation } from '../../../../deploy/attach/plan.ts'
import { callsOf } from '../../../../deploy/aws/calls.ts'
import { detachCommand } from '../../../../deploy/detach.ts'
import { ID, run, testDependencies } from '../../../aws/fixture.ts'
import { type Listener, listening } from '../../../listener.ts'
import { temporaryFolder } from '../../local/fixture.ts'
import { scene, useBundles } from './scene.ts'

const bundles = useBundles()

const FUNCTION = `arn:aws:cloudfront::1:function/rimlight-${ID}-viewer-request`
const IDENTITY = { account: '1', partition: 'aws' }

const configXml = (unknown: string) =>
  `<DistributionConfig><CallerReference>c</CallerReference><Origins><Quantity>1</Quantity><Items><Origin><Id>a</Id><DomainName>a.example.com</DomainName><OriginPath></OriginPath></Origin></Items></Origins><DefaultCacheBehavior><TargetOriginId>a</TargetOriginId><ViewerProtocolPolicy>allow-all</ViewerProtocolPolicy><FunctionAssociations><Quantity>1</Quantity><Items><FunctionAssociation><FunctionARN>${FUNCTION}</FunctionARN><EventType>viewer-request</EventType></FunctionAssociation></Items></FunctionAssociations>${unknown}</DefaultCacheBehavior><CacheBehaviors><Quantity>0</Quantity><Items/></CacheBehaviors><Comment> </Comment><Enabled>true</Enabled></DistributionConfig>`

const CONFIG: DistributionConfig = {
  CallerReference: 'c',
  Origins: { Quantity: 1, Items: [{ Id: 'a', DomainName: 'a.example.com', OriginPath: '' }] },
  DefaultCacheBehavior: { TargetOriginId: 'a', ViewerProtocolPolicy: 'allow-all' },
  Comment: ' ',
  Enabled: true,
}

const NEW = '<Prefetch><Enabled>true</Enabled></Prefetch>'

const requests: string[] = []
let answer = { status: 200, body: '' }
let server: Listener
beforeAll(async () => {
  server = await listening(
    createServer((request, response) => {
      requests.push(request.method ?? '')
      request.resume()
      const isSts = request.method === 'POST'
      response.writeHead(isSts ? 200 : answer.status, { 'content-type': 'text/xml', etag: 'E1' })
      response.end(
        isSts
          ? '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account><Arn>arn:aws:iam::1:user/u</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>'
          : answer.body,
      )
    }),
  )
})
afterAll(() => server.close())

function wireWorld() {
  const dependencies = testDependencies()
  const config = {
    region: 'us-east-1',
    endpoint: server.url,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  }
  const clients = dependencies.clients()
  return {
    ...dependencies,
    clients: () => ({ ...clients, cloudfront: new CloudFrontClient(config), sts: new STSClient(config) }),
  }
}

const distributionXml = (unknown: string) =>
  `<?xml version="1.0"?><Distribution xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>${ID}</Id><Status>Deployed</Status>${configXml(unknown)}<New>besides the config</New></Distribution>`

const read = () => readDistribution(callsOf(wireWorld(), new AbortController().signal, 'rimlight attach'), ID, IDENTITY)

test.each([
  ['all of it is known', '', []],
  ['what the SDK does not know', NEW, ['DefaultCacheBehavior.Prefetch']],
  ['an element that says nothing', '<Prefetch><Enabled/><Mode> </Mode></Prefetch>', []],
])('as it comes from CloudFront: %s', async (_, xml, unknown) => {
  answer = { status: 200, body: distributionXml(xml) }
  expect((await read()).unknown).toEqual(unknown)
})

it('an answer that is an error is still read as one', async () => {
  answer = {
    status: 404,
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchDistribution</Code><Message>none</Message></Error></ErrorResponse>',
  }
  await expect(read()).rejects.toThrow('unknown distribution: expected one of account 1')
})

it('in an item of a list, by its own place', () => {
  const xml =
    '<DistributionConfig><Origins><Quantity>2</Quantity><Items><Origin><Id>a</Id></Origin><Origin><Id>b</Id><New><Deep>1</Deep></New></Origin></Items></Origins><Aliases><Items><CNAME>a</CNAME><CNAME>b</CNAME></Items></Aliases></DistributionConfig>'
  const config = { Origins: { Quantity: 2, Items: [{ Id: 'a' }, { Id: 'b' }] }, Aliases: { Items: ['a', 'b'] } }
  expect(unknownSettings(xml, config as unknown as DistributionConfig)).toEqual(['Origins.New'])
})

const LOSS = `distribution ${ID}: expected settings that this version of Rimlight knows, found DefaultCacheBehavior.Prefetch, which an update by it would take away; take a newer version`

it('detach makes no update', async () => {
  answer = { status: 200, body: distributionXml(NEW) }
  const file = join(await temporaryFolder(), 'receipt.json')
  const original = { recordedAt: '2026-11-20T12:00:00.000Z', etag: 'E0', config: CONFIG, isReconstructed: false }
  await writeFile(
    file,
    JSON.stringify({
      format: 'rimlight-receipt-1',
      account: '1',
      distribution: ID,
      original,
      attachment: { behaviours: [] },
    }),
  )
  requests.length = 0
  expect(await run(detachCommand(wireWorld()), ['--receipt', file, '--yes'])).toEqual({
    code: 1,
    stdout: '',
    stderr: `Nothing was changed: ${LOSS}\n`,
  })
  expect(requests).toEqual(['POST', 'GET'])
})

it('attach refuses where it would make one, and only there', async () => {
  const { attach } = await scene(bundles)
  const calls = callsOf(testDependencies(), new AbortController().signal, 'rimlight attach')
  const bundle = await readBundle(bundles.dist)
  const plan = async () => {
    const asked = { distribution: ID, behaviours: [], replaces: false, keyValueStore: undefined }
    const situation = await readSituation(calls, asked, bundle, () => {})
    situation.distribution.unknown.push('DefaultCacheBehavior.Prefetch')
    return planAttach(situation, await planResources(calls, situation, bundle, undefined))
  }
  expect((await plan()).problems).toEqual([LOSS])
  await attach()
  expect((await plan()).problems).toEqual([])
})
