/**
 * HEIC sources: decoded by libheif in a thread, which has one picture at a time and is ended at the deadline. Behind a picture it
 * is kept for the next one where its heap has not grown: to start a thread takes five times what reading a small picture does.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { keepIdleThread, takeIdleThread } from './idle-thread.ts'
import type { HeicHeader, LibheifError } from './libheif.ts'
import { type Original, original } from './original.ts'

export type WorkerInput = { compiled: WebAssembly.Module }

/** `most`: bytes of libheif's heap; `profile`: ICC, for what has none itself. */
export type ToWorker =
  | { kind: 'picture'; bytes: Uint8Array; most: number }
  | { kind: 'decode'; profile: Uint8Array | undefined }

export type FromWorker = { hasGrown: boolean } & (
  | { kind: 'header'; header: HeicHeader }
  | { kind: 'pixels'; tiff: Uint8Array }
  | { kind: 'failed'; reason: LibheifError['reason'] | 'disabled'; detail: string }
)

export type OpenHeic = {
  kind: 'open'
  header: HeicHeader
  /** The primary image, upright, as an uncompressed TIFF. Once. Does not reject. @param profile for what has none itself */
  decode(profile: Uint8Array | undefined, milliseconds: number): Promise<{ kind: 'pixels'; tiff: Buffer } | Original>
  /** Ends the thread, unless it waits for what to do next and its heap is that of a new one. */
  close(): Promise<void>
}

/** MB of the thread's own objects, which are few. */
const SCRIPT_MB = 64

/**
 * Hands the picture to a thread. Does not reject.
 * @param most MB that libheif's heap may grow to @param milliseconds until it says what the picture is
 */
export async function openHeic(bytes: Buffer, most: number, milliseconds: number): Promise<OpenHeic | Original> {
  let worker: Worker
  try {
    worker = takeIdleThread() ?? (await newThread())
  } catch (error) {
    return original('disabled', String(error))
  }
  let isReusable = false
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    if (!(isReusable && keepIdleThread(worker))) await worker.terminate()
  }
  const ask = async (message: ToWorker, milliseconds: number) => {
    isReusable = false
    const said = await answerTo(message, worker, milliseconds)
    isReusable = said.kind !== 'original' && !said.hasGrown
    return said
  }
  const opened = await ask({ kind: 'picture', bytes, most: most * 1e6 }, milliseconds)
  if (opened.kind !== 'header') {
    await close()
    return opened.kind === 'pixels' ? original('disabled', 'pixels before a header') : asOriginal(opened)
  }
  return {
    kind: 'open',
    header: opened.header,
    close,
    async decode(profile, left) {
      const made = await ask({ kind: 'decode', profile: opened.header.profile ?? profile }, left)
      // A heap that has grown is free before anything else is made.
      await close()
      if (made.kind === 'header') return original('disabled', 'a header twice')
      return made.kind === 'pixels' ? { kind: 'pixels', tiff: bufferOf(made.tiff) } : asOriginal(made)
    },
  }
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength)

type Failed = Extract<FromWorker, { kind: 'failed' }> | Original

const asOriginal = (failed: Failed): Original =>
  failed.kind === 'original' ? failed : original(failed.reason, failed.detail)

async function newThread(): Promise<Worker> {
  const workerData: WorkerInput = { compiled: await compiledLibheif() }
  const resourceLimits = { maxOldGenerationSizeMb: SCRIPT_MB }
  // What goes wrong where nobody waits for an answer is nobody's concern, and without a listener would end the process.
  return new Worker(WORKER, { workerData, resourceLimits, execArgv: [] }).on('error', () => {})
}

/** What a thread says to that, or why it says nothing. */
function answerTo(message: ToWorker, worker: Worker, milliseconds: number): Promise<FromWorker | Original> {
  return new Promise((resolve) => {
    const late = () => done(original('deadline', `libheif took longer than ${Math.round(milliseconds)} ms`))
    const timer = setTimeout(late, Math.max(0, milliseconds))
    const died = (error: unknown) => done(original(reasonOf(error), String(error)))
    const ended = () => done(original('disabled', 'the thread ended without a word'))
    function done(outcome: FromWorker | Original): void {
      clearTimeout(timer)
      worker.off('message', done).off('error', died).off('exit', ended)
      resolve(outcome)
    }
    worker.on('message', done).on('error', died).on('exit', ended)
    try {
      worker.postMessage(message)
    } catch (error) {
      done(original('disabled', String(error)))
    }
  })
}

/** The thread's own objects, or the process's memory. */
const reasonOf = (error: unknown): 'too-many-pixels' | 'disabled' =>
  (error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'too-many-pixels' : 'disabled'

/** Beside this file, whatever it is compiled to. */
const WORKER = join(import.meta.dirname, `heic-worker${extname(import.meta.filename)}`)

const WASM = 'libheif-js/libheif-wasm/libheif.wasm'

/** @throws what Node says of a package that is not there */
export const libheifFile = (): string => createRequire(import.meta.url).resolve(WASM)

let compiling: Promise<WebAssembly.Module> | undefined

/** Compiled once in a process, for all its threads. A failure is not remembered. */
function compiledLibheif(): Promise<WebAssembly.Module> {
  compiling ??= compileLibheif()
  compiling.catch(() => {
    compiling = undefined
  })
  return compiling
}

const compileLibheif = async (): Promise<WebAssembly.Module> => WebAssembly.compile(await readFile(libheifFile()))
