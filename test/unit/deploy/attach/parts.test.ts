/** Small parts that the commands' own tests don't look at closely. */
import type { DistributionConfig } from '@aws-sdk/client-cloudfront'
import { expect, it, test } from 'vitest'
import { ARTEFACT_NAMES } from '../../../../bundle/manifest.ts'
import { type BuiltBundle, readBundle } from '../../../../bundle/read-bundle.ts'
import { realDependencies } from '../../../../deploy/attach/aws-clients.ts'
import { PERMISSIONS } from '../../../../deploy/attach/calls.ts'
import { durationText } from '../../../../deploy/attach/distribution.ts'
import { distributionNotes } from '../../../../deploy/attach/distribution-notes.ts'
import { testEvents } from '../../../../deploy/attach/function.ts'
import { functionName, isOurs, receiptName, resourceName, roleName } from '../../../../deploy/attach/names.ts'
import { permissionsOf } from '../../../../deploy/attach/role.ts'
import { attachCommand } from '../../../../deploy/attach.ts'
import { detachCommand } from '../../../../deploy/detach.ts'
import { BUCKET_PERMISSIONS } from '../../../../deploy/status/bucket-calls.ts'
import { statusCommand } from '../../../../deploy/status.ts'
import { routeTableOf } from '../../../../edge/patterns.ts'
import { routeOf } from '../../../../edge/routes.ts'
import { ID, run, testDependencies } from '../../../aws/fixture.ts'
import { scene, useBundles } from './scene.ts'

const bundles = useBundles()

it('names fit into 64 characters, and are told from others', () => {
  const longest = 'E'.repeat(14)
  for (const name of [...ARTEFACT_NAMES.map((artefact) => resourceName(longest, artefact)), roleName(longest)]) {
    expect(name.length).toBeLessThanOrEqual(64)
  }
  const arn = `arn:aws:lambda:us-east-1:1:function:${resourceName(ID, 'origin-request')}:3`
  expect(functionName(arn)).toBe(`rimlight-${ID}-origin-request:3`)
  expect(isOurs(arn, ID)).toBe(true)
  expect(isOurs(arn, 'EOTHER')).toBe(false)
  expect(isOurs(`${arn}4`.replace('rimlight', 'primlight'), ID)).toBe(false)
  expect(functionName('no ARN')).toBe('no ARN')
  expect(receiptName(ID)).toBe(`rimlight-${ID}.receipt.json`)
})

it('test events are one for each route, and each is its own route', async () => {
  const bundle = await readBundle(bundles.dist)
  const events = testEvents(ID, bundle)
  const table = routeTableOf(bundle.settings.routes.map(({ path }) => path))
  expect(events.map(({ path }) => routeOf(path, table))).toMatchObject([{ index: 0 }, { index: 1 }, { index: 2 }])
  expect(events[2]?.event).toMatchObject({
    version: '1.0',
    context: { eventType: 'viewer-request' },
    request: { uri: '/caf%c3%a9/sample.jpg', querystring: { v: { value: '1700000000' }, w: {}, utm_source: {} } },
  })
})

it('what is called is what the help asks permission for', async () => {
  const { aws, attach, detach, status } = await scene(bundles)
  await attach()
  await attach([], { dist: bundles.newer })
  for (const { latest } of aws.lambdas.values()) latest.Timeout = 3
  for (const { versions } of aws.lambdas.values()) versions.length = 0
  for (const role of aws.roles.values()) role.trust = JSON.stringify({ Statement: [] })
  expect((await attach()).code).toBe(0)
  await status()
  await detach()
  const used = new Set(aws.calls)
  const listed = Object.entries(PERMISSIONS).flatMap(([service, actions]) =>
    actions.map((action) => `${service}:${action}`),
  )
  expect([...used].filter((action) => ![...listed, ...BUCKET_PERMISSIONS].includes(action))).toEqual([])
  // Of private routes, see `private.test.ts`; what AWS does in the caller's name is no call of ours.
  expect(listed.filter((action) => !used.has(action))).toEqual([
    ...['GetKeyGroup', 'GetPublicKey', 'DescribeKeyValueStore', 'ListKeyValueStores'].map(
      (name) => `cloudfront:${name}`,
    ),
    'lambda:GetFunction',
    'lambda:EnableReplication*',
    'lambda:DisableReplication*',
    'iam:PassRole',
    'iam:CreateServiceLinkedRole',
  ])
})

it('the role reads originals of images alone, whatever the prefix is called', async () => {
  const bundle = await readBundle(bundles.dist)
  const identity = { account: '1', partition: 'aws' }
  const statements = (change: (copy: BuiltBundle) => void) => {
    const copy = structuredClone({ ...bundle, contents: {} }) as BuiltBundle
    change(copy)
    return (permissionsOf(ID, identity, copy) as { Statement: { Action: string[]; Resource: string[] }[] }).Statement
  }
  const named = statements(({ policies }) => {
    Object.assign(policies.origins.photos?.s3 ?? {}, { prefix: '/a%20b/$*' })
  })
  expect(named[0]?.Resource).toEqual([`arn:aws:s3:::example-photos/a b/${'$'}{$}${'$'}{*}/*`])
  // What a policy can't hold (IAM User Guide, "Grammar of the IAM JSON policy language") is any text.
  const cyrillic = statements(({ policies }) => {
    Object.assign(policies.origins.photos?.s3 ?? {}, { prefix: '/%D1%84%D0%BE%D1%82%D0%BE/a' })
  })
  expect(cyrillic[0]?.Resource).toEqual(['arn:aws:s3:::example-photos/*/a/*'])
  const none = statements(({ settings }) => {
    for (const route of settings.routes) route.images = null
  })
  expect(none.map(({ Action }) => Action[0])).toEqual(['logs:CreateLogGroup'])
  const placeholder = statements(({ settings }) => {
    for (const route of settings.routes) Object.assign(route, { images: null, placeholder: 'site/fehlt*.png' })
  })
  expect(placeholder[0]?.Resource).toEqual([`arn:aws:s3:::example-photos/site/fehlt${'$'}{*}.png`])
})

it('a distribution that keeps no cache tags, or by another header, is told of', () => {
  const policies = { ...bundles.policies, domains: [], errorCachingMinimums: {} }
  const notes = (HeaderName?: string, cacheTagHeader: string | undefined = 'cache-tag') =>
    distributionNotes(
      { ...(HeaderName === undefined ? {} : { CacheTagConfig: { HeaderName } }) } as DistributionConfig,
      { ...policies, ...(cacheTagHeader === '' ? {} : { cacheTagHeader }) },
    )
  const told = (found: string) =>
    `cache tags: expected CacheTagConfig.HeaderName cache-tag, found ${found}: \`rimlight invalidate '#TAG'\` removes nothing`
  expect(notes()).toEqual([told('none')])
  expect(notes('x-tags')).toEqual([told('x-tags')])
  expect(notes('Cache-Tag')).toEqual([])
  expect(notes('x-tags', '')).toEqual([])
})

it('durations are told as people tell them', () => {
  expect([0, 15_000, 60_000, 95_000].map(durationText)).toEqual(['0 s', '15 s', '1 min 0 s', '1 min 35 s'])
})

it('calls us-east-1, whatever region the machine is set to', async () => {
  const { lambda, cloudfront } = realDependencies.clients()
  expect(await Promise.all([lambda.config.region(), cloudfront.config.region()])).toEqual(['us-east-1', 'us-east-1'])
})

it('a Ctrl-C aborts the signal, and is nobody\u2019s business after', () => {
  const before = process.listenerCount('SIGINT')
  const { signal, close } = realDependencies.interrupt()
  process.emit('SIGINT')
  expect(signal.aborted).toBe(true)
  close()
  expect(process.listenerCount('SIGINT')).toBe(before)
})

it('sleep ends at once when it is interrupted', async () => {
  await realDependencies.sleep(60_000, AbortSignal.abort())
})

test.each([
  ['attach', attachCommand, '--replace'],
  ['detach', detachCommand, '--whole'],
  ['status', statusCommand, '--receipt FILE'],
])('%s --help', async (name, main, option) => {
  const { code, stdout } = await run(main(testDependencies()), ['--help'])
  expect(code).toBe(0)
  expect(stdout).toContain(`Usage: rimlight ${name} `)
  expect(stdout).toContain(`  ${option}`)
  expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(120)
})
