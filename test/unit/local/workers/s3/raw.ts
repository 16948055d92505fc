/** Requests that the AWS SDK would not send: raw targets, and signatures of the SDK's own signer over anything. */
import { request as send } from 'node:http'
import type { S3Client } from '@aws-sdk/client-s3'

export type RawRequest = {
  method?: string
  /** Path and query, sent as they are. */
  target: string
  headers?: Record<string, string>
  body?: string | Uint8Array
}

export type RawResponse = {
  status: number
  headers: Record<string, string | undefined>
  body: Buffer
  /** Of the XML of an error. */
  code: string | undefined
  message: string | undefined
}

export function ask(
  to: URL | string,
  { method = 'GET', target, headers = {}, body }: RawRequest,
): Promise<RawResponse> {
  const { hostname, port } = new URL(to)
  const { promise, resolve, reject } = Promise.withResolvers<RawResponse>()
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const request = send({ agent: false, hostname, port, method, path: target, headers: { ...length, ...headers } })
  request.once('error', reject)
  request.once('response', async (response) => {
    const pieces: Buffer[] = []
    try {
      for await (const piece of response) pieces.push(piece)
    } catch (error) {
      return reject(error)
    }
    const bytes = Buffer.concat(pieces)
    const text = (name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(bytes.toString())?.[1]
    resolve({
      status: response.statusCode ?? 0,
      headers: response.headers as Record<string, string | undefined>,
      body: bytes,
      code: text('Code'),
      message: text('Message'),
    })
  })
  request.end(body)
  return promise
}

export type SigningOptions = { host: string; at?: Date; expiresIn?: number }

type Signable = {
  method: string
  protocol: string
  hostname: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
}

type Signer = {
  sign(request: Signable, options: { signingDate?: Date }): Promise<Signable>
  presign(request: Signable, options: { signingDate?: Date; expiresIn: number }): Promise<Signable>
}

const signerOf = (client: S3Client) => client.config.signer() as unknown as Promise<Signer>

function signable({ method = 'GET', target, headers = {} }: RawRequest, host: string): Signable {
  const [path = '', rawQuery = ''] = target.split(/\?([\s\S]*)/)
  const query = Object.fromEntries(new URLSearchParams(rawQuery))
  return { method, protocol: 'http:', hostname: host, path, query, headers: { ...headers, host } }
}

/** With an Authorization header. The target is signed, and stays, as it is. */
export async function signed(client: S3Client, request: RawRequest, { host, at }: SigningOptions): Promise<RawRequest> {
  const signer = await signerOf(client)
  const unsigned = { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', ...request.headers } }
  const { headers } = await signer.sign(signable({ ...request, ...unsigned }, host), at ? { signingDate: at } : {})
  return { ...request, headers }
}

/** With a signature in the query. */
export async function presigned(
  client: S3Client,
  request: RawRequest,
  { host, at, expiresIn = 60 }: SigningOptions,
): Promise<RawRequest> {
  const signer = await signerOf(client)
  const options = { expiresIn, ...(at ? { signingDate: at } : {}) }
  // As the SDK's own presigner says that the body may be any.
  const headers = { ...request.headers, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }
  const { path, query } = await signer.presign(signable({ ...request, headers }, host), options)
  const pairs = Object.entries(query).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
  return { ...request, headers: { ...request.headers, host }, target: `${path}?${pairs.join('&')}` }
}
