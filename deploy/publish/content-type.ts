/** What a published file is uploaded as. */
import { mediaTypeOfFile } from '../../base/media-type.ts'
import { imageTypeOf } from '../../edge/image-type.ts'

/** RFC 2046, 4.5.1: bytes of no kind that is known. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/**
 * By the extension; where that says nothing, by the bytes, if they are an image's. Text is taken to be UTF-8; what else is
 * text by nature says so itself, or can't be anything else (JSON).
 * @param beginning the first bytes of the file, `TELLING_BYTES` or more where it has as many
 */
export function contentTypeOf(path: string, beginning: Uint8Array): string {
  const type = mediaTypeOfFile(path) ?? imageTypeOf(beginning) ?? UNKNOWN_TYPE
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
