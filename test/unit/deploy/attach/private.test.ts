/** Attach and private routes: whose signatures CloudFront takes, and where the function finds the secrets of tokens. */
import { generateKeyPairSync } from 'node:crypto'
import { expect, it, test } from 'vitest'
import { readBundle } from '../../../../bundle/read-bundle.ts'
import { PERMISSIONS } from '../../../../deploy/attach/calls.ts'
import { testEvents } from '../../../../deploy/attach/function.ts'
import type { Config } from '../../../../edge/config.ts'
import { CONFIG, ID, idOf } from '../../../aws/fixture.ts'
import { STORE_ARN } from '../../../aws/key-value-store.ts'
import type { MemoryAws } from '../../../aws/memory-aws.ts'
import { newPublicKey } from '../template/private.ts'
import { behaviourOf, type Scene, scene, useBundles } from './scene.ts'

const [OLD, CURRENT] = [newPublicKey(), newPublicKey()]

const PRIVATE: Config = {
  ...CONFIG,
  keyGroups: { web: [OLD, CURRENT] },
  routes: [
    { path: '/signed/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['web'] } },
    {
      path: '/tokens/*',
      origin: 'photos',
      cache: {},
      auth: { type: 'jwt', algorithms: ['HS256'], from: ['cookie:session', 'authorization'], path: 'path' },
    },
    ...CONFIG.routes.slice(0, -1),
    // With tokens there is no room for parts of pictures.
    { path: '/*', origin: 'photos', cache: {}, images: { rect: false } },
  ],
}

const bundles = useBundles(PRIVATE)
const NAME = `rimlight-${ID}-viewer-request`
const OTHER_ARN = STORE_ARN.replace('327284aa', '427284aa')

/** With the stores that are there. */
async function privateScene(
  stores: Record<string, string> = { [`rimlight-${ID}-keys`]: STORE_ARN },
  change?: Parameters<typeof scene>[1],
): Promise<Scene> {
  return scene(bundles, (config, aws) => {
    for (const [name, arn] of Object.entries(stores)) aws.keyValueStores.set(name, { arn, status: 'READY', values: {} })
    change?.(config, aws)
  })
}

const storesOf = ({ functions }: MemoryAws) =>
  functions.get(NAME)?.live?.config.KeyValueStoreAssociations?.Items?.map(({ KeyValueStoreARN }) => KeyValueStoreARN)

it('gives the function the store of its name, and changes nothing the second time', async () => {
  const { aws, attach, status } = await privateScene()
  const { code, stdout } = await attach()
  expect(code).toBe(0)
  expect(stdout).toMatch(/ {2}\+ key value store 327284aa-\S+ +the function reads it\n/)
  expect(storesOf(aws)).toEqual([STORE_ARN])
  aws.mutations.length = 0
  expect((await attach()).stdout).toMatch(
    /^Distribution[\s\S]*key value store 327284aa-\S+ +as it is\n[\s\S]*Nothing to change: /,
  )
  expect(aws.mutations).toEqual([])
  expect((await status()).stdout).toContain(`Secrets of tokens\n    ${STORE_ARN}; \`rimlight keys list\` says which\n`)
})

it.each([
  ['by name', 'tokens', OTHER_ARN],
  ['by ARN', OTHER_ARN, OTHER_ARN],
])('takes another one %s, and keeps it when it is run again', async (_, asked, arn) => {
  const { aws, attach, status } = await privateScene({ [`rimlight-${ID}-keys`]: STORE_ARN, tokens: OTHER_ARN })
  await attach()
  const { code, stdout } = await attach(['--key-value-store', asked])
  expect(code).toBe(0)
  expect(stdout).toContain(`function ${NAME}`)
  expect(stdout).toContain('update, test, publish')
  expect(storesOf(aws)).toEqual([arn])
  expect((await attach()).stdout).toContain('Nothing to change')
  expect(JSON.parse((await status(['--json'])).stdout)).toMatchObject({
    state: 'attached',
    keyValueStore: arn,
    drift: [],
  })
})

it('tests the function with a token and its store, in JSON as well', async () => {
  const { attach } = await privateScene()
  const { stdout } = await attach(['--json'])
  const { plan, outcome } = JSON.parse(stdout)
  expect(plan.function).toEqual({ name: NAME, change: 'create', keyValueStore: STORE_ARN })
  expect(outcome.tested.map(({ path }: { path: string }) => path)).toEqual([
    '/signed/sample%7epage',
    '/tokens/sample%7epage',
    '/tokens/sample%7epage with a token',
    ...['/drafts/sample%7epage', '/api/sample%7epage', '/caf%c3%a9/sample.jpg'],
  ])
  const events = testEvents(ID, await readBundle(bundles.dist))
  expect(events[0]?.event).toMatchObject({
    request: { querystring: { Signature: {}, Expires: {}, 'Key-Pair-Id': {} } },
  })
  expect(events[1]?.event).toMatchObject({ request: { cookies: {} } })
  expect(events[2]?.event).toMatchObject({
    request: { cookies: { session: { value: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]{43}$/) } } },
  })
})

it('a function that lost its store has drifted, and gets it back', async () => {
  const { aws, attach, status } = await privateScene()
  await attach()
  const found = aws.functions.get(NAME)
  for (const stage of [found?.development, found?.live]) if (stage) delete stage.config.KeyValueStoreAssociations
  const { code, stdout } = await status()
  expect(code).toBe(1)
  expect(stdout).toContain(`  expected ${NAME} to read the key value store ${STORE_ARN}, found that it reads none\n`)
  await attach()
  expect(storesOf(aws)).toEqual([STORE_ARN])
})

it('detach puts back what was there, and leaves trusted key groups as they are', async () => {
  const { attach, detach, config, original } = await privateScene()
  await attach()
  expect(behaviourOf(config(), '/signed/*').TrustedKeyGroups).toEqual({
    Enabled: true,
    Quantity: 1,
    Items: [idOf('web')],
  })
  expect((await detach()).code).toBe(0)
  expect(JSON.stringify(config())).toBe(original)
})

type Refusal = {
  stores?: Record<string, string>
  args?: string[]
  change?: (config: Parameters<NonNullable<Parameters<typeof scene>[1]>>[0], aws: MemoryAws) => void
  message: string | RegExp
}

const [oldName, currentName] = [0, 1].map((index) => () => bundles.policies.keyGroups.web?.publicKeys[index]?.name)

const REFUSALS: Record<string, Refusal> = {
  'no key groups': {
    change: (config) =>
      Object.assign(behaviourOf(config, '/signed/*'), { TrustedKeyGroups: { Enabled: false, Quantity: 0 } }),
    message:
      "/signed/*: trusted key groups: expected web, found none: everybody could read it; upload the public keys (`aws cloudfront create-public-key`), make a group of them (`aws cloudfront create-key-group`), and name it among the behaviour's trusted key groups",
  },
  'key groups that are there and not enabled': {
    change: (config) =>
      Object.assign(behaviourOf(config, '/signed/*'), {
        TrustedKeyGroups: { Enabled: false, Quantity: 1, Items: [idOf('web')] },
      }),
    message: /trusted key groups: expected web, found none/,
  },
  'a group without one of the keys': {
    change: (_, aws) => {
      const group = aws.keyGroups.get(idOf('web'))
      group?.Items?.shift()
    },
    message:
      /^\/signed\/\*: trusted key groups: expected the public key rimlight-[0-9a-f]{12} of web in one of web, found it in none: what is signed with it would be refused; upload it \(`aws cloudfront create-public-key`\) and add it to a group \(`aws cloudfront update-key-group`\), or take it out of the config$/,
  },
  'a group with a key of somebody else': {
    change: (_, aws) => {
      aws.publicKeys.set(
        'K2THEIRS',
        String(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' })),
      )
      aws.keyGroups.get(idOf('web'))?.Items?.push('K2THEIRS')
    },
    message:
      "/signed/*: trusted key groups: expected the config's keys alone, found K2THEIRS in web: whoever has its private key can read; take it out of the group (`aws cloudfront update-key-group`), or add it to keyGroups",
  },
  'a second group with a key of somebody else': {
    change: (config, aws) => {
      aws.publicKeys.set('K2THEIRS', newPublicKey())
      aws.keyGroups.set('theirs', { Name: 'theirs', Items: ['K2THEIRS'] })
      Object.assign(behaviourOf(config, '/signed/*'), {
        TrustedKeyGroups: { Enabled: true, Quantity: 2, Items: [idOf('web'), 'theirs'] },
      })
    },
    message: /found K2THEIRS in theirs: whoever/,
  },
  'key groups where no signatures are made': {
    change: (config) =>
      Object.assign(behaviourOf(config, '/api/*'), {
        TrustedKeyGroups: { Enabled: true, Quantity: 1, Items: [idOf('web')] },
      }),
    message:
      "/api/*: trusted key groups: expected none, since the route has no auth of type 'signed', found web: CloudFront asks for signatures that the function takes out of the query; give the route auth, or take the groups off the behaviour",
  },
  'trusted signers': {
    change: (config) =>
      Object.assign(behaviourOf(config, '/signed/*'), {
        TrustedSigners: { Enabled: true, Quantity: 1, Items: ['self'] },
      }),
    message:
      '/signed/*: trusted signers: expected none, found self: CloudFront would take signatures by keys of whole accounts; take key groups in their place',
  },
  'a policy that lets other caches keep what is private': {
    change: (config, aws) => {
      const id = behaviourOf(config, '/tokens/*').ResponseHeadersPolicyId ?? ''
      aws.responseHeadersPolicies.set('mine', {
        ...aws.responseHeadersPolicies.get(id),
        Name: 'mine',
        CustomHeadersConfig: { Quantity: 0 },
      })
      behaviourOf(config, '/tokens/*').ResponseHeadersPolicyId = 'mine'
    },
    message:
      /^\/tokens\/\*: response headers policy mine: expected cache-control: private where the origin leaves it out, since what the route answers is private \(auth, or authorization in its key\), found none: caches between viewers and CloudFront could keep what is private; take rimlight-response-headers-[0-9a-f]{12} of policies\.json, which `rimlight template` makes$/,
  },
  'no store': {
    stores: {},
    message: `key value store: expected one for the secrets of tokens, found none named rimlight-${ID}-keys; \`aws cloudfront create-key-value-store --name rimlight-${ID}-keys\` makes it, or name another with --key-value-store`,
  },
  'a store that is named and not there': {
    args: ['--key-value-store', 'tokens'],
    message:
      '--key-value-store: expected one that exists, found none named tokens; `aws cloudfront list-key-value-stores` lists them',
  },
  'an ARN of none': {
    stores: { one: `${STORE_ARN}1`, two: `${STORE_ARN}2` },
    args: ['--key-value-store', OTHER_ARN],
    message: `--key-value-store: expected one that exists, found none with the ARN ${OTHER_ARN}; \`aws cloudfront list-key-value-stores\` lists them`,
  },
  'a store that is being made': {
    change: (_, aws) => {
      const store = aws.keyValueStores.get(`rimlight-${ID}-keys`)
      if (store) store.status = 'PROVISIONING'
    },
    message: `key value store rimlight-${ID}-keys: expected it to be READY, found PROVISIONING; run the same command again in a minute`,
  },
}

test.each(Object.entries(REFUSALS))(
  '%s: refused, and nothing changed',
  async (_, { stores, args, change, message }) => {
    const { aws, attach } = await privateScene(stores, change)
    const { code, stderr } = await attach(args)
    expect(code).toBe(1)
    const [head, line, ...rest] = stderr.split('\n')
    expect(head).toBe(`Nothing was changed: ${ID} can't be attached to as it is.`)
    if (typeof message === 'string') expect(line).toBe(`  ${message}`)
    else expect(line?.trim()).toMatch(message)
    expect(rest).toEqual([''])
    expect(aws.mutations).toEqual([])
  },
)

it('the same keys in another spelling, another order and other groups are the same', async () => {
  const { attach } = await privateScene(undefined, (config, aws) => {
    const ids = [currentName?.(), oldName?.()].map((name) => idOf(String(name)))
    for (const id of ids) aws.publicKeys.set(id, String(aws.publicKeys.get(id)).replaceAll('\n', '\r\n').trim())
    aws.keyGroups.set('one', { Name: 'one', Items: [String(ids[0])] })
    aws.keyGroups.set('two', { Name: 'two', Items: [String(ids[1])] })
    Object.assign(behaviourOf(config, '/signed/*'), {
      TrustedKeyGroups: { Enabled: true, Quantity: 2, Items: ['one', 'two'] },
    })
  })
  expect(await attach()).toMatchObject({ code: 0, stderr: expect.stringMatching(/^Receipt: /) })
})

it('what is called for it is what the help asks permission for', async () => {
  const { aws, attach, status } = await privateScene({ [`rimlight-${ID}-keys`]: STORE_ARN, tokens: OTHER_ARN })
  await attach()
  await attach(['--key-value-store', OTHER_ARN])
  await status()
  const listed = new Set((PERMISSIONS.cloudfront ?? []).map((action) => `cloudfront:${action}`))
  const used = new Set(aws.calls.filter((action) => action.startsWith('cloudfront:')))
  for (const action of ['GetKeyGroup', 'GetPublicKey', 'DescribeKeyValueStore', 'ListKeyValueStores']) {
    expect(used).toContain(`cloudfront:${action}`)
  }
  expect([...used].filter((action) => !listed.has(action))).toEqual([])
})
