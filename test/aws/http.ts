/**
 * The AWS in memory over HTTP, for the SDK's real clients in other processes: they are told of it by AWS_ENDPOINT_URL.
 * What is on the wire is read and written by the SDK's own schemas and codecs, from the other end.
 */
import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { CloudFrontClient } from '@aws-sdk/client-cloudfront'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { type Listener, listening } from '../listener.ts'
import { cloudFrontCommands } from './cloudfront.ts'
import { iamCommands } from './iam.ts'
import { lambdaCommands } from './lambda.ts'
import { type MemoryAws, withMore } from './memory-aws.ts'
import type { CommandRow } from './state.ts'
import { stsCommands } from './sts.ts'

/** What the SDK's schemas are made of: a structure's names and members, whose traits say where they are in HTTP. */
type Struct = [3, string, string, unknown, string[], unknown[]]
type Traits = { httpLabel?: 1; httpPayload?: 1; httpHeader?: string; httpQuery?: string }
type Operation = [9, string, string, { http?: [string, string, number] }, () => Struct, () => Struct]

type Codec = {
  createSerializer(): { write(schema: unknown, value: unknown): void; flush(): string | Uint8Array }
  createDeserializer(): { read(schema: unknown, text: string): unknown }
}

const codecOf = (client: { config: object }): Codec =>
  (client.config as unknown as { protocol: { codec: Codec } }).protocol.codec

const operationOf = ({ command }: CommandRow): Operation =>
  (new command({} as never) as unknown as { schema: Operation }).schema

/** Numbers are bits: 1 is a label of the path, 16 the body. */
const traitsOf = (member: unknown): Traits => {
  const traits: unknown = Array.isArray(member) && member.length === 2 ? member[1] : 0
  if (typeof traits !== 'number') return (traits ?? {}) as Traits
  return { ...(traits & 1 ? { httpLabel: 1 as const } : {}), ...(traits & 16 ? { httpPayload: 1 as const } : {}) }
}

/** A member is a schema, or one with traits. */
const schemaOf = (member: unknown): unknown => {
  const found: unknown = Array.isArray(member) && member.length === 2 ? member[0] : member
  return typeof found === 'function' ? found() : found
}

const membersOf = ([, , , , names, members]: Struct) =>
  names.map((name, index) => ({ name, member: members[index], traits: traitsOf(members[index]) }))

/** Deletions and their like answer with nothing. */
const isStruct = (schema: unknown): boolean => Array.isArray(schema) && schema[0] === 3

function written(codec: Codec, schema: unknown, value: unknown): string {
  const serializer = codec.createSerializer()
  serializer.write(schema, value)
  const text = serializer.flush()
  return typeof text === 'string' ? text : new TextDecoder().decode(text)
}

const isBlob = (schema: unknown) => schema === 21 || schema === 42

type Asked = { method: string; url: URL; headers: IncomingMessage['headers']; body: string }
type Answer = { status: number; headers: Record<string, string>; body: string | Uint8Array }

export async function listeningAws(aws: MemoryAws, more: readonly CommandRow[] = []): Promise<Listener> {
  const region = 'us-east-1'
  const config = { region, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
  const [xml, json] = [codecOf(new CloudFrontClient(config)), codecOf(new LambdaClient(config))]
  const rest = [...withMore(cloudFrontCommands, more), ...lambdaCommands]
  const query = [...iamCommands, ...stsCommands]

  async function answerTo(asked: Asked): Promise<Answer> {
    const { url, method, body } = asked
    const form = method === 'POST' && url.pathname === '/' ? new URLSearchParams(body) : null
    if (form) {
      const row = query.find(({ command }) => command.name === `${form.get('Action')}Command`)
      if (!row) throw new Error(`nobody answers ${form.get('Action')}`)
      const [, , name, , , output] = operationOf(row)
      const value = await aws.handle(row, Object.fromEntries(form), region)
      const inner = isStruct(output()) ? written(xml, output(), value).replace(/^<[^>]*>|<\/[^>]*>$/g, '') : ''
      const text = `<${name}Response><${name}Result>${inner}</${name}Result></${name}Response>`
      return { status: 200, headers: { 'content-type': 'text/xml' }, body: text }
    }
    const found = rest
      .map((row) => ({ row, labels: labelsOf(row, method, url) }))
      .filter(({ labels }) => labels !== null)
    // `?WithTags` is an action of its own.
    const match = found.toSorted((one, other) => pathOf(other.row).length - pathOf(one.row).length)[0]
    if (!match) throw new Error(`nobody answers ${method} ${url}`)
    const codec = match.row.action.startsWith('lambda:') ? json : xml
    const input = await inputOf(match.row, match.labels ?? {}, asked, codec)
    return outputOf(match.row, (await aws.handle(match.row, input, region)) as Record<string, unknown>, codec)
  }

  return listening(
    createServer(async (request, response) => {
      const body = (await buffer(request)).toString()
      const url = new URL(request.url ?? '/', 'http://aws')
      const isJson = url.pathname.startsWith('/2015-')
      try {
        const answer = await answerTo({ method: request.method ?? '', url, headers: request.headers, body })
        response.writeHead(answer.status, answer.headers).end(answer.body)
      } catch (error) {
        const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }
        const [status, code] = $metadata ? [$metadata.httpStatusCode ?? 400, name] : [500, 'InternalError']
        const text = isJson
          ? JSON.stringify({ message })
          : `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error></ErrorResponse>`
        const type = isJson
          ? { 'x-amzn-errortype': code, 'content-type': 'application/json' }
          : { 'content-type': 'text/xml' }
        response.writeHead(status, type).end(text)
      }
    }),
  )
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

const pathOf = (row: CommandRow): string => operationOf(row)[3].http?.[1] ?? ''

/** Null: the request is for another action. */
function labelsOf(row: CommandRow, method: string, url: URL): Record<string, string> | null {
  const [verb, pattern = ''] = operationOf(row)[3].http ?? []
  const [path = '', parameters = ''] = pattern.split('?')
  if (verb !== method || [...new URLSearchParams(parameters).keys()].some((key) => !url.searchParams.has(key))) {
    return null
  }
  const source = path.replace(/\/$/, '').replace(/\{(\w+)\+?\}/g, '(?<$1>[^/]+)')
  const found = new RegExp(`^${source}/?$`).exec(url.pathname)
  if (!found) return null
  return Object.fromEntries(
    Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  )
}

async function inputOf(row: CommandRow, labels: Record<string, string>, { url, headers, body }: Asked, codec: Codec) {
  const schema = operationOf(row)[4]()
  const members = membersOf(schema)
  const input: Record<string, unknown> = { ...labels }
  for (const { name, traits } of members) {
    const value = traits.httpHeader
      ? headers[traits.httpHeader.toLowerCase()]
      : traits.httpQuery
        ? url.searchParams.get(traits.httpQuery)
        : null
    if (value !== null && value !== undefined) input[name] = value
  }
  if (body === '') return input
  const payload = members.find(({ traits }) => traits.httpPayload)
  const read = codec.createDeserializer()
  if (payload) return { ...input, [payload.name]: await read.read(schemaOf(payload.member), body) }
  return { ...((await read.read(schema, body)) as object), ...input }
}

function outputOf(row: CommandRow, answer: Record<string, unknown>, codec: Codec): Answer {
  const [, , , { http }, , output] = operationOf(row)
  const schema = output()
  const status = http?.[2] ?? 200
  const headers: Record<string, string> = {}
  const members = isStruct(schema) ? membersOf(schema) : []
  for (const { name, traits } of members) {
    if (traits.httpHeader && answer[name] !== undefined) headers[traits.httpHeader] = String(answer[name])
  }
  const payload = members.find(({ traits }) => traits.httpPayload)
  if (payload && isBlob(schemaOf(payload.member))) return { status, headers, body: answer[payload.name] as Uint8Array }
  if (members.every(({ traits }) => traits.httpHeader)) return { status, headers, body: '' }
  const body = payload ? written(codec, schemaOf(payload.member), answer[payload.name]) : written(codec, schema, answer)
  return { status, headers, body }
}
