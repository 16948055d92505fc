/** What a file's extension says it is: mrmime's table, and what image sites have besides. */
import { mimes } from 'mrmime'

/** IANA's registry of media types, unless another source is named. */
const BESIDES: Readonly<Record<string, string>> = {
  cur: 'image/vnd.microsoft.icon',
  dng: 'image/x-adobe-dng',
  eot: 'application/vnd.ms-fontobject',
  flac: 'audio/flac',
  hdr: 'image/vnd.radiance',
  ico: 'image/vnd.microsoft.icon',
  jfif: 'image/jpeg',
  // RFC 8216, 4.
  m3u8: 'application/vnd.apple.mpegurl',
  m4v: 'video/mp4',
  mkv: 'video/matroska',
  psd: 'image/vnd.adobe.photoshop',
  usdz: 'model/vnd.usdz+zip',
  // As text/xml it would need a charset, which its own declaration has: RFC 7303, 3.
  xml: 'application/xml',
}

/** RFC 2046, 4.5.1: bytes of no kind that is known. */
export const UNKNOWN_TYPE = 'application/octet-stream'

/** Text is taken to be UTF-8; what else is text by nature says so itself, or can't be anything else (JSON). */
export function contentTypeOf(path: string): string {
  const [, extension = ''] = /[^/]\.([^./]+)$/.exec(path.toLowerCase()) ?? []
  const type = ownValue(BESIDES, extension) ?? ownValue(mimes, extension) ?? UNKNOWN_TYPE
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}

const ownValue = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
