import type { Readable } from 'node:stream'
import { temporaryFolder } from '../../../base/temporary.ts'
import { Miniflare, NoOpLog } from '../miniflare.ts'
import {
  type Batch,
  driver,
  type EngineOptions,
  type FunctionEngine,
  outcomeOf,
  PATIENCE_MS,
  runInBatches,
} from './function-engine.ts'
import { NODE_COMPATIBILITY, PLATFORM_MODULES } from './platform-modules.ts'

const FRONT = `import './require.js'
import { handler } from './function.js'
${driver}
export default {
  async fetch(request) {
    const lines = []
    const { texts, keyValues } = await request.json()
    await globalThis.driveRimlightFunction(handler, texts, (line) => lines.push(line), keyValues)
    return new Response(lines.join('\\n'))
  },
}
`

type Isolate = {
  /** Rejects when the isolate gives no answer. */
  ask(texts: string[]): Promise<string>
  dispose(): Promise<void>
}

/**
 * Loads a function's text in workerd, through Miniflare: V8, for what the njs of this machine gets wrong, and where
 * there is no njs. Rejects if the text does not load, with the engine's message.
 */
export async function openWorkerd(
  code: string,
  { patience = PATIENCE_MS, keyValues }: EngineOptions = {},
): Promise<FunctionEngine> {
  const store = keyValues ?? null
  let isolate: Isolate | undefined = await openIsolate(code, store)

  async function runBatch(texts: string[]): Promise<Batch> {
    isolate ??= await openIsolate(code, store)
    try {
      const answer = await within(patience, isolate.ask(texts))
      return { outcomes: answer.split('\n').map(outcomeOf) }
    } catch (error) {
      // A function in an endless loop never lets go of its isolate.
      await isolate.dispose()
      isolate = undefined
      return { outcomes: [], stopped: error instanceof Error ? error.message : String(error) }
    }
  }

  return {
    name: 'workerd',
    run: (events) => runInBatches(events, runBatch),
    async close() {
      await isolate?.dispose()
      isolate = undefined
    },
  }
}

async function openIsolate(code: string, keyValues: Record<string, string> | null): Promise<Isolate> {
  let printed = ''
  const collect = (stream: Readable) =>
    stream.setEncoding('utf8').on('data', (text) => {
      printed = (printed + text).slice(-10_000)
    })
  const { folder, remove } = await temporaryFolder('rimlight-workerd-')
  const open = () =>
    new Miniflare({
      ...NODE_COMPATIBILITY,
      modules: [
        { type: 'ESModule', path: 'front.js', contents: FRONT },
        { type: 'ESModule', path: 'function.js', contents: `${code}\nexport { handler }\n` },
        ...PLATFORM_MODULES,
      ],
      log: new NoOpLog(),
      handleRuntimeStdio(stdout: Readable, stderr: Readable) {
        collect(stdout)
        collect(stderr)
      },
    })
  const miniflare = withTemporaryFiles(folder, open)
  const dispose = () => miniflare.dispose().finally(remove)
  try {
    await miniflare.ready
  } catch (error) {
    await dispose().catch(() => {})
    const message = printed.match(/^.*\b\w*Error: .*$/m)?.[0].replace(/^.*Uncaught /, '')
    throw new Error(`the function does not load in workerd: ${message ?? error}`, { cause: error })
  }
  return {
    async ask(texts) {
      const response = await miniflare.dispatchFetch('http://function/', {
        method: 'POST',
        body: JSON.stringify({ texts, keyValues }),
      })
      const answer = await response.text()
      if (response.ok) return answer
      throw new Error(/hung/.test(answer) ? 'its promise never settles' : answer.split('\n')[0])
    },
    dispose,
  }
}

/** Miniflare asks once where temporary files go. At a signal, and for a moment after its end, its own would stay. */
function withTemporaryFiles<T>(folder: string, open: () => T): T {
  const { TMPDIR } = process.env
  process.env.TMPDIR = folder
  try {
    return open()
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = TMPDIR
  }
}

/** Rejects when `promise` takes longer than `milliseconds`. */
async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds)
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
