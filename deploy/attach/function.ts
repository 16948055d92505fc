/** The CloudFront Function: made or changed in its development stage, tested there, then published. */
import {
  CreateFunctionCommand,
  DescribeFunctionCommand,
  GetFunctionCommand,
  PublishFunctionCommand,
  TestFunctionCommand,
  UpdateFunctionCommand,
} from '@aws-sdk/client-cloudfront'
import { Failure } from '../../base/errors.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { type RouteSettings, sharedKeyRules } from '../../bundle/settings.ts'
import type { Calls } from './calls.ts'
import type { Identity } from './distribution.ts'
import { planStore, type StorePlan } from './key-value-store.ts'
import { resourceName } from './names.ts'

const TRIGGER = 'viewer-request'

export type FunctionPlan = {
  name: string
  arn: string
  /** `keep`: the published code is the bundle's already; `publish`: the code in the development stage is. */
  change: 'create' | 'update' | 'publish' | 'keep'
  /** Of the development stage; empty where it is not needed. */
  etag: string
  /** The store that it is to read the secrets of tokens from. */
  store: StorePlan
  /** ARN of the store that the published function reads them from; null: it reads none, or is not there. */
  liveStore: string | null
}

export async function planFunction(
  calls: Calls,
  distribution: string,
  { account, partition }: Identity,
  bundle: BuiltBundle,
  keyValueStore: string | undefined,
): Promise<FunctionPlan> {
  const name = resourceName(distribution, TRIGGER)
  const arn = `arn:${partition}:cloudfront::${account}:function/${name}`
  const live = await readStage(calls, name, 'LIVE')
  const liveStore = live?.store ?? null
  const store = await planStore(calls, distribution, bundle.policies, keyValueStore, liveStore)
  const planned = { name, arn, store, liveStore }
  if (live && isPlanned(live, bundle, store)) return { ...planned, change: 'keep', etag: '' }
  const development = await readStage(calls, name, 'DEVELOPMENT')
  if (!development) return { ...planned, change: 'create', etag: '' }
  const change = isPlanned(development, bundle, store) ? 'publish' : 'update'
  return { ...planned, change, etag: development.etag }
}

/** `store`: ARN, or none. */
type Stage = { etag: string; runtime: string; code: Uint8Array; store: string | null }

async function readStage({ find }: Calls, Name: string, Stage: 'LIVE' | 'DEVELOPMENT'): Promise<Stage | null> {
  const described = await find('cloudfront:DescribeFunction', ({ cloudfront }) =>
    cloudfront.send(new DescribeFunctionCommand({ Name, Stage })),
  )
  if (!described) return null
  const got = await find('cloudfront:GetFunction', ({ cloudfront }) =>
    cloudfront.send(new GetFunctionCommand({ Name, Stage })),
  )
  const { Runtime = '', KeyValueStoreAssociations } = described.FunctionSummary?.FunctionConfig ?? {}
  return {
    etag: described.ETag ?? '',
    runtime: Runtime,
    store: KeyValueStoreAssociations?.Items?.[0]?.KeyValueStoreARN ?? null,
    code: got?.FunctionCode ?? new Uint8Array(),
  }
}

const isPlanned = (stage: Stage, { manifest, contents }: BuiltBundle, store: StorePlan): boolean =>
  stage.runtime === manifest.artefacts[TRIGGER].runtime &&
  contents[TRIGGER].equals(stage.code) &&
  stage.store === arnOf(store)

const arnOf = (store: StorePlan): string | null => (store.kind === 'found' ? store.arn : null)

/** Changes the development stage alone, which no viewer's request reaches. @returns its ETag */
export async function prepareFunction({ call }: Calls, plan: FunctionPlan, bundle: BuiltBundle): Promise<string> {
  const { sha256, runtime } = bundle.manifest.artefacts[TRIGGER]
  const store = arnOf(plan.store)
  const parts = {
    Name: plan.name,
    FunctionCode: bundle.contents[TRIGGER],
    FunctionConfig: {
      Comment: `Rimlight ${TRIGGER}, sha256 ${sha256}`,
      Runtime: runtime as 'cloudfront-js-2.0',
      ...(store === null ? {} : { KeyValueStoreAssociations: { Quantity: 1, Items: [{ KeyValueStoreARN: store }] } }),
    },
  }
  switch (plan.change) {
    case 'create': {
      const { ETag = '' } = await call('cloudfront:CreateFunction', ({ cloudfront }) =>
        cloudfront.send(new CreateFunctionCommand(parts)),
      )
      return ETag
    }
    case 'update': {
      const { ETag = '' } = await call('cloudfront:UpdateFunction', ({ cloudfront }) =>
        cloudfront.send(new UpdateFunctionCommand({ ...parts, IfMatch: plan.etag })),
      )
      return ETag
    }
    case 'publish':
    case 'keep':
      return plan.etag
  }
}

/** Compute utilisation in percent of what CloudFront allows. */
export type TestedEvent = { path: string; utilisation: number }

/**
 * Developer Guide, "Test functions": from 51 on a function is near the limit, from 71 on it can be throttled. One
 * measurement says little, so what is too much is measured again.
 */
export const NEAR_LIMIT = 51
const TOO_MUCH = 71
const MEASUREMENTS = 3

/** Runs the function in AWS's own engine. @throws Failure if it fails there, or takes too long */
export async function testFunction(
  calls: Calls,
  { name }: FunctionPlan,
  etag: string,
  events: readonly TestEvent[],
): Promise<TestedEvent[]> {
  const tested: TestedEvent[] = []
  for (const event of events) {
    let utilisation = await measured(calls, name, etag, event)
    for (let again = 1; utilisation >= TOO_MUCH && again < MEASUREMENTS; again += 1) {
      utilisation = Math.min(utilisation, await measured(calls, name, etag, event))
    }
    if (utilisation >= TOO_MUCH) {
      throw new Failure(
        `${name}: expected a compute utilisation below ${TOO_MUCH} for ${event.path}, found ${utilisation} in ${MEASUREMENTS} tests: CloudFront would throttle it, so it is not published; fewer routes and shorter patterns make it faster`,
        {
          code: 'function-too-slow',
          expected: `a compute utilisation below ${TOO_MUCH} for ${event.path}`,
          found: `${utilisation} in ${MEASUREMENTS} tests`,
        },
      )
    }
    tested.push({ path: event.path, utilisation })
  }
  return tested
}

async function measured({ call }: Calls, Name: string, IfMatch: string, { path, event }: TestEvent): Promise<number> {
  const { TestResult: result } = await call('cloudfront:TestFunction', ({ cloudfront }) =>
    cloudfront.send(
      new TestFunctionCommand({ Name, IfMatch, Stage: 'DEVELOPMENT', EventObject: Buffer.from(JSON.stringify(event)) }),
    ),
  )
  if (result?.FunctionErrorMessage) {
    throw new Failure(
      `${Name}: expected an answer to the test event ${path}, found an error in CloudFront's engine: ${result.FunctionErrorMessage}; the function is not published; please report it`,
      { code: 'function-fails', expected: `an answer to the test event ${path}`, found: result.FunctionErrorMessage },
    )
  }
  if (!/^\s*\{\s*"re(?:quest|sponse)"/.test(result?.FunctionOutput ?? '')) {
    throw new Failure(
      `${Name}: expected a request or a response for the test event ${path}, found ${result?.FunctionOutput || 'nothing'}; the function is not published; please report it`,
      {
        code: 'function-fails',
        expected: `a request or a response for the test event ${path}`,
        found: result?.FunctionOutput || 'nothing',
      },
    )
  }
  return Number(result?.ComputeUtilization ?? 0)
}

/** Publishes the function: where a behaviour has it already, it runs for viewers from here on. */
export async function publishFunction({ call }: Calls, { name }: FunctionPlan, etag: string): Promise<void> {
  await call('cloudfront:PublishFunction', ({ cloudfront }) =>
    cloudfront.send(new PublishFunctionCommand({ Name: name, IfMatch: etag })),
  )
}

/**
 * Events for TestFunction: one for each route that has the function, and one more with a token where the function verifies it.
 * Nobody has signed that one: it takes the function as far as to its signature. Shape: Developer Guide, "CloudFront Functions
 * event structure".
 */
export type TestEvent = { path: string; event: object }

export function testEvents(distribution: string, { settings, policies }: BuiltBundle): TestEvent[] {
  const host = settings.domains[0] ?? 'www.example.com'
  const eventOf = (path: string, query: Record<string, string>, sent: Sent = {}): object => ({
    version: '1.0',
    context: { eventType: 'viewer-request', distributionId: distribution },
    viewer: { ip: '203.0.113.1' },
    request: {
      method: 'GET',
      uri: path,
      querystring: fields({ ...query, ...sent.query }),
      headers: fields({
        ...{ host, accept: 'image/avif,image/webp,image/*,*/*;q=0.8', 'user-agent': 'Mozilla/5.0' },
        ...sent.headers,
      }),
      cookies: fields(sent.cookies ?? {}),
    },
  })
  const isItsOwn = (_: RouteSettings, index: number) => policies.behaviours[index]?.viewerRequest !== 'lambda'
  return settings.routes.filter(isItsOwn).flatMap((route) => {
    const { path: pattern, version, query, images, index, auth } = route
    const path = sampleOf(pattern, images ? 'caf%c3%a9/sample.jpg' : index ? 'sample%7epage/' : 'sample%7epage')
    const parameters: Record<string, string> = {
      ...(version ? { [version]: '1700000000' } : {}),
      ...Object.fromEntries(query.map((name) => [name, '1'])),
      ...(images ? { w: '640', h: '427', fit: 'crop', q: '75' } : {}),
      ...(auth?.type === 'signed' ? SIGNATURE : {}),
      utm_source: 'newsletter',
    }
    const rules = sharedKeyRules(route)
    return [
      { path, event: eventOf(path, parameters) },
      ...(rules ? [{ path: `${path} with a token`, event: eventOf(path, parameters, tokenIn(rules.from[0])) }] : []),
    ]
  })
}

type Sent = Partial<Record<'query' | 'headers' | 'cookies', Record<string, string>>>

/** Sample parameters of a signature, as long as one by RSA. Developer Guide, "Create a signed URL using a canned policy". */
const SIGNATURE = { Expires: '1767225600', 'Key-Pair-Id': 'K2JCJMDEHXQW5F', Signature: `${'Ab-~'.repeat(85)}A__` }

const base64url = (text: string): string => Buffer.from(text).toString('base64url')

const TOKEN = [
  base64url('{"alg":"HS256","typ":"JWT"}'),
  base64url('{"iss":"https://login.example.com","sub":"248289761001","exp":1767225600,"path":["/projects/123"]}'),
  Buffer.alloc(32).toString('base64url'),
].join('.')

/** The token where a route looks for it. */
function tokenIn(source: string | undefined): Sent {
  const [, kind, name = ''] = /^(cookie|query):(.*)$/.exec(source ?? '') ?? []
  if (kind === undefined) return { headers: { authorization: `Bearer ${TOKEN}` } }
  return kind === 'cookie' ? { cookies: { [name]: TOKEN } } : { query: { [name]: TOKEN } }
}

const fields = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))

/** A path that the pattern matches, with an escape in it: of all paths these take the function longest. */
function sampleOf(pattern: string, end: string): string {
  const path = pattern.replaceAll('?', 'x').replace(/\*+$/, end)
  const whole = path.replaceAll('*', 'sample')
  return whole.startsWith('/') ? whole : `/${whole}`
}
