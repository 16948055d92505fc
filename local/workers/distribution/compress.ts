import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { headerValue, listOf, withHeader, withoutHeaders } from '../../protocol/header-lines.ts'
import type { HeaderLine, HttpVersion } from '../../protocol/messages.ts'
import { type AcceptedEncodings, compressionOf, weakEtag } from './compression.ts'

type Content = { status: number; headers: HeaderLine[]; body: Uint8Array | null }

/** Compresses what CloudFront compresses. Developer Guide, "Serve compressed files". */
export function compressed<T extends Content>(content: T, accepted: AcceptedEncodings, httpVersion: HttpVersion): T {
  const { status, headers, body } = content
  if (body === null || accepted === '') return content
  const encoding = compressionOf({ status, headers, bodyLength: body.length }, accepted, httpVersion)
  if (encoding === null) return content
  const bytes =
    encoding === 'gzip' ? gzipSync(body) : brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })
  const etag = weakEtag(headerValue(headers, 'etag'))
  const vary = listOf(headers, 'vary')
  let changed = withoutHeaders(headers, ['etag', 'accept-ranges'])
  changed = withHeader(changed, 'content-encoding', encoding)
  changed = withHeader(changed, 'content-length', String(bytes.length))
  if (!/\baccept-encoding\b/i.test(vary))
    changed = withHeader(changed, 'vary', vary === '' ? 'Accept-Encoding' : `${vary}, Accept-Encoding`)
  if (etag) changed = [...changed, ['etag', etag]]
  return { ...content, headers: changed, body: new Uint8Array(bytes) }
}
