/** What a published file is uploaded as. */
import { mediaTypeOfFile } from '../../base/media-type.ts'

/** RFC 2046, 4.5.1: bytes of no kind that is known. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/** Text is taken to be UTF-8; what else is text by nature says so itself, or can't be anything else (JSON). */
export function contentTypeOf(path: string): string {
  const type = mediaTypeOfFile(path) ?? UNKNOWN_TYPE
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
