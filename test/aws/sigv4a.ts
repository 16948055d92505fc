/** Verifies SigV4A with node:crypto: IAM User Guide, "Elements of an AWS API request signature", and NIST SP 800-108. */
import { createECDH, createHash, createHmac, createPublicKey, verify } from 'node:crypto'

const ALGORITHM = 'AWS4-ECDSA-P256-SHA256'
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

const AUTHORIZATION = new RegExp(
  `^${ALGORITHM} Credential=([^/]+)/(\\d{8}/[\\w-]+/aws4_request), SignedHeaders=([\\w;-]+), Signature=([0-9a-f]+)$`,
)

export type SignedRequest = {
  method: string
  /** Path and query, as sent. */
  target: string
  headers: Record<string, string | string[] | undefined>
  body: string
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The key pair that both sides make of a secret access key. */
function publicKeyOf(accessKeyId: string, secretAccessKey: string) {
  const input = (counter: number) =>
    Buffer.concat([
      Buffer.from([0, 0, 0, 1]),
      Buffer.from(`${ALGORITHM}\0${accessKeyId}`),
      Buffer.from([counter, 0, 0, 1, 0]),
    ])
  for (let counter = 1; counter < 255; counter += 1) {
    const candidate = createHmac('sha256', `AWS4A${secretAccessKey}`).update(input(counter)).digest('hex')
    const value = BigInt(`0x${candidate}`)
    if (value > ORDER - 2n) continue
    const pair = createECDH('prime256v1')
    pair.setPrivateKey((value + 1n).toString(16).padStart(64, '0'), 'hex')
    const point = pair.getPublicKey()
    const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((part) => part.toString('base64url'))
    return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x: x as string, y: y as string } })
  }
  throw new Error('no key')
}

/** Whether whoever has this secret signed the request, for any region. */
export function isSignedBy(
  { method, target, headers, body }: SignedRequest,
  credentials: { accessKeyId: string; secretAccessKey: string },
): boolean {
  const [, id, scope, names = '', signature = ''] = AUTHORIZATION.exec(String(headers.authorization)) ?? []
  if (id !== credentials.accessKeyId || headers['x-amz-region-set'] !== '*') return false
  const [path = '', query = ''] = target.split('?')
  const request = [
    method,
    path.split('/').map(encodeURIComponent).join('/'),
    query.split('&').toSorted().join('&'),
    ...names.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    sha256(body),
  ].join('\n')
  const text = [ALGORITHM, headers['x-amz-date'], scope, sha256(request)].join('\n')
  const key = publicKeyOf(credentials.accessKeyId, credentials.secretAccessKey)
  return verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'hex'))
}
