import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yazl from 'yazl'
import type { Artefact, ArtefactName } from '../../../bundle/manifest.ts'
import { atEndOfFile } from '../../cleanup.ts'

/** A folder that is gone after the tests of the file. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
  atEndOfFile(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export async function writeZip(path: string, files: Record<string, string>): Promise<string> {
  const zip = new yazl.ZipFile()
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name)
  zip.end()
  await pipeline(zip.outputStream, createWriteStream(path))
  return path
}

export async function writeJson(path: string, value: unknown): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, JSON.stringify(value))
  return path
}

export type BundleCode = Partial<Record<ArtefactName, string>>

/** Writes a bundle with a manifest that is right; the code of Lambda functions is their `index.js`. */
export async function writeBundle(folder: string, code: BundleCode): Promise<string> {
  await mkdir(folder, { recursive: true })
  const artefacts: Partial<Record<ArtefactName, Artefact>> = {}
  for (const [trigger, text] of Object.entries(code) as [ArtefactName, string][]) {
    const isFunction = trigger === 'viewer-request'
    const file = `${trigger}.${isFunction ? 'js' : 'zip'}`
    if (isFunction) await writeFile(join(folder, file), text)
    else await writeZip(join(folder, file), { 'index.js': text })
    artefacts[trigger] = artefactOf(file, await readFile(join(folder, file)), isFunction)
  }
  await writeJson(join(folder, 'manifest.json'), { config: { sha256: '' }, artefacts, variants: {}, parts: {} })
  return folder
}

const artefactOf = (file: string, content: Buffer, isFunction: boolean): Artefact => ({
  file,
  kind: isFunction ? 'function' : 'lambda',
  runtime: isFunction ? 'cloudfront-js-2.0' : 'nodejs24.x',
  handler: isFunction ? 'handler' : 'index.handler',
  bytes: content.length,
  limit: 1_000_000,
  share: content.length / 1_000_000,
  sha256: createHash('sha256').update(content).digest('hex'),
  codeSha256: createHash('sha256').update(content).digest('base64'),
  ...(isFunction ? {} : { memory: 128, timeout: 2 }),
})

/** Drops all but `v` from the query, and redirects what came by HTTP. */
export const VIEWER_REQUEST = `function handler(event) {
  const request = event.request
  const headers = request.headers || {}
  if (headers['cloudfront-forwarded-proto'] && headers['cloudfront-forwarded-proto'].value === 'http') {
    return { statusCode: 301, statusDescription: 'Moved Permanently', headers: { location: { value: 'https://cdn.example.com' + request.uri } } }
  }
  const version = request.querystring && request.querystring.v
  request.querystring = version ? 'v=' + version.value : ''
  delete headers.range
  return request
}`

export const ORIGIN_REQUEST = `exports.handler = async (event) => {
  const request = event.Records[0].cf.request
  request.headers['x-rimlight-route'] = [{ key: 'x-rimlight-route', value: '0' }]
  return request
}`

export const ORIGIN_RESPONSE = `exports.handler = async (event) => {
  const response = event.Records[0].cf.response
  response.headers['x-at'] = [{ key: 'X-At', value: new Date().toISOString() }]
  return response
}`

/** An event of CloudFront Functions; `request` is laid over a plain one. */
export const functionEvent = (request: object = {}, eventType = 'viewer-request') => ({
  version: '1.0',
  context: {
    distributionDomainName: 'd111111abcdef8.cloudfront.net',
    distributionId: 'EDFDVBD6EXAMPLE',
    eventType,
    requestId: 'r',
  },
  viewer: { ip: '203.0.113.1' },
  request: {
    method: 'GET',
    uri: '/a.jpg',
    querystring: {},
    headers: { host: { value: 'cdn.example.com' } },
    cookies: {},
    ...request,
  },
})

export const S3_ORIGIN = {
  s3: {
    authMethod: 'none',
    customHeaders: {},
    domainName: 'photos.s3.us-east-1.amazonaws.com',
    path: '',
    region: 'us-east-1',
  },
}

const lambdaEvent = (eventType: string | undefined, parts: object) => ({
  Records: [{ cf: { config: { distributionId: 'EDFDVBD6EXAMPLE', ...(eventType ? { eventType } : {}) }, ...parts } }],
})

const lambdaRequest = (request: object) => ({
  clientIp: '203.0.113.1',
  method: 'GET',
  uri: '/a.jpg',
  querystring: '',
  headers: {
    host: [{ key: 'Host', value: 'photos.s3.us-east-1.amazonaws.com' }],
    via: [{ key: 'Via', value: '2.0 x' }],
  },
  origin: S3_ORIGIN,
  ...request,
})

export const originRequestEvent = (request: object = {}, eventType: string | undefined = 'origin-request') =>
  lambdaEvent(eventType, { request: lambdaRequest(request) })

export const originResponseEvent = (response: object = {}, eventType: string | undefined = 'origin-response') =>
  lambdaEvent(eventType, {
    request: lambdaRequest({}),
    response: {
      status: '200',
      statusDescription: 'OK',
      headers: {
        'content-type': [{ key: 'Content-Type', value: 'image/jpeg' }],
        'transfer-encoding': [{ key: 'Transfer-Encoding', value: 'chunked' }],
      },
      ...response,
    },
  })
