/** Bodies in chunks of bytes: how they are read from a stream, and put together. */

export type ChunkReader = {
  /** Without a value at the end. */
  read(): Promise<{ value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/** Bytes that are read at once, where that can be chosen: workerd's own choice is 4,096. */
const READ_AT_ONCE = 64 * 1024

export function readerOf(source: ReadableStream<Uint8Array>): ChunkReader {
  let reader: ReadableStreamBYOBReader
  try {
    reader = source.getReader({ mode: 'byob' })
  } catch {
    // Not a stream of bytes, but of chunks of bytes.
    return source.getReader() as ChunkReader
  }
  return {
    cancel: () => reader.cancel(),
    async read() {
      const { done, value } = await reader.read(new Uint8Array(READ_AT_ONCE))
      if (done || value === undefined) return {}
      // A few bytes must not hold the room of many.
      return { value: value.length < READ_AT_ONCE / 2 ? value.slice() : value }
    },
  }
}

export function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.length
  }
  return all
}
