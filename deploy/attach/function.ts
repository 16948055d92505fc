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
import type { Calls } from './calls.ts'
import type { Identity } from './distribution.ts'
import { resourceName } from './names.ts'

const TRIGGER = 'viewer-request'

export type FunctionPlan = {
  name: string
  arn: string
  /** `keep`: the published code is the bundle's already; `publish`: the code in the development stage is. */
  change: 'create' | 'update' | 'publish' | 'keep'
  /** Of the development stage; empty where it is not needed. */
  etag: string
}

export async function planFunction(
  calls: Calls,
  distribution: string,
  { account, partition }: Identity,
  bundle: BuiltBundle,
): Promise<FunctionPlan> {
  const name = resourceName(distribution, TRIGGER)
  const arn = `arn:${partition}:cloudfront::${account}:function/${name}`
  const live = await readStage(calls, name, 'LIVE')
  if (live && isBuilt(live, bundle)) return { name, arn, change: 'keep', etag: '' }
  const development = await readStage(calls, name, 'DEVELOPMENT')
  if (!development) return { name, arn, change: 'create', etag: '' }
  return { name, arn, change: isBuilt(development, bundle) ? 'publish' : 'update', etag: development.etag }
}

type Stage = { etag: string; runtime: string; code: Uint8Array }

async function readStage({ find }: Calls, Name: string, Stage: 'LIVE' | 'DEVELOPMENT'): Promise<Stage | null> {
  const described = await find('cloudfront:DescribeFunction', ({ cloudfront }) =>
    cloudfront.send(new DescribeFunctionCommand({ Name, Stage })),
  )
  if (!described) return null
  const got = await find('cloudfront:GetFunction', ({ cloudfront }) =>
    cloudfront.send(new GetFunctionCommand({ Name, Stage })),
  )
  return {
    etag: described.ETag ?? '',
    runtime: described.FunctionSummary?.FunctionConfig?.Runtime ?? '',
    code: got?.FunctionCode ?? new Uint8Array(),
  }
}

const isBuilt = ({ runtime, code }: Stage, { manifest, contents }: BuiltBundle): boolean =>
  runtime === manifest.artefacts[TRIGGER].runtime && contents[TRIGGER].equals(code)

/** Changes the development stage alone, which no viewer's request reaches. @returns its ETag */
export async function prepareFunction({ call }: Calls, plan: FunctionPlan, bundle: BuiltBundle): Promise<string> {
  const { sha256, runtime } = bundle.manifest.artefacts[TRIGGER]
  const parts = {
    Name: plan.name,
    FunctionCode: bundle.contents[TRIGGER],
    FunctionConfig: { Comment: `Rimlight ${TRIGGER}, sha256 ${sha256}`, Runtime: runtime as 'cloudfront-js-2.0' },
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
export const TOO_MUCH = 71
const MEASUREMENTS = 3

/** In AWS's own engine. @throws Failure if the function fails there, or takes too long */
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

/** From here on it runs for viewers, where a behaviour has it already. */
export async function publishFunction({ call }: Calls, { name }: FunctionPlan, etag: string): Promise<void> {
  await call('cloudfront:PublishFunction', ({ cloudfront }) =>
    cloudfront.send(new PublishFunctionCommand({ Name: name, IfMatch: etag })),
  )
}

/** Events for TestFunction, one per route. Shape: Developer Guide, "CloudFront Functions event structure". */
export type TestEvent = { path: string; event: object }

export function testEvents(distribution: string, { settings }: BuiltBundle): TestEvent[] {
  const host = settings.domains[0] ?? 'www.example.com'
  return settings.routes.map(({ path: pattern, version, query, images }) => {
    const path = sampleOf(pattern, images !== null)
    const parameters: Record<string, string> = {
      ...(version ? { [version]: '1700000000' } : {}),
      ...Object.fromEntries(query.map((name) => [name, '1'])),
      ...(images ? { w: '640', h: '427', fit: 'crop', q: '75' } : {}),
      utm_source: 'newsletter',
    }
    return {
      path,
      event: {
        version: '1.0',
        context: { eventType: 'viewer-request', distributionId: distribution },
        viewer: { ip: '203.0.113.1' },
        request: {
          method: 'GET',
          uri: path,
          querystring: fields(parameters),
          headers: fields({ host, accept: 'image/avif,image/webp,image/*,*/*;q=0.8', 'user-agent': 'Mozilla/5.0' }),
          cookies: {},
        },
      },
    }
  })
}

const fields = (values: Record<string, string>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]))

/** A path that the pattern matches, with an escape in it: of all paths these take the function longest. */
function sampleOf(pattern: string, isImage: boolean): string {
  const path = pattern.replaceAll('?', 'x').replace(/\*+$/, isImage ? 'caf%c3%a9/sample.jpg' : 'sample%7epage')
  const whole = path.replaceAll('*', 'sample')
  return whole.startsWith('/') ? whole : `/${whole}`
}
