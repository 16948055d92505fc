/**
 * One of those that are measured, in a process of its own: answers each message with the CPU and wall milliseconds of
 * one JPEG to WebP 640 wide, quality 80, and with its bytes.
 *
 * - `ours`: the built zip's handler: an origin-response event in, a response as JSON out
 * - `sharp`: the same settings, the source in memory already, nothing around it
 * - `ipx`: ipx 3 with its own defaults, the source by the S3 client from the same bucket
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createIPX, type IPXStorage } from 'ipx'
import sharp from 'sharp'
import { originResponseEvent } from '../contract/events.ts'

type Step = () => Promise<number>

const [name = '', file = '', bucket = '', key = '', zip = ''] = process.argv.slice(2)

async function ours(): Promise<Step> {
  const { handler } = createRequire(import.meta.url)(`${zip}/index.js`)
  const { length } = await readFile(file)
  const event = originResponseEvent({
    route: 0,
    uri: `/${key}`,
    variant: 'fm=webp&w=640',
    headers: { 'Content-Length': `${length}`, ETag: '"bench"' },
  })
  const text = JSON.stringify(event)
  return async () => {
    const context = { memoryLimitInMB: '2048', getRemainingTimeInMillis: () => 30_000 }
    const response = await handler(JSON.parse(text), context)
    if (!response.body) throw new Error(JSON.stringify(response.headers['x-rimlight']))
    // As Lambda's runtime does.
    JSON.stringify(response)
    return Buffer.byteLength(response.body, 'base64')
  }
}

async function bare(): Promise<Step> {
  sharp.cache(false)
  sharp.concurrency(1)
  const bytes = await readFile(file)
  return async () => {
    const { width, height } = await sharp(bytes).metadata()
    const size = { width: 640, height: Math.round((height * 640) / width), fit: 'fill' } as const
    return (await sharp(bytes, { autoOrient: true }).resize(size).webp({ quality: 80 }).toBuffer()).length
  }
}

async function ipx(): Promise<Step> {
  const client = new S3Client({})
  const storage: IPXStorage = {
    name: 's3',
    getMeta: () => ({}),
    async getData() {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
      const bytes = await Body?.transformToByteArray()
      return bytes && (bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer)
    },
  }
  const server = createIPX({ storage })
  return async () => (await server(key, { w: '640', f: 'webp', q: '80' }).process()).data.length
}

const step = await ({ ours, sharp: bare, ipx }[name] ?? ours)()
// The lines that the handler logs are not for the terminal.
process.stdout.write = () => true

process.on('message', async () => {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  const bytes = await step()
  const wall = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  process.send?.({ cpu: (user + system) / 1_000, wall, bytes })
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
