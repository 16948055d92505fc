/**
 * Which responses CloudFront compresses, and for which requests. Developer Guide, "Serve compressed files", where no other
 * source is named.
 */
import { constants, createBrotliCompress, createGzip } from 'node:zlib'
import type { AcceptedEncodings } from '../../platform/accepted-encodings.ts'
import { headerValue, listOf, withHeader, withoutHeaders } from '../../platform/header-lines.ts'
import type { HeaderLine, HttpVersion } from '../../protocol/messages.ts'

/** Bytes, by `Content-Length`. */
const SMALLEST = 1_000
const LARGEST = 10_000_000

const STATUSES = [200, 403, 404]

/** With what CloudFront compresses a response of the origin that has a body; null: not at all. */
export function compressionOf(
  { status, headers }: { status: number; headers: readonly HeaderLine[] },
  accepted: AcceptedEncodings,
  httpVersion: HttpVersion,
): 'br' | 'gzip' | null {
  if (accepted === '' || httpVersion === '1.0' || !STATUSES.includes(status)) return null
  if (headers.some(([name]) => name === 'content-encoding')) return null
  const length = headerValue(headers, 'content-length')
  if (!/^\d+$/.test(length) || Number(length) < SMALLEST || Number(length) > LARGEST) return null
  const [type = ''] = headerValue(headers, 'content-type').split(';', 1)
  if (!COMPRESSED_TYPES.has(type.trim().toLowerCase())) return null
  return accepted === 'gzip' ? 'gzip' : 'br'
}

/** The headers of what is compressed, but for its length, which is not known before its end. */
export function compressedHeaders(headers: readonly HeaderLine[], encoding: 'br' | 'gzip'): HeaderLine[] {
  const etag = weakEtag(headerValue(headers, 'etag'))
  const vary = listOf(headers, 'vary')
  let changed = withoutHeaders(headers, ['etag', 'accept-ranges', 'content-length'])
  changed = withHeader(changed, 'content-encoding', encoding)
  if (!/\baccept-encoding\b/i.test(vary))
    changed = withHeader(changed, 'vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`)
  return etag ? [...changed, ['etag', etag]] : changed
}

/** Compresses bytes while they come in. */
export function compressing(encoding: 'br' | 'gzip'): ReadableWritablePair<Uint8Array, Uint8Array> {
  const compressor =
    encoding === 'gzip' ? createGzip() : createBrotliCompress({ params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
  return new TransformStream<Uint8Array, Uint8Array>({
    start(controller) {
      compressor.on('data', (chunk: Uint8Array) => controller.enqueue(new Uint8Array(chunk)))
      compressor.on('error', (error) => controller.error(error))
    },
    transform: (chunk) => new Promise((resolve) => compressor.write(chunk, () => resolve())),
    flush: () =>
      new Promise((resolve) => {
        compressor.once('end', resolve)
        compressor.end()
      }),
  })
}

/** The `ETag` of what was compressed. Null: it is not a valid one, and goes. */
export function weakEtag(etag: string): string | null {
  if (etag.startsWith('W/')) return etag
  return etag.length >= 2 && etag.startsWith('"') && etag.endsWith('"') ? `W/${etag}` : null
}

const COMPRESSED_TYPES = new Set([
  'application/dash+xml',
  'application/eot',
  'application/font',
  'application/font-sfnt',
  'application/javascript',
  'application/json',
  'application/opentype',
  'application/otf',
  'application/pdf',
  'application/pkcs7-mime',
  'application/protobuf',
  'application/rss+xml',
  'application/truetype',
  'application/ttf',
  'application/vnd.apple.mpegurl',
  'application/vnd.mapbox-vector-tile',
  'application/vnd.ms-fontobject',
  'application/wasm',
  'application/xhtml+xml',
  'application/xml',
  'application/x-font-opentype',
  'application/x-font-truetype',
  'application/x-font-ttf',
  'application/x-httpd-cgi',
  'application/x-javascript',
  'application/x-mpegurl',
  'application/x-opentype',
  'application/x-otf',
  'application/x-perl',
  'application/x-ttf',
  'font/eot',
  'font/opentype',
  'font/otf',
  'font/ttf',
  'image/svg+xml',
  'text/css',
  'text/csv',
  'text/html',
  'text/javascript',
  'text/js',
  'text/plain',
  'text/richtext',
  'text/tab-separated-values',
  'text/xml',
  'text/x-component',
  'text/x-java-source',
  'text/x-script',
  'vnd.apple.mpegurl',
])
