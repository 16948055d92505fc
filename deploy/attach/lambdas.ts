/**
 * The Lambda functions. A distribution takes numbered versions alone: each build, and each change of settings, has
 * one.
 */
import {
  CreateFunctionCommand,
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  type Runtime,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda'
import { Failure } from '../../base/errors.ts'
import { type Artefact, artefactOf, type LambdaName } from '../../bundle/manifest.ts'
import type { BuiltBundle } from '../../bundle/read-bundle.ts'
import { Conflict } from '../aws/faults.ts'
import { REGION } from './aws-clients.ts'
import type { Calls } from './calls.ts'
import type { Identity } from './distribution.ts'
import { resourceName } from './names.ts'

export type LambdaPlan = {
  artefact: LambdaName
  name: string
  /** Without a version. */
  arn: string
  role: string
  /** The version that is the bundle's already; null: one has to be published. */
  version: string | null
  /** What has to be done before that. */
  changes: ('create' | 'code' | 'configuration')[]
}

export async function planLambda(
  calls: Calls,
  artefactName: LambdaName,
  distribution: string,
  { account, partition }: Identity,
  role: string,
  { manifest }: BuiltBundle,
): Promise<LambdaPlan> {
  const name = resourceName(distribution, artefactName)
  const arn = `arn:${partition}:lambda:${REGION}:${account}:function:${name}`
  const plan = { artefact: artefactName, name, arn, role }
  const artefact = artefactOf(manifest, artefactName)
  const versions = await readVersions(calls, name)
  if (!versions) return { ...plan, version: null, changes: ['create'] }

  const isWanted = (found: FunctionConfiguration) => hasCode(found, artefact) && hasSettings(found, artefact, role)
  // The versions of older builds are still there: to go back to one, the distribution only has to name it.
  const version = versions.numbered.findLast(isWanted)?.Version
  if (version) return { ...plan, version, changes: [] }
  const { latest } = versions
  const changes: LambdaPlan['changes'] = []
  if (!hasCode(latest, artefact)) changes.push('code')
  if (!hasSettings(latest, artefact, role)) changes.push('configuration')
  return { ...plan, version: null, changes }
}

const LATEST = '$LATEST'

/** `numbered`: oldest first. */
type Versions = { latest: FunctionConfiguration; numbered: FunctionConfiguration[] }

/** Null: there is no such function. */
async function readVersions({ find }: Calls, FunctionName: string): Promise<Versions | null> {
  const versions: FunctionConfiguration[] = []
  let Marker: string | undefined
  do {
    const page = await find('lambda:ListVersionsByFunction', ({ lambda }) =>
      lambda.send(new ListVersionsByFunctionCommand({ FunctionName, ...(Marker ? { Marker } : {}) })),
    )
    if (!page) return null
    versions.push(...(page.Versions ?? []))
    Marker = page.NextMarker || undefined
  } while (Marker)
  return {
    latest: versions.find(({ Version }) => Version === LATEST) ?? {},
    numbered: versions
      .filter(({ Version }) => Version !== LATEST)
      .toSorted((a, b) => Number(a.Version) - Number(b.Version)),
  }
}

const hasCode = ({ CodeSha256, Architectures }: FunctionConfiguration, { codeSha256 }: Artefact): boolean =>
  CodeSha256 === codeSha256 && Architectures?.join() === 'x86_64'

/** The bundle's settings, and none that Lambda@Edge does not allow: Developer Guide, "Restrictions on Lambda@Edge". */
const hasSettings = (found: FunctionConfiguration, artefact: Artefact, role: string): boolean =>
  found.Runtime === artefact.runtime &&
  found.Handler === artefact.handler &&
  found.MemorySize === artefact.memory &&
  found.Timeout === artefact.timeout &&
  found.Role === role &&
  Object.keys(found.Environment?.Variables ?? {}).length === 0 &&
  (found.Layers ?? []).length === 0 &&
  (found.VpcConfig?.SubnetIds ?? []).length === 0

/** @returns the ARN of the version, which is ready to be associated */
export async function applyLambda(
  calls: Calls,
  plan: LambdaPlan,
  bundle: BuiltBundle,
  progress: (text: string) => void,
): Promise<string> {
  const version = plan.version ?? (await publish(calls, plan, bundle, progress))
  progress(`Waiting for ${plan.name}:${version}`)
  await waitUntilReady(calls, plan.name, version)
  return `${plan.arn}:${version}`
}

async function publish(
  calls: Calls,
  plan: LambdaPlan,
  { manifest, contents }: BuiltBundle,
  progress: (text: string) => void,
): Promise<string> {
  const { name, role, changes } = plan
  const { call } = calls
  const artefact = artefactOf(manifest, plan.artefact)
  const zip = contents[plan.artefact] as Buffer
  const settings = {
    FunctionName: name,
    Role: role,
    Runtime: artefact.runtime as Runtime,
    Handler: artefact.handler,
    MemorySize: artefact.memory ?? 128,
    Timeout: artefact.timeout ?? 30,
    Description: `Rimlight ${plan.artefact}`,
  }
  if (changes.includes('create')) {
    progress(`Creating ${name}`)
    await call('lambda:CreateFunction', ({ lambda }) =>
      lambda.send(new CreateFunctionCommand({ ...settings, Code: { ZipFile: zip }, Architectures: ['x86_64'] })),
    )
  }
  await waitUntilReady(calls, name, LATEST)
  if (changes.includes('code')) {
    progress(`Uploading ${name}`)
    await call('lambda:UpdateFunctionCode', ({ lambda }) =>
      lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile: zip, Architectures: ['x86_64'] })),
    )
    await waitUntilReady(calls, name, LATEST)
  }
  if (changes.includes('configuration')) {
    await call('lambda:UpdateFunctionConfiguration', ({ lambda }) =>
      lambda.send(
        new UpdateFunctionConfigurationCommand({
          ...settings,
          Environment: { Variables: {} },
          Layers: [],
          VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
        }),
      ),
    )
    await waitUntilReady(calls, name, LATEST)
  }

  // Where nothing has changed since the last version, Lambda answers with that one: Lambda API Reference, PublishVersion.
  const published = await call('lambda:PublishVersion', ({ lambda }) =>
    lambda.send(new PublishVersionCommand({ FunctionName: name, CodeSha256: artefact.codeSha256 })),
  )
  if (!published.Version || !hasCode(published, artefact) || !hasSettings(published, artefact, role)) {
    throw new Conflict(`${name}: somebody else changed it before version ${published.Version} was published`)
  }
  return published.Version
}

/** Milliseconds. */
const PAUSE = 2_000
const PATIENCE = 5 * 60_000

/** Lambda Developer Guide, "Lambda function states". */
async function waitUntilReady({ call, sleep }: Calls, name: string, version: string): Promise<void> {
  for (let waited = 0; waited <= PATIENCE; waited += PAUSE) {
    const { State, StateReason, LastUpdateStatus, LastUpdateStatusReason } = await call(
      'lambda:GetFunctionConfiguration',
      ({ lambda }) =>
        lambda.send(
          new GetFunctionConfigurationCommand({
            FunctionName: name,
            ...(version === LATEST ? {} : { Qualifier: version }),
          }),
        ),
    )
    if (State === 'Failed' || LastUpdateStatus === 'Failed') {
      const reason = StateReason || LastUpdateStatusReason || 'Lambda gives no reason'
      throw new Failure(
        `${name}: expected it to become ready, found it failed: ${reason}; run the same command again, or delete the function first`,
        { code: 'lambda-failed', expected: `${name} to become ready`, found: reason },
      )
    }
    if (State !== 'Pending' && LastUpdateStatus !== 'InProgress') return
    await sleep(PAUSE)
  }
  throw new Failure(
    `${name}: expected it to be ready within ${PATIENCE / 60_000} minutes, found it pending; run the same command again: it carries on`,
    { code: 'lambda-pending', expected: `${name} to be ready within ${PATIENCE / 60_000} minutes`, found: 'pending' },
  )
}
