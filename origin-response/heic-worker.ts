/**
 * The thread that decodes one HEIC, and ends: its memory goes with it, and it can be ended while it decodes. In the zip a
 * file of its own, which loads libheif beside it.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { FromWorker, ToWorker, WorkerInput } from './heic.ts'
import { LibheifError, readHeic } from './libheif.ts'
import { rawTiff } from './raw-tiff.ts'

const { bytes, compiled, most } = workerData as WorkerInput
const send = (message: FromWorker, transfer: ArrayBuffer[] = []) => parentPort?.postMessage(message, transfer)

function failed(error: unknown): void {
  const reason = error instanceof LibheifError ? error.reason : 'disabled'
  send({ kind: 'failed', reason, detail: error instanceof Error ? error.message : String(error) })
}

try {
  const picture = readHeic(bytes, compiled, most)
  parentPort?.once('message', ({ profile }: ToWorker) => {
    try {
      const { file, pixels } = rawTiff({ ...picture.header, profile })
      picture.decode(pixels)
      send({ kind: 'pixels', tiff: file }, [file.buffer as ArrayBuffer])
    } catch (error) {
      failed(error)
    }
  })
  send({ kind: 'header', header: picture.header })
} catch (error) {
  failed(error)
}
