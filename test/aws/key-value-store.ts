/**
 * The data API of CloudFront KeyValueStore over HTTP, for the SDK's real client. CloudFront API Reference, "Amazon CloudFront
 * KeyValueStore"; quotas: Developer Guide, "Quotas on key value stores".
 */
import { Agent, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { CloudFrontKeyValueStoreClient } from '@aws-sdk/client-cloudfront-keyvaluestore'
import { type Listener, listening } from '../listener.ts'
import { ACCOUNT } from './memory-aws.ts'
import { isSignedBy } from './sigv4a.ts'

const KEY_BYTES = 512
const VALUE_BYTES = 1_024
const CHANGES = 50
const PAGE = 2

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

export const STORE_ARN = `arn:aws:cloudfront::${ACCOUNT}:key-value-store/327284aa-bcd5-499f-a3ff-26b9a9d31b58`

/** What AWS answers in the place of what was asked for; 'lost': the answer to what was done. */
export type Fault = { status: number; name: string; message?: string } | 'lost'

export type KeyValueStore = {
  values: Map<string, string>
  /** Names of the calls, in order. */
  calls: string[]
  /** Called before each call. */
  before(action: string, count: number): Fault | undefined
  /** Somebody else's change. */
  put(key: string, value: string): void
  client(): CloudFrontKeyValueStoreClient
  close(): Promise<void>
}

class Refused extends Error {
  readonly status: number

  constructor(status: number, name: string, message: string) {
    super(message)
    this.name = name
    this.status = status
  }
}

const bytes = (value: string): number => Buffer.byteLength(value)

export async function startKeyValueStore(): Promise<KeyValueStore> {
  const values = new Map<string, string>()
  const calls: string[] = []
  let version = 1
  const etag = () => `KV${version}`
  const counts = () => ({
    ItemCount: values.size,
    TotalSizeInBytes: [...values].flat().reduce((sum, one) => sum + bytes(one), 0),
  })

  function change(ifMatch: string | undefined, puts: [string, string][], deletes: string[]): object {
    if (ifMatch !== etag()) throw new Refused(409, 'ConflictException', 'Resource is not in expected state')
    if (puts.length + deletes.length > CHANGES) throw new Refused(400, 'ValidationException', 'too many keys')
    for (const [key, value] of puts) {
      if (key === '' || bytes(key) > KEY_BYTES) throw new Refused(400, 'ValidationException', `not a key: ${key}`)
      if (bytes(value) > VALUE_BYTES) {
        throw new Refused(400, 'ValidationException', `Value '${value}' at 'value' failed to satisfy constraint`)
      }
    }
    for (const key of deletes) {
      if (!values.has(key)) throw new Refused(404, 'ResourceNotFoundException', `Key ${key} was not found`)
    }
    for (const [key, value] of puts) values.set(key, value)
    for (const key of deletes) values.delete(key)
    version += 1
    return counts()
  }

  type Row = { action: string; handle(): object }
  function rowOf(request: IncomingMessage, body: string): Row {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://localhost')
    const [, root, arn, keys, key] = pathname.split('/').map(decodeURIComponent)
    if (root !== 'key-value-stores' || arn !== STORE_ARN || (keys !== undefined && keys !== 'keys')) {
      return { action: 'none', handle: () => notFound('Resource was not found') }
    }
    const ifMatch = request.headers['if-match']
    const route = `${request.method} ${keys === undefined ? '' : key === undefined ? 'keys' : 'key'}`
    const name = key as string
    const json = () => JSON.parse(body)
    const rows: Record<string, Row> = {
      'GET ': {
        action: 'DescribeKeyValueStore',
        handle: () => ({ ...counts(), KvsARN: arn, Created: 1_764_000_000, Status: 'READY' }),
      },
      'GET keys': {
        action: 'ListKeys',
        handle: () => {
          const start = Number(searchParams.get('NextToken') ?? 0)
          const Items = [...values].slice(start, start + PAGE).map(([Key, Value]) => ({ Key, Value }))
          return { Items, ...(start + PAGE < values.size ? { NextToken: `${start + PAGE}` } : {}) }
        },
      },
      'GET key': {
        action: 'GetKey',
        handle: () =>
          values.has(name)
            ? { Key: name, Value: values.get(name), ...counts() }
            : notFound(`Key ${name} was not found`),
      },
      'PUT key': { action: 'PutKey', handle: () => change(ifMatch, [[name, json().Value]], []) },
      'DELETE key': { action: 'DeleteKey', handle: () => change(ifMatch, [], [name]) },
      'POST keys': {
        action: 'UpdateKeys',
        handle: () => {
          const { Puts = [], Deletes = [] } = json() as { Puts?: Put[]; Deletes?: { Key: string }[] }
          return change(
            ifMatch,
            Puts.map(({ Key, Value }) => [Key, Value]),
            Deletes.map(({ Key }) => Key),
          )
        },
      },
    }
    return rows[route] ?? { action: 'none', handle: () => notFound('Resource was not found') }
  }
  type Put = { Key: string; Value: string }

  const store: KeyValueStore = {
    values,
    calls,
    before: () => undefined,
    put(key, value) {
      values.set(key, value)
      version += 1
    },
    client: () =>
      new CloudFrontKeyValueStoreClient({
        region: 'us-east-1',
        // The account goes before the host's name, which then is one of this machine, though not every resolver knows.
        endpoint: server.url.replace('127.0.0.1', 'localhost'),
        credentials: CREDENTIALS,
        maxAttempts: 2,
        requestHandler: {
          httpAgent: new Agent({ lookup: (_, { all }, found) => here(all === true, found as never) }),
        },
      }),
    close: () => server.close(),
  }

  const server: Listener = await listening(
    createServer((request, response) => {
      answer(request, response).catch((error) => response.destroy(error))
    }),
  )

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const { action, handle } = rowOf(request, body)
    calls.push(action)
    const fault = store.before(action, calls.filter((name) => name === action).length)
    const say = (status: number, name: string, message: string) =>
      response
        .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': name })
        .end(JSON.stringify({ Message: message }))
    const { method = '', url: target = '', headers } = request
    if (!isSignedBy({ method, target, headers, body }, CREDENTIALS)) {
      say(403, 'InvalidSignatureException', 'The request signature we calculated does not match')
    } else if (fault === 'lost') {
      handle()
      response.destroy()
    } else if (fault) {
      say(fault.status, fault.name, fault.message ?? 'said')
    } else {
      try {
        const answered = JSON.stringify(handle())
        response.writeHead(200, { 'content-type': 'application/json', etag: etag() }).end(answered)
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        say(error.status, error.name, error.message)
      }
    }
  }
  return store
}

const notFound = (message: string): never => {
  throw new Refused(404, 'ResourceNotFoundException', message)
}

type Found = (error: null, address: string | { address: string; family: number }[], family?: number) => void

const here = (isAll: boolean, found: Found): void =>
  isAll ? found(null, [{ address: '127.0.0.1', family: 4 }]) : found(null, '127.0.0.1', 4)
