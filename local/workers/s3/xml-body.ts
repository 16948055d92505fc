/** Requests whose body is XML. */
import { payloadOf } from './payload.ts'
import { S3Error } from './s3-error.ts'
import type { S3Request } from './s3-request.ts'

/** 1,000 keys of 1,024 bytes with escapes of six characters, each with its elements. */
const MAX_BYTES = 8 * 1024 ** 2

/** Held to its digests. @throws S3Error if it is not as it was announced */
export async function textOf(request: S3Request): Promise<string> {
  const { length, bytes } = payloadOf(request, null)
  if (length > MAX_BYTES) throw new S3Error('EntityTooLarge', 'The XML is longer than anything it could say.')
  const pieces: Uint8Array[] = []
  for await (const piece of bytes) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
