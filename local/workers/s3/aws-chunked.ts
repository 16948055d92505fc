/**
 * Bodies in chunks with trailers (`aws-chunked`), as clients send bodies whose checksum they learn on the way: S3 API
 * Reference, "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks" and "... with
 * trailing headers".
 */
import { createHash } from 'node:crypto'
import type { Signer } from './authorization.ts'
import { S3Error } from './s3-error.ts'
import { isSame, scopeText, sha256, sign } from './signature.ts'

export type Chunks = {
  body: AsyncIterable<Uint8Array>
  /** Checks the signature of each chunk, where they are signed. */
  signer: Signer | null
  /** Told of each trailer, after the last chunk. */
  onTrailer(name: string, value: string): void
}

/** A limit of our own: the line before a chunk has some 100 bytes, that of a trailer a few more. */
const MAX_LINE_BYTES = 8 * 1024

const CHUNK = /^([0-9a-f]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/i
const TRAILER = /^([a-z0-9-]+)\s*:\s*(.*?)\s*$/i
const TRAILER_SIGNATURE = 'x-amz-trailer-signature'

/** The bytes inside the chunks. @throws S3Error for chunks that are broken, or whose signatures do not hold */
export async function* unchunked({ body, ...held }: Chunks): AsyncGenerator<Uint8Array> {
  const reader = readerOf(body)
  try {
    yield* pieces(reader, held)
  } finally {
    await reader.release()
  }
}

async function* pieces(
  reader: ReturnType<typeof readerOf>,
  { signer, onTrailer }: Omit<Chunks, 'body'>,
): AsyncGenerator<Uint8Array> {
  const signatures = signer && signatureChain(signer)
  for (;;) {
    const [, hexLength, signature = ''] = CHUNK.exec(await reader.line()) ?? []
    if (hexLength === undefined) throw incomplete('a chunk does not start with its length')
    const length = Number.parseInt(hexLength, 16)
    const hash = createHash('sha256')
    for await (const bytes of reader.take(length)) {
      if (signatures) hash.update(bytes)
      yield bytes
    }
    signatures?.chunk(signature, hash.digest('hex'))
    if (length === 0) break
    if ((await reader.line()) !== '') throw incomplete('a chunk is longer than it says')
  }
  const trailers: string[] = []
  for (let line = await reader.lastLine(); line !== ''; line = await reader.lastLine()) {
    const [, name = '', value = ''] = TRAILER.exec(line) ?? []
    if (name === '') throw incomplete('a trailer is none')
    if (name.toLowerCase() === TRAILER_SIGNATURE) signatures?.trailers(value, trailers.splice(0))
    else {
      trailers.push(`${name.toLowerCase()}:${value}\n`)
      onTrailer(name.toLowerCase(), value)
    }
  }
  if (signatures && trailers.length > 0) throw mismatch('trailers')
}

/** Each signature covers the one before it. */
function signatureChain({ key, scope, time, signature }: Signer) {
  let last = signature
  const check = (kind: string, found: string, rest: readonly string[], what: string) => {
    last = sign(key, [`AWS4-HMAC-SHA256-${kind}`, time, scopeText(scope), last, ...rest].join('\n'))
    if (!isSame(last, found)) throw mismatch(what)
  }
  return {
    chunk: (found: string, hash: string) => check('PAYLOAD', found, [sha256(''), hash], 'a chunk'),
    trailers: (found: string, lines: readonly string[]) =>
      check('TRAILER', found, [sha256(lines.join(''))], 'trailers'),
  }
}

function readerOf(body: AsyncIterable<Uint8Array>) {
  const chunks = body[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()

  async function more(): Promise<boolean> {
    const { done, value } = await chunks.next()
    if (done) return false
    rest = rest.length === 0 ? value : Buffer.concat([rest, value])
    return true
  }

  async function tryLine(): Promise<string | undefined> {
    let end = rest.indexOf(0x0a)
    while (end < 0) {
      if (rest.length > MAX_LINE_BYTES) throw incomplete('a line has no end')
      if (!(await more())) return undefined
      end = rest.indexOf(0x0a)
    }
    const line = Buffer.from(rest.subarray(0, end)).toString('latin1')
    rest = rest.subarray(end + 1)
    if (!line.endsWith('\r')) throw incomplete('a line does not end as one')
    return line.slice(0, -1)
  }

  return {
    /** Stops reading, whether the body has more or not. */
    async release(): Promise<void> {
      await chunks.return?.()
    },
    async line(): Promise<string> {
      const line = await tryLine()
      if (line === undefined) throw incomplete('it ends before its last chunk')
      return line
    },
    /** A line after the last chunk: empty at the end, where some clients leave the line break out. */
    lastLine: async (): Promise<string> => (await tryLine()) ?? '',
    async *take(length: number): AsyncGenerator<Uint8Array> {
      for (let left = length; left > 0; ) {
        if (rest.length === 0 && !(await more())) throw incomplete('it ends within a chunk')
        const bytes = rest.subarray(0, left)
        rest = rest.subarray(bytes.length)
        left -= bytes.length
        yield bytes
      }
    },
  }
}

const incomplete = (why: string) => new S3Error('IncompleteBody', `The chunks of the body are broken: ${why}.`)

const mismatch = (what: string) =>
  new S3Error('SignatureDoesNotMatch', `The body has ${what} with another signature than expected.`)
