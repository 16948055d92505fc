import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { onProcessEnd } from '../../../base/process-end.ts'
import { ROOT } from '../../../base/root.ts'
import { LAMBDA_INIT_SECONDS } from '../../../edge/limits.ts'
import { failed, type InvocationOutcome, returned } from '../../protocol/invocation.ts'
import { guard } from '../guardian.ts'
import { invocationContext, type LambdaSpec, variables } from './lambda-environment.ts'
import { residentMegabytes, watchMemory } from './memory.ts'

const RUNTIME = join(ROOT, 'local/host/functions/lambda-runtime.cjs')

/** One execution environment: a Node process with the function loaded in it. */
export type LambdaProcess = {
  /** False once the process is gone: a crash, or killed for its time or its memory. */
  alive(): boolean
  load(): Promise<InvocationOutcome>
  invoke(event: unknown, now: number | null): Promise<InvocationOutcome>
  /** Resolves when the process is gone. */
  kill(): Promise<void>
}

type ProcessReply = { log?: string; loaded?: true; value?: string | null; failure?: string }

export function startLambdaProcess(spec: LambdaSpec): LambdaProcess {
  const child = watchedProcess(spec)
  return {
    alive: () => child.exitReason === null,
    load: () =>
      exchange(
        child,
        { load: { root: spec.root, handler: spec.handler, callbacks: spec.runtime === 'nodejs22.x' } },
        LAMBDA_INIT_SECONDS,
        failed('LambdaExecutionError', `Init took more than ${LAMBDA_INIT_SECONDS} seconds`),
      ),
    invoke: (event, now) =>
      exchange(
        child,
        {
          invoke: {
            event: JSON.stringify(event) ?? 'null',
            now,
            milliseconds: spec.timeout * 1000,
            context: invocationContext(spec),
          },
        },
        spec.timeout,
        failed('LambdaLimitExceeded', `Task timed out after ${spec.timeout.toFixed(2)} seconds`),
      ),
    async kill() {
      if (child.exitReason !== null) return
      const end = once(child.gone, 'gone')
      child.process.kill('SIGKILL')
      await end
    },
  }
}

type WatchedProcess = {
  process: ChildProcess
  spec: LambdaSpec
  /** An event, not a promise: a promise would keep a callback for each invocation of a long run. */
  gone: EventEmitter<{ gone: [] }>
  /** Null while it runs. */
  exitReason: string | null
}

/** Starts the process, and finds out why it ended. */
function watchedProcess(spec: LambdaSpec): WatchedProcess {
  const child = spawn(process.execPath, [`--max-old-space-size=${spec.memory}`, RUNTIME], {
    cwd: spec.root,
    env: variables(spec),
    // stderr has only what Node prints when it crashes; the function's own output comes as messages, in order.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  guard(child)
  const forget = onProcessEnd(() => child.kill('SIGKILL'))
  const watched: WatchedProcess = { process: child, spec, gone: new EventEmitter(), exitReason: null }
  let dyingWords = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    dyingWords = (dyingWords + text).slice(-10_000)
  })
  const end = (code: number | null, signal: NodeJS.Signals | null) => {
    forget()
    watched.exitReason = reasonOfExit(code, signal, dyingWords, spec)
    watched.gone.emit('gone')
  }
  child.once('close', end)
  child.once('error', (error) => {
    dyingWords = String(error)
    end(null, null)
  })
  return watched
}

/**
 * Sends a request and waits for its answer, or for the end of the process, for which there may be a reason.
 * @param seconds after which the process is killed, and `late` is the outcome
 */
function exchange(
  watched: WatchedProcess,
  request: object,
  seconds: number,
  late: InvocationOutcome,
): Promise<InvocationOutcome> {
  const { process: child, spec, gone } = watched
  const { promise, resolve } = Promise.withResolvers<InvocationOutcome>()
  let written = ''
  let killedFor: InvocationOutcome | undefined
  const killFor = (outcome: InvocationOutcome) => {
    killedFor ??= outcome
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => killFor(late), seconds * 1000)
  const unwatch = watchMemory(child.pid ?? 0, spec.memory, (megabytes) => killFor(tooMuchMemory(megabytes, spec)))
  const finish = (outcome: InvocationOutcome) => {
    clearTimeout(timer)
    unwatch()
    child.off('message', listen)
    gone.off('gone', die)
    resolve({ ...outcome, logs: linesOf(written) })
  }
  const listen = (answer: ProcessReply) => {
    if (answer.log !== undefined) written += answer.log
    else if (killedFor === undefined) {
      const megabytes = residentMegabytes(child.pid ?? 0) ?? 0
      if (megabytes > spec.memory) killFor(tooMuchMemory(megabytes, spec))
      else finish(outcomeOf(answer))
    }
  }
  child.on('message', listen)
  const die = () => finish(killedFor ?? failed('LambdaExecutionError', watched.exitReason ?? ''))
  if (watched.exitReason === null) gone.once('gone', die)
  else die()
  // With a callback, sending to a process that has just died raises no error; `gone` reports it.
  child.send(request, () => {})
  return promise
}

function outcomeOf({ loaded, value, failure }: ProcessReply): InvocationOutcome {
  if (failure !== undefined) return failed('LambdaExecutionError', failure)
  if (loaded) return returned(undefined)
  const result = value ? tryParse(value) : null
  return result === null ? failed('LambdaExecutionError', 'the function returned nothing') : returned(result)
}

/** The function can write to the runtime's channel itself, so that a message may hold anything. */
function tryParse(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}

const tooMuchMemory = (megabytes: number, { memory }: LambdaSpec) =>
  failed(
    'LambdaExecutionError',
    `the process was killed at ${megabytes} MB of memory; the function's size is ${memory} MB`,
  )

/** Says why a process ended on its own: V8's limit on the heap is the function's size, too. */
function reasonOfExit(code: number | null, signal: string | null, words: string, { memory }: LambdaSpec) {
  if (/heap out of memory/.test(words)) {
    return `the process ran out of memory; the function's size is ${memory} MB`
  }
  const error = words.match(/^(?:Uncaught )?(?:\w*Error\b.*|\[UnhandledPromiseRejection.*)$/m)?.[0]
  const exit = signal ? `signal: ${signal}` : `exit status ${code}`
  return `Runtime exited before it answered: ${exit}${error ? `: ${error}` : ''}`
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))
