/** Secrets that tokens are signed with: read, made, and as the store holds them. Nothing here prints one. */
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { InputError, notWritable, systemMessage, unexpectedInput } from '../../base/errors.ts'

/** Bytes. RFC 7518, 3.2: a key of the size of the hash's output or more; the function refuses what is shorter. */
export const MIN_SECRET_BYTES = 32

/** Bytes of a value: Developer Guide, "Quotas on key value stores". */
const VALUE_BYTES = 1_024

/** Bytes. Base64 writes three as four. */
export const MAX_SECRET_BYTES = (VALUE_BYTES / 4) * 3

export const ENCODINGS = ['text', 'base64', 'hex'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** As the store has it, and the function reads it. */
export const storedValue = (secret: Uint8Array): string => Buffer.from(secret).toString('base64url')

/** @returns `undefined` for what the function would take for no key */
export function secretOf(value: string): Buffer | undefined {
  const secret = Buffer.from(value, 'base64url')
  return secret.length >= MIN_SECRET_BYTES && secret.toString('base64url') === value ? secret : undefined
}

/**
 * @param file `-`: stdin
 * @param stdin read where it is asked for, and not before
 * @throws InputError for a file that can't be read, or what is no secret; the message says nothing of its contents
 */
export async function readSecret(
  file: string,
  encoding: Encoding,
  stdin: AsyncIterable<Uint8Array | string>,
): Promise<Buffer> {
  const name = file === '-' ? 'stdin' : file
  const content = await (file === '-' ? buffer(stdin as NodeJS.ReadableStream) : readFile(file)).catch((cause) => {
    throw new InputError(`--file: ${name} can't be read: ${systemMessage(cause)}`, {
      code: 'not-readable',
      found: systemMessage(cause),
      cause,
    })
  })
  return checkedSecret(decoded(content, encoding, name), name)
}

/** What an editor or `echo` puts at the end is no part of a secret. */
const withoutLineEnd = (content: Buffer): Buffer => {
  const end = content.at(-1) === 0x0a ? (content.at(-2) === 0x0d ? -2 : -1) : content.length
  return content.subarray(0, end)
}

function decoded(content: Buffer, encoding: Encoding, name: string): Buffer {
  const text = withoutLineEnd(content)
  if (encoding === 'text') return text
  const written = text.toString('latin1').replace(/\s/g, '')
  const bytes = Buffer.from(written, encoding)
  // Node leaves out what it can't read.
  const isWhole = encoding === 'hex' ? /^(?:[0-9a-f]{2})*$/i.test(written) : /^[\w+/-]*={0,2}$/.test(written)
  if (isWhole) return bytes
  const expected = `the secret in ${encoding}`
  throw unexpectedInput({
    at: '--encoding',
    code: 'not-encoded',
    expected: `${expected} in ${name}`,
    found: 'something else',
  })
}

function checkedSecret(secret: Buffer, name: string): Buffer {
  const refused = (expected: string, found: string, remedy?: string) =>
    unexpectedInput({ at: name, code: 'not-a-secret', expected, found, remedy })
  if (secret.includes('-----BEGIN ')) {
    throw refused(
      'a secret that the maker of tokens and CloudFront share',
      'a key in PEM',
      'HS256 has no key pairs, and a public key is no secret: whoever has it could sign',
    )
  }
  if (secret.length < MIN_SECRET_BYTES) {
    const expected = `a secret of at least ${MIN_SECRET_BYTES} bytes (RFC 7518, 3.2)`
    throw refused(expected, `${secret.length}`, '--generate makes one')
  }
  if (secret.length > MAX_SECRET_BYTES) {
    const why = `a value in the store has at most ${VALUE_BYTES.toLocaleString('en')} bytes, and holds it in base64`
    throw refused(`a secret of at most ${MAX_SECRET_BYTES} bytes`, `${secret.length}`, why)
  }
  return secret
}

/** 256 random bits as 43 characters: this text is the secret, as it stands. */
export const generatedSecret = (): string => randomBytes(MIN_SECRET_BYTES).toString('base64url')

/** Nobody else may read it, and nothing is overwritten. @throws InputError */
export async function writeSecret(file: string, secret: string): Promise<void> {
  await writeFile(file, `${secret}\n`, { mode: 0o600, flag: 'wx', flush: true }).catch((cause) => {
    if (cause.code !== 'EEXIST') throw notWritable(`--out: ${file} can't be written: ${systemMessage(cause)}`, cause)
    const expected = `no file at ${file}`
    throw unexpectedInput({
      at: '--out',
      code: 'file-exists',
      expected,
      found: 'one, which may hold a secret that is in use',
      remedy: `name another, or add that secret with --file ${file}`,
      cause,
    })
  })
}
