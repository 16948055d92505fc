/**
 * An AWS in memory, behind the real client classes: it keeps what it is told, enforces ETags, publication before
 * association and Lambda@Edge's rules, takes its time where AWS does, and can fail or end the process at any call.
 */
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { IAMClient } from '@aws-sdk/client-iam'
import { KMSClient } from '@aws-sdk/client-kms'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { STSClient } from '@aws-sdk/client-sts'
import { mockClient } from 'aws-sdk-client-mock'
import { kmsCommands, s3Commands } from './buckets.ts'
import { cloudFrontCommands } from './cloudfront.ts'
import { iamCommands } from './iam.ts'
import { lambdaCommands } from './lambda.ts'
import type { Account, CommandRow } from './state.ts'
import { stsCommands } from './sts.ts'

/** The process is gone: nothing catches this, and nothing is called after it. */
export class ProcessDied extends Error {
  override name = 'ProcessDied'
}

type Death = { atCall: number; tookEffect: boolean }

export const ACCOUNT = '111122223333'

export class MemoryAws implements Account {
  account = ACCOUNT
  arn = `arn:aws:iam::${ACCOUNT}:user/deployer`
  distributions: Account['distributions'] = new Map()
  functions: Account['functions'] = new Map()
  cachePolicies: Account['cachePolicies'] = new Map()
  originRequestPolicies: Account['originRequestPolicies'] = new Map()
  responseHeadersPolicies: Account['responseHeadersPolicies'] = new Map()
  keyValueStores: Account['keyValueStores'] = new Map()
  keyGroups: Account['keyGroups'] = new Map()
  publicKeys: Account['publicKeys'] = new Map()
  lambdas: Account['lambdas'] = new Map()
  roles: Account['roles'] = new Map()
  buckets: Account['buckets'] = new Map()
  keys: Account['keys'] = new Map()
  utilisation: Account['utilisation'] = () => 23
  /** Names of the calls, in order. */
  calls: string[] = []
  mutations: string[] = []
  /** Called before each call; what it throws, the call throws. */
  before: (action: string, count: number) => void = () => {}
  #death: Death | null = null
  #isDead = false
  #tags = 0

  /** The process ends at this call, counted from now on: before AWS heard of it, or after. */
  dieAt(call: number, tookEffect: boolean): void {
    this.#death = { atCall: this.calls.length + call, tookEffect }
  }

  /** Another process. */
  revive(): void {
    this.#isDead = false
    this.#death = null
  }

  etag(): string {
    this.#tags += 1
    return `ETAG${this.#tags}`
  }

  /** What is called besides AWS, such as a store: the process can end there as well. */
  async elsewhere<T>(action: string, call: () => Promise<T>): Promise<T> {
    if (this.#isDead) throw new ProcessDied('a dead process called')
    this.calls.push(action)
    const death = this.#death?.atCall === this.calls.length ? this.#death : null
    if (death) this.#isDead = true
    if (death && !death.tookEffect) throw new ProcessDied(`before ${action}`)
    const answer = await call()
    if (death) throw new ProcessDied(`after ${action}`)
    return answer
  }

  async handle(row: CommandRow, input: Record<string, unknown>, region: string): Promise<object> {
    if (this.#isDead) throw new ProcessDied('a dead process called')
    this.calls.push(row.action)
    const death = this.#death?.atCall === this.calls.length ? this.#death : null
    if (death) this.#isDead = true
    if (death && !death.tookEffect) throw new ProcessDied(`before ${row.action}`)
    try {
      this.before(row.action, this.calls.filter((action) => action === row.action).length)
      const answer = structuredClone(await row.handle(structuredClone(input), this, { region }))
      if (row.isMutation) this.mutations.push(row.action)
      if (!death) return answer
    } catch (error) {
      if (!death) throw error
    }
    throw new ProcessDied(`after ${row.action}`)
  }
}

/**
 * All clients of CloudFront, Lambda, IAM and STS talk to this account from now on.
 * @param more commands of CloudFront, which take the place of those of the same action
 */
export const install = (aws: MemoryAws, more: readonly CommandRow[] = []): Installed =>
  installedAs([
    registered(mockClient(CloudFrontClient), withMore(cloudFrontCommands, more), aws),
    registered(mockClient(LambdaClient), lambdaCommands, aws),
    registered(mockClient(IAMClient), iamCommands, aws),
    registered(mockClient(STSClient), stsCommands, aws),
  ])

/** Those of S3 and KMS too, where no bucket is really there. */
export const installBuckets = (aws: MemoryAws): Installed =>
  installedAs([registered(mockClient(S3Client), s3Commands, aws), registered(mockClient(KMSClient), kmsCommands, aws)])

export type Installed = { restore(): void }

const installedAs = (mocks: readonly Installed[]): Installed => ({
  restore() {
    for (const mock of mocks) mock.restore()
  },
})

export const withMore = (rows: readonly CommandRow[], more: readonly CommandRow[]): CommandRow[] => [
  ...rows.filter(({ action }) => !more.some((one) => one.action === action)),
  ...more,
]

type Client = { config: { region(): Promise<string> } }
type Mock = { send: { callsFake(fake: (this: Client, command: { input: object }) => Promise<object>): unknown } }

/**
 * By the command's class, looked up once a call: the mock's own `on` compares each command with all that it knows, which took
 * a third of the time of the tests that end a process at every call.
 */
function registered<T extends { restore(): void }>(mock: T, rows: readonly CommandRow[], aws: MemoryAws): T {
  const byCommand = new Map<unknown, CommandRow>(rows.map((row) => [row.command, row]))
  ;(mock as T & Mock).send.callsFake(async function (command) {
    const row = byCommand.get(command.constructor)
    if (row === undefined) throw new Error(`no such call in this AWS: ${command.constructor.name}`)
    return aws.handle(row, command.input as Record<string, unknown>, await this.config.region())
  })
  return mock
}
