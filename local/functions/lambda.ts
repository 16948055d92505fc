import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LAMBDA_MEMORY_MB, LAMBDA_TIMEOUT_SECONDS } from '../../edge/limits.ts'
import type { Artefact } from '../../edge/manifest.ts'
import type { LambdaSpec } from './lambda-environment.ts'
import { type LambdaProcess, startLambdaProcess } from './lambda-process.ts'
import { onProcessEnd } from './lifetime.ts'
import type { Outcome } from './outcome.ts'
import { unzip } from './unzip.ts'

export type LambdaOptions = {
  zip: string
  /** Memory and timeout default to Lambda's smallest size and to the most that an origin trigger may take. */
  artefact: Pick<Artefact, 'handler' | 'runtime' | 'memory' | 'timeout'>
  name?: string
  /** Variables to add, such as `AWS_ENDPOINT_URL_S3`. Lambda@Edge itself allows none. */
  env?: Record<string, string>
}

export type Lambda = {
  /**
   * Hands one event to the function: one invocation at a time, as in an execution environment of Lambda. Does not
   * reject for what a function does. `now`, in milliseconds since 1970, is what the function takes the time to be.
   */
  invoke(event: unknown, options?: { now?: number | undefined }): Promise<Outcome>
  /** Ends the process and removes what was unpacked. */
  close(): Promise<void>
}

/**
 * Unpacks a zip and runs it in a Node process of its own, with Lambda's environment variables, timeout and memory.
 * The process starts with the first invocation, and afresh after one that ended it. Rejects for a broken zip.
 */
export async function openLambda({
  zip,
  artefact,
  name = 'us-east-1.rimlight',
  env = {},
}: LambdaOptions): Promise<Lambda> {
  const root = await mkdtemp(join(tmpdir(), 'rimlight-lambda-'))
  const forget = onProcessEnd(() => rmSync(root, { recursive: true, force: true }))
  const remove = async () => {
    await rm(root, { recursive: true, force: true })
    forget()
  }
  try {
    await unzip(zip, root)
  } catch (error) {
    await remove()
    throw error
  }

  const { handler, runtime, memory = LAMBDA_MEMORY_MB.min, timeout = LAMBDA_TIMEOUT_SECONDS } = artefact
  const spec: LambdaSpec = { root, handler, runtime, memory, timeout, name, env }
  let current: LambdaProcess | undefined
  let closed = false
  let turn: Promise<unknown> = Promise.resolve()

  async function invokeNext(event: unknown, now: number | null): Promise<Outcome> {
    if (closed) throw new Error(`${zip} has been closed`)
    const started = current?.alive() ? current : startLambdaProcess(spec)
    if (started !== current) {
      current = started
      const loading = await started.load()
      if (loading.kind === 'failed') {
        await started.kill()
        return loading
      }
    }
    return started.invoke(event, now)
  }

  return {
    invoke(event, { now } = {}) {
      const outcome = turn.then(() => invokeNext(event, now ?? null))
      turn = outcome.catch(() => {})
      return outcome
    },
    async close() {
      closed = true
      await current?.kill()
      await remove()
    },
  }
}
