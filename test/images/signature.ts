/** Whether a request is signed as S3 asks: AWS Signature Version 4, S3 API Reference, "Authenticating Requests". */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

/** Made up. */
export const CREDENTIALS = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  sessionToken: 'IQoJb3JpZ2luX2VjEXAMPLE//example+token==',
}

/** The variables in which Lambda hands a function its credentials. */
export const variablesOf = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
})

const AUTHORIZATION = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/

/** S3 refuses what is older, or newer. */
const MAX_SKEW_MS = 15 * 60 * 1000

type Signed = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** What is wrong with a request's signature; `undefined`: nothing. */
export function signatureFault(request: Signed, credentials: Credentials, region: string): string | undefined {
  const { headers } = request
  const [, credential = '', signed = '', signature] = AUTHORIZATION.exec(headers.authorization ?? '') ?? []
  if (signature === undefined) return `expected an Authorization of AWS4-HMAC-SHA256, found ${headers.authorization}`
  const time = String(headers['x-amz-date'])
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`
  const expected = `${credentials.accessKeyId}/${scope}`
  if (credential !== expected) return `expected the credential ${expected}, found ${credential}`
  const names = signed.split(';')
  const unsigned = Object.keys(headers).filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !names.includes(name),
  )
  if (unsigned.length > 0) return `expected signed headers, found without a signature: ${unsigned.join(', ')}`
  if (headers['x-amz-security-token'] !== credentials.sessionToken) return 'expected the session token, found another'
  if (!(Math.abs(timeOf(time) - Date.now()) < MAX_SKEW_MS)) return `expected the time of now, found ${time}`
  const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonicalRequest(request, names))}`
  return sign(text, credentials.secretAccessKey, scope) === signature ? undefined : 'the signature is another'
}

/** `20261120T120000Z` */
const timeOf = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))

function canonicalRequest({ method, url = '', headers }: Signed, names: readonly string[]): string {
  const [path, query = ''] = url.split('?', 2)
  const lines = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  )
  return [
    method,
    path,
    query.split('&').toSorted().join('&'),
    lines.join(''),
    names.join(';'),
    headers['x-amz-content-sha256'],
  ].join('\n')
}

function sign(text: string, secret: string, scope: string): string {
  const key = scope.split('/').reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`)
  return hmac(key, text).toString('hex')
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
