/** The part of R2's binding that the bucket uses: Cloudflare R2 docs, "Workers API reference". Node's types have none of it. */

export type R2Metadata = {
  httpMetadata?: {
    contentType?: string
    contentLanguage?: string
    contentDisposition?: string
    contentEncoding?: string
    cacheControl?: string
  }
  /** 2,048 bytes at most, names included. */
  customMetadata?: Record<string, string>
}

export type R2Object = R2Metadata & {
  key: string
  size: number
  /** Hex, without quotes: MD5 of the bytes, or of the parts' MD5s with `-` and their number. */
  etag: string
}

export type R2Condition = { etagMatches: string } | { etagDoesNotMatch: '*' }

export type R2Bucket = {
  head(key: string): Promise<R2Object | null>
  /** Without `body` where the condition does not hold. */
  get(
    key: string,
    options: { onlyIf: R2Condition; range?: { offset: number; length: number } },
  ): Promise<(R2Object & { body?: ReadableStream<Uint8Array> }) | null>
  /** The stream's length must be known. `null`: the condition does not hold. */
  put(
    key: string,
    value: ReadableStream<Uint8Array> | Uint8Array,
    options: R2Metadata & { onlyIf?: R2Condition },
  ): Promise<R2Object | null>
  delete(keys: string | string[]): Promise<void>
  /** In the order of the keys' UTF-8 bytes. */
  list(options: {
    prefix: string
    startAfter: string
    include: ('httpMetadata' | 'customMetadata')[]
  }): Promise<{ objects: R2Object[]; truncated: boolean }>
  createMultipartUpload(key: string, options: R2Metadata): Promise<{ uploadId: string }>
  resumeMultipartUpload(key: string, uploadId: string): R2Upload
}

export type R2Upload = {
  uploadPart(part: number, value: ReadableStream<Uint8Array> | Uint8Array): Promise<R2Part>
  complete(parts: R2Part[]): Promise<R2Object>
  abort(): Promise<void>
}

export type R2Part = { partNumber: number; etag: string }
