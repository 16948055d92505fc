import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '../../../base/temporary.ts'
import type { Artefact } from '../../../bundle/manifest.ts'
import { LAMBDA_MEMORY_MB, LAMBDA_TIMEOUT_SECONDS } from '../../../edge/limits.ts'
import type { InvocationOutcome } from '../../protocol/invocation.ts'
import type { LambdaSpec } from './lambda-environment.ts'
import { type LambdaProcess, startLambdaProcess } from './lambda-process.ts'
import { unzip } from './unzip.ts'

export type LambdaOptions = {
  zip: string
  /** Where `unpackLambda` has unpacked it already, for several to run; it stays. Left out: into a temporary folder. */
  unpacked?: string
  /** Memory and timeout default to Lambda's smallest size and to the most that an origin trigger may take. */
  artefact: Pick<Artefact, 'handler' | 'runtime' | 'memory' | 'timeout'>
  name?: string
  /** Variables to add, such as `AWS_ENDPOINT_URL_S3`. Lambda@Edge itself allows none. */
  env?: Record<string, string>
  /** How many execution environments there may be at a time; default 1. */
  environments?: number
}

/** The execution environments of one function. */
export type LambdaPool = {
  /**
   * Hands one event to the function. An execution environment has one invocation at a time; an event that finds none free
   * waits for its turn. Does not reject for what a function does. `now`, in milliseconds since 1970, is what the function
   * takes the time to be.
   */
  invoke(event: unknown, options?: { now?: number | undefined }): Promise<InvocationOutcome>
  /** Ends the processes and removes what was unpacked. */
  close(): Promise<void>
}

/**
 * Unpacks a zip into an existing folder, as `openLambda` takes it. At Lambda there is no package.json above the code. Here there may be
 * one, with another type of modules: this is nearer.
 */
export async function unpackLambda(zip: string, folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{}')
  await mkdir(join(folder, TASK))
  await unzip(zip, join(folder, TASK))
}

const TASK = 'task'

/** A folder of its own, with the zip in it. */
async function unpackedTemporarily(zip: string): Promise<{ folder: string; remove(): Promise<void> }> {
  const temporary = await temporaryFolder('rimlight-lambda-')
  try {
    await unpackLambda(zip, temporary.folder)
    return temporary
  } catch (error) {
    await temporary.remove()
    throw error
  }
}

/**
 * Unpacks a zip and runs it in Node processes of its own, with Lambda's environment variables, timeout and memory.
 * A process starts when none is free, and afresh after an invocation that ended it. Rejects for a broken zip.
 */
export async function openLambda({
  zip,
  unpacked,
  artefact,
  name = 'us-east-1.rimlight',
  env = {},
  environments = 1,
}: LambdaOptions): Promise<LambdaPool> {
  const { folder, remove } = unpacked ? { folder: unpacked, remove: async () => {} } : await unpackedTemporarily(zip)
  const root = join(folder, TASK)
  const { handler, runtime, memory = LAMBDA_MEMORY_MB.min, timeout = LAMBDA_TIMEOUT_SECONDS } = artefact
  const spec: LambdaSpec = { root, handler, runtime, memory, timeout, name, env }
  /** Free processes; the one that was used last is taken first, as Lambda does. */
  const free: LambdaProcess[] = []
  const all = new Set<LambdaProcess>()
  const turns = new Turns(environments)
  let closed = false

  async function invokeNext(event: unknown, now: number | null): Promise<InvocationOutcome> {
    if (closed) throw new Error(`${zip} has been closed`)
    const kept = free.pop()
    const lambda = kept?.alive() ? kept : startLambdaProcess(spec)
    if (lambda !== kept) {
      if (kept) all.delete(kept)
      all.add(lambda)
      const loading = await lambda.load()
      if (loading.kind === 'failed') {
        await lambda.kill()
        all.delete(lambda)
        return loading
      }
    }
    const outcome = await lambda.invoke(event, now)
    free.push(lambda)
    return outcome
  }

  return {
    invoke: (event, { now } = {}) => turns.take(() => invokeNext(event, now ?? null)),
    async close() {
      closed = true
      await Promise.all([...all].map((lambda) => lambda.kill()))
      await remove()
    },
  }
}

/** Limits how many pieces of work go on at a time; the others wait in line. */
class Turns {
  #free: number
  readonly #line: (() => void)[] = []

  constructor(atOnce: number) {
    this.#free = atOnce
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#line.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#line.shift()
      if (next) next()
      else this.#free += 1
    }
  }
}
