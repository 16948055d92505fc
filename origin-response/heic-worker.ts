/**
 * The thread that decodes HEICs, one at a time: it can be ended while it decodes, and a heap that has grown goes with it. In the zip a
 * file of its own, which loads libheif beside it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { FromWorker, ToWorker, WorkerInput } from './heic.ts'
import { type HeicPicture, LibheifError, readHeic } from './libheif.ts'
import { rawTiff } from './raw-tiff.ts'

const { compiled } = workerData as WorkerInput
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer)

let picture: HeicPicture | undefined

function read(bytes: Uint8Array, most: number): void {
  picture = readHeic(bytes, compiled, most)
  send({ kind: 'header', header: picture.header, hasGrown: picture.hasGrown() })
}

function decode(profile: Uint8Array | undefined): void {
  if (!picture) return
  const { header, hasGrown, decode } = picture
  // The next one has a heap of its own, and this one's may go.
  picture = undefined
  const { file, pixels } = rawTiff({ ...header, profile })
  decode(pixels)
  send({ kind: 'pixels', tiff: file, hasGrown: hasGrown() }, [file.buffer as ArrayBuffer])
}

function failed(error: unknown): void {
  const detail = error instanceof Error ? error.message : String(error)
  if (error instanceof LibheifError) send({ kind: 'failed', reason: error.reason, detail, hasGrown: error.hasGrown })
  else send({ kind: 'failed', reason: 'disabled', detail, hasGrown: true })
}

parentPort?.on('message', (message: ToWorker) => {
  try {
    if (message.kind === 'picture') read(message.bytes, message.most)
    else decode(message.profile)
  } catch (error) {
    picture = undefined
    failed(error)
  }
})
