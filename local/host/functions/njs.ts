import { spawn, spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { escapedUnit } from '../../../base/escaped-unit.ts'
import { onProcessEnd } from '../../../base/process-end.ts'
import { temporaryFolder } from '../../../base/temporary.ts'
import type { InvocationOutcome } from '../../protocol/invocation.ts'
import {
  type Batch,
  driver,
  type EngineOptions,
  type FunctionEngine,
  outcomeOf,
  PATIENCE_MS,
  runInBatches,
} from './function-engine.ts'
import { watchMemory } from './memory.ts'
import { CLOUDFRONT_MODULE } from './platform-modules.ts'

export const NJS_MISSING =
  'njs is not installed: the function runs in workerd alone. njs is the engine family that CloudFront Functions run ' +
  'on; `apt-get install njs` brings it.'

export const hasNjs = (): boolean => spawnSync('njs', ['-v'], { stdio: 'ignore' }).status === 0

/** Sets our lines apart from what the function's top level prints. */
const MARK = '\u0001rimlight '

/** Characters: njs 0.7.9 cuts what `console.log` is given after 2,048 bytes. A bare mark ends an outcome. */
const PIECE = 500

/** MB. A function that fills more is stopped before it takes the machine along. CloudFront's own limit is 2 MB. */
const MEMORY_MB = 512

/**
 * Loads a function's text in njs, the engine family that CloudFront Functions run on.
 * Rejects if njs is missing or if the text does not load, with the engine's message.
 */
export async function openNjs(code: string, options: EngineOptions = {}): Promise<FunctionEngine> {
  if (!hasNjs()) throw new Error(NJS_MISSING)
  const { patience = PATIENCE_MS, keyValues = null } = options
  const { folder: modules, remove: close } = await temporaryFolder('rimlight-njs-')
  const runBatch = (texts: string[]) =>
    runScript(scriptOf(code, texts, keyValues), { events: texts.length, patience, modules })
  try {
    await writeFile(join(modules, 'cloudfront'), CLOUDFRONT_MODULE)
    const { stopped } = await runBatch([])
    if (stopped !== undefined) throw new Error(`the function does not load in njs: ${stopped}`)
  } catch (error) {
    await close()
    throw error
  }
  return { name: 'njs', run: (events) => runInBatches(events, runBatch), close }
}

/** The function's text comes first: an `import` has to, and line numbers in messages are then its own. */
const scriptOf = (code: string, texts: string[], keyValues: Record<string, string> | null) => `${code}
;${driver}
;(() => {
  const print = console.log
  globalThis.driveRimlightFunction(
    typeof handler === 'undefined' ? undefined : handler,
    ${asciiLiteral(texts)},
    (line) => {
      for (let at = 0; at < line.length; at += ${PIECE}) print(${asciiLiteral(MARK)} + line.slice(at, at + ${PIECE}))
      print(${asciiLiteral(MARK)})
    },
    ${asciiLiteral(keyValues)},
  )
  if (${texts.length === 0}) print(${asciiLiteral(MARK)})
})()
`

/** njs 0.7.9 takes U+2028 in a string literal for the end of a line. */
const asciiLiteral = (value: unknown) => JSON.stringify(value).replace(/[\u007f-\uffff]/g, escapedUnit)

/** An empty batch prints one bare mark: that is how a script that loads is told from one that exits early. */
function runScript(
  script: string,
  { events, patience, modules }: { events: number; patience: number; modules: string },
): Promise<Batch> {
  return new Promise((resolve, reject) => {
    const child = spawn('njs', ['-p', modules, '-'], { stdio: 'pipe', env: { PATH: process.env.PATH } })
    let killed: string | undefined
    const kill = (reason: string) => {
      killed = reason
      child.kill('SIGKILL')
    }
    const forget = onProcessEnd(() => child.kill('SIGKILL'))
    const timer = setTimeout(() => kill(`no answer within ${patience} ms`), patience)
    const unwatch = watchMemory(child.pid ?? 0, MEMORY_MB, (megabytes) => kill(`it took ${megabytes} MB of memory`))

    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text
    })
    const stop = () => {
      clearTimeout(timer)
      unwatch()
      forget()
    }
    child.once('error', (error) => {
      stop()
      reject(error)
    })
    child.once('close', () => {
      stop()
      const lines = stdout.split('\n')
      // The last piece is empty, or a line that was cut off.
      const pieces = lines.slice(0, -1).filter((line) => line.startsWith(MARK))
      const reported = pieces
        .map((line) => line.slice(MARK.length) || '\n')
        .join('')
        .split('\n')
        .slice(0, -1)
      const due = reported.slice(0, events)
      const outcomes = outcomesOf(due)
      if (reported.length > 0 && outcomes.length === events) return resolve({ outcomes })
      const said = `${stderr}\n${lines.filter((line) => !line.startsWith(MARK)).join('\n')}`
      const silence = outcomes.length < due.length ? 'its report was torn' : 'its promise never settles'
      resolve({ outcomes, stopped: killed ?? (errorIn(said) || silence) })
    })
    // A script that fails to load ends before it has been read.
    child.stdin.on('error', () => {})
    child.stdin.end(script)
  })
}

/** Up to the first line that is torn: one that was being written when the process ended, or written into. */
function outcomesOf(lines: string[]): InvocationOutcome[] {
  const outcomes: InvocationOutcome[] = []
  for (const line of lines) {
    try {
      outcomes.push(outcomeOf(line))
    } catch {
      break
    }
  }
  return outcomes
}

/** The message in what njs prints of an uncaught error, without the stack; `-` is the script's name on stdin. */
const errorIn = (printed: string) =>
  printed
    .replace(/^Thrown:$/m, '')
    .trim()
    .split('\n')[0]
    ?.replace(/ in -:(\d+)$/, ' in line $1') ?? ''
