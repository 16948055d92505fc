/** The bucket's Worker in Miniflare, behind its socket, its listener, and a Worker that stands for the distribution. */
import { S3Client } from '@aws-sdk/client-s3'
import { folderService } from '../../../../../local/host/folders/folder-service.ts'
import { Miniflare, NoOpLog } from '../../../../../local/host/miniflare.ts'
import { workerCode } from '../../../../../local/host/worker-code.ts'
import { type BucketListener, openBucketListener } from '../../../../../local/listeners/s3-listener.ts'

/** Made up. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
export const BUCKET = 'example-photos'
export const REGION = 'eu-west-1'
/** In us-east-1. */
export const OTHER_BUCKET = 'example-archive'

/** Asks Origin, or Admin where the request says so, and gives on what it gets, byte for byte. */
const DISTRIBUTION = `export default {
  async fetch(request, { ORIGIN, ADMIN }) {
    const { method, headers, body } = request
    if (headers.has('x-admin')) return ADMIN.fetch('http://bucket' + request.url, { method, body })
    const response = await ORIGIN.fetch('http://bucket/', {
      method,
      headers,
      // Nobody but the header knows how long it is.
      body: body && body.pipeThrough(new TransformStream()),
      encodeResponseBody: 'manual',
    })
    const seen = JSON.stringify([...response.headers])
    return new Response(response.body, {
      status: response.status,
      headers: [...response.headers, ['x-seen', seen]],
      encodeBody: 'manual',
    })
  },
}`

const COMPATIBILITY = { compatibilityDate: '2026-06-01', compatibilityFlags: ['nodejs_compat'] }

export type Buckets = {
  /** Of the Worker itself, and of the listener in front of it. */
  socket: URL
  endpoint: string
  /** Of the Worker that stands for the distribution. */
  distribution: URL
  client: S3Client
  /** Moves the buckets' clock. */
  moveClock(milliseconds: number): Promise<void>
  close(): Promise<void>
}

/** @param folder behind `BUCKET` */
export async function startBuckets(folder?: string): Promise<Buckets> {
  const code = await workerCode('s3/worker.ts')
  const folders = await folderService(new Map(folder === undefined ? [] : [[BUCKET, [{ folder, prefix: '' }]]]))
  const miniflare = new Miniflare({
    workers: [
      {
        name: 'distribution',
        modules: true,
        script: DISTRIBUTION,
        ...COMPATIBILITY,
        serviceBindings: {
          ORIGIN: { name: 'bucket', entrypoint: 'Origin' },
          ADMIN: { name: 'bucket', entrypoint: 'Admin' },
        },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: true }],
      },
      {
        name: 'bucket',
        modules: [{ type: 'ESModule', path: 'bucket.js', contents: code }],
        ...COMPATIBILITY,
        bindings: {
          BUCKETS: {
            [BUCKET]: { binding: 'PHOTOS', region: REGION, folder: folder !== undefined },
            [OTHER_BUCKET]: { binding: 'ARCHIVE', region: 'us-east-1', folder: false },
          },
          CREDENTIALS,
        },
        r2Buckets: { PHOTOS: BUCKET, ARCHIVE: OTHER_BUCKET },
        serviceBindings: { FOLDER: { node: folders } },
        unsafeDirectSockets: [{ host: '127.0.0.1', port: 0, proxy: true }],
      },
    ],
    log: new NoOpLog(),
    // workerd has a word about each upload in parts.
    handleRuntimeStdio() {},
  })
  let listener: BucketListener
  try {
    const socket = await miniflare.unsafeGetDirectURL('bucket')
    listener = await openBucketListener(() => socket)
  } catch (error) {
    await miniflare.dispose()
    throw error
  }
  const distribution = await miniflare.unsafeGetDirectURL('distribution')
  const client = new S3Client({
    region: REGION,
    endpoint: listener.endpoint,
    forcePathStyle: true,
    credentials: CREDENTIALS,
    maxAttempts: 1,
  })
  return {
    socket: await miniflare.unsafeGetDirectURL('bucket'),
    endpoint: listener.endpoint,
    distribution,
    client,
    async moveClock(offset) {
      const response = await fetch(new URL('/clock', distribution), {
        method: 'POST',
        headers: { 'x-admin': 'yes' },
        body: JSON.stringify({ offset }),
      })
      if (!response.ok) throw new Error(`the clock was not moved: ${response.status}`)
    },
    async close() {
      client.destroy()
      await listener.close()
      await miniflare.dispose()
    },
  }
}
