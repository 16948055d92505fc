/** Media types by file extension: mrmime's table, and further ones that image sites have. */
import { mimes } from 'mrmime'

/** What mrmime lacks, or has otherwise. IANA's registry of media types, unless another source is named. */
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

/**
 * The media type, such as `image/jpeg`, without parameters; `undefined` for an extension that is not known, and for none.
 * @param path of a file, or a key; a name that is nothing but an extension (`.jpg`) has none
 */
export function mediaTypeOfFile(path: string): string | undefined {
  const [, extension = ''] = /[^/]\.([^./]+)$/.exec(path.toLowerCase()) ?? []
  return ownValue(BESIDES, extension) ?? ownValue(mimes, extension)
}

const ownValue = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined
