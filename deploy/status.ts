/** `rimlight status`: what is attached to a distribution, from which build, what has drifted, and whether it may read its buckets. */
import { type BuiltBundle, readBundle } from '../bundle/read-bundle.ts'
import { defineCommand, type Main } from '../cli/kit/command.ts'
import { type Paint, painter } from '../cli/kit/output.ts'
import { TRIGGERS, type Trigger } from '../edge/limits.ts'
import { type Dependencies, realDependencies } from './attach/aws-clients.ts'
import { attachedCode, type TriggerCode } from './attach/code.ts'
import type { FunctionPlan } from './attach/function.ts'
import { functionName, receiptName } from './attach/names.ts'
import { type AttachPlan, planAttach, plannedAt, planResources, readSituation } from './attach/plan.ts'
import { checkAccount, readReceipt } from './attach/receipt.ts'
import { noteLines, titleOf } from './attach/report.ts'
import { distributionId, inSession } from './attach/session.ts'
import { BUCKET_PERMISSIONS } from './status/bucket-calls.ts'
import { type BucketStatus, bucketStatuses } from './status/buckets.ts'

export type Status = {
  account: string
  distribution: { id: string; domain: string; isDeployed: boolean }
  /** `drifted`: something of Rimlight is there, and not all of this build as attach would have it. */
  state: 'attached' | 'drifted' | 'not-attached'
  behaviours: { path: string; triggers: TriggerCode[]; notes: string[] }[]
  /** What keeps it from being attached and current. */
  drift: string[]
  /** ARN of where the published function finds the secrets of tokens. */
  keyValueStore: string | null
  notes: string[]
  /** Of cached routes. */
  buckets: BucketStatus[]
}

export const statusCommand = (dependencies: Dependencies): Main =>
  defineCommand({
    name: 'rimlight status',
    usage: '--distribution ID [--behaviour PATTERN…] [--dist DIR] [--receipt FILE] [--json]',
    about: `Says what a distribution has of the bundle in dist/: which function is on which trigger of each behaviour, from which build,
whether it is deployed, and what differs from what \`rimlight attach\` would make. It changes nothing.

Of the buckets of cached routes it says whether the distribution may read them: to viewers, what it may not read looks as if it
were missing. For that it looks at region, policy and key of each, which takes
${BUCKET_PERMISSIONS.join(', ')}.
What whoever runs it may not look at, it names.`,
    options: {
      distribution: { type: 'string', value: 'ID', about: 'the distribution' },
      behaviour: {
        type: 'string',
        value: 'PATTERN',
        about: "a behaviour that is to be attached; default: the receipt's, or all",
        multiple: true,
      },
      dist: { type: 'string', value: 'DIR', about: 'the bundle', default: 'dist' },
      receipt: {
        type: 'string',
        value: 'FILE',
        about: 'the receipt; default: rimlight-ID.receipt.json, if there is one',
      },
      json: { type: 'boolean', about: 'print one JSON document' },
    },
    examples: ['rimlight status --distribution EDFDVBD6EXAMPLE'],
    exitCode:
      '0 attached and from this build, deployed or in progress; 1 drifted, not attached, or a bucket that may not be read; 2 wrong usage or input',
    async run(values, context) {
      const distribution = distributionId(values.distribution, context.hint)
      const bundle = await readBundle(values.dist)
      const file = values.receipt ?? receiptName(distribution)
      const receipt = await readReceipt(file, distribution)
      const behaviours = values.behaviour.length > 0 ? values.behaviour : (receipt?.attachment.behaviours ?? [])
      const { stdout } = context
      const status = await inSession(
        dependencies,
        context,
        () => 'Interrupted.',
        async ({ calls, line }) => {
          line.show(`Reading ${distribution}`)
          // A receipt that lists all behaviours is of an attach that named none.
          const isAll = behaviours.length === bundle.policies.behaviours.length
          const asked = { distribution, behaviours: isAll ? [] : behaviours, replaces: false, keyValueStore: undefined }
          const situation = await readSituation(calls, asked, bundle, (account) => {
            if (receipt) checkAccount(receipt, file, account)
          })
          const plan = planAttach(situation, await planResources(calls, situation, bundle, undefined))
          const code = await attachedCode(calls, situation, bundle)
          line.show('Reading the policies of buckets')
          const { distribution: found, identity } = situation
          const readers = { distribution: found, identity, role: plan.resources.role.arn }
          return { ...statusOf(plan, code), buckets: await bucketStatuses(calls, readers, bundle) }
        },
      )
      stdout.write(values.json ? `${JSON.stringify(status)}\n` : statusText(status, bundle, painter(stdout)))
      return status.state === 'attached' && status.buckets.every(({ isReadable }) => isReadable !== false) ? 0 : 1
    },
  })

export const main = statusCommand(realDependencies)

type Rows = { path: string; triggers: TriggerCode[] }[]

function statusOf(plan: AttachPlan, rows: Rows): Omit<Status, 'buckets'> {
  const { identity, distribution, notes } = plan
  const isOn = rows.some(({ triggers }) => triggers.some(({ build }) => build === 'this' || build === 'other'))
  const drift = [...triggerDrift(plan, rows), ...otherDrift(plan)]
  return {
    account: identity.account,
    distribution: { id: distribution.id, domain: distribution.domain, isDeployed: distribution.isDeployed },
    state: !isOn ? 'not-attached' : drift.length > 0 ? 'drifted' : 'attached',
    behaviours: rows.map(({ path, triggers }) => ({ path, triggers, notes: notes[path] ?? [] })),
    drift,
    keyValueStore: plan.resources.function.liveStore,
    notes: notes[''] ?? [],
  }
}

function triggerDrift({ arns, pairs }: AttachPlan, rows: Rows): string[] {
  const wanted = new Map(pairs.map((pair) => [pair.pattern, pair.wanted]))
  const expected = (path: string, trigger: Trigger) => plannedAt(trigger, wanted.get(path) ?? {}, arns)
  const problems: Record<TriggerCode['build'], (code: TriggerCode, path: string) => string> = {
    this: ({ trigger, name }, path) =>
      `expected ${functionName(expected(path, trigger) ?? 'a version of its own')}, found ${name}`,
    other: ({ name }) => `expected the code of this build, found another in ${name}`,
    foreign: ({ name }) => `expected Rimlight's function, found ${name}`,
    none: () => "expected Rimlight's function, found nothing",
  }
  const isRight = ({ trigger, build, name }: TriggerCode, path: string) =>
    build === 'this' && name === functionName(expected(path, trigger) ?? '')
  return rows.flatMap(({ path, triggers }) =>
    triggers
      .filter((code) => !isRight(code, path))
      .map((code) => `${path}: ${code.trigger}: ${problems[code.build](code, path)}`),
  )
}

/** What attach would refuse or put right, besides what is on the triggers. */
function otherDrift({ problems, resources, distribution, pairs }: AttachPlan): string[] {
  const { role, lambdas, function: cloudFrontFunction } = resources
  const shown = pairs.flatMap(({ pattern }) => TRIGGERS.map((trigger) => `${pattern}: ${trigger}: `))
  const others = problems.filter(
    (problem) => ![...shown, `distribution ${distribution.id}: `].some((beginning) => problem.startsWith(beginning)),
  )
  const roleProblem = role.changes.includes('create') ? 'none' : `another in its ${role.changes.join(' and ')}`
  return [
    ...others,
    ...storeDrift(cloudFrontFunction),
    ...(role.changes.length > 0 ? [`expected the role ${role.name} as attach makes it, found ${roleProblem}`] : []),
    ...lambdas.flatMap(({ name, version }) =>
      version === null ? [`expected a version of ${name} with this build's code and settings, found none`] : [],
    ),
  ]
}

/** A function that is not there at all is told of as such. */
const storeDrift = ({ name, change, store, liveStore }: FunctionPlan): string[] =>
  change !== 'create' && store.kind !== 'missing' && (store.kind === 'found' ? store.arn : null) !== liveStore
    ? [
        `expected ${name} to read ${store.kind === 'found' ? `the key value store ${store.arn}` : 'no key value store'}, found ${liveStore ?? 'that it reads none'}`,
      ]
    : []

const BUILDS = { this: 'this build', other: 'another build', foreign: "not Rimlight's", none: '' }

function statusText(status: Status, { folder, manifest }: BuiltBundle, paint: Paint): string {
  const { behaviours, drift, distribution, account, notes, state, buckets } = status
  const width = 'viewer-request'.length + 2
  const states = {
    attached: paint('green', `Attached: the build in ${folder} (config ${manifest.config.sha256.slice(0, 12)})`),
    drifted: paint(
      'yellow',
      `Drifted from the build in ${folder}; \`rimlight attach --distribution ${distribution.id}\` puts right what it can:`,
    ),
    'not-attached': paint('yellow', `Not attached; \`rimlight attach --distribution ${distribution.id}\` does that`),
  }
  return [
    paint('bold', titleOf(distribution, account)),
    ...behaviours.flatMap(({ path, triggers, notes: own }) => [
      '',
      paint('bold', `Behaviour ${path}`),
      ...triggers.map(({ trigger, name, build }) =>
        paint(
          build === 'this' ? 'green' : 'yellow',
          `    ${trigger.padEnd(width)}${name ?? 'nothing'}${BUILDS[build] && `, ${BUILDS[build]}`}`,
        ),
      ),
      ...noteLines(own, paint),
    ]),
    ...(notes.length > 0 ? ['', paint('bold', 'Distribution'), ...noteLines(notes, paint)] : []),
    ...(status.keyValueStore === null
      ? []
      : ['', paint('bold', 'Secrets of tokens'), `    ${status.keyValueStore}; \`rimlight keys list\` says which`]),
    ...buckets.flatMap((bucket) => bucketLines(bucket, paint)),
    '',
    states[state],
    ...(state === 'attached' ? [] : drift.map((line) => `  ${line}`)),
    '',
  ].join('\n')
}

const READABLE = { true: 'may be read', false: 'may not be read', null: 'not known whether it may be read' }

const bucketLines = ({ bucket, region, isReadable, problems, notes }: BucketStatus, paint: Paint): string[] => [
  '',
  paint('bold', `Bucket ${bucket} in ${region}`),
  paint(isReadable ? 'green' : 'yellow', `    ${READABLE[`${isReadable}`]}`),
  ...problems.map((problem) => paint('red', `  ! ${problem}`)),
  ...noteLines(notes, paint),
]
