/** HEIC sources: decoded by libheif in a thread that is started for one picture, and ended behind it or at the deadline. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { HeicHeader, LibheifError } from './libheif.ts'
import { type Original, original } from './original.ts'

/** `most`: bytes of libheif's heap. */
export type WorkerInput = { bytes: Uint8Array; compiled: WebAssembly.Module; most: number }

/** Decode; `profile`: ICC, for what has none itself. */
export type ToWorker = { profile: Uint8Array | undefined }

export type FromWorker =
  | { kind: 'header'; header: HeicHeader }
  | { kind: 'pixels'; tiff: Uint8Array }
  | { kind: 'failed'; reason: LibheifError['reason'] | 'disabled'; detail: string }

export type OpenHeic = {
  kind: 'open'
  header: HeicHeader
  /** The primary image, upright, as an uncompressed TIFF. Once. Does not reject. @param profile for what has none itself */
  decode(profile: Uint8Array | undefined, milliseconds: number): Promise<{ kind: 'pixels'; tiff: Buffer } | Original>
  /** Ends the thread, whatever it is at. */
  close(): Promise<void>
}

/** MB of the thread's own objects, which are few. */
const SCRIPT_MB = 64

/**
 * Starts a thread with the picture. Does not reject.
 * @param most MB that libheif's heap may grow to @param milliseconds until it says what the picture is
 */
export async function openHeic(bytes: Buffer, most: number, milliseconds: number): Promise<OpenHeic | Original> {
  let worker: Worker
  try {
    const workerData: WorkerInput = { bytes, compiled: await compiledLibheif(), most: most * 1e6 }
    worker = new Worker(WORKER, { workerData, resourceLimits: { maxOldGenerationSizeMb: SCRIPT_MB }, execArgv: [] })
  } catch (error) {
    return original('disabled', String(error))
  }
  const close = async () => {
    await worker.terminate()
  }
  const opened = await nextMessage(worker, milliseconds)
  if (opened.kind !== 'header') {
    await close()
    return opened.kind === 'pixels' ? original('disabled', 'pixels before a header') : asOriginal(opened)
  }
  return {
    kind: 'open',
    header: opened.header,
    close,
    async decode(profile, left) {
      worker.postMessage({ profile: opened.header.profile ?? profile } satisfies ToWorker)
      const made = await nextMessage(worker, left)
      // Its heap is free before anything else is made.
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

/** What a thread says next, or why it says nothing. */
function nextMessage(worker: Worker, milliseconds: number): Promise<FromWorker | Original> {
  return new Promise((resolve) => {
    const late = () => done(original('deadline', `libheif took longer than ${Math.round(milliseconds)} ms`))
    const timer = setTimeout(late, Math.max(0, milliseconds))
    const died = (error: unknown) => done(original(reasonOf(error), String(error)))
    const ended = () => done(original('disabled', 'the thread ended without a word'))
    function done(outcome: FromWorker | Original): void {
      clearTimeout(timer)
      worker.off('message', done).off('error', died).off('exit', ended)
      // Whatever it says later is nobody's concern, and without a listener would end the process.
      worker.on('error', () => {})
      resolve(outcome)
    }
    worker.on('message', done).on('error', died).on('exit', ended)
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
