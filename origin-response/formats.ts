/** What kind of image a source is, told by its bytes. */
import type { Format } from '../edge/formats.ts'
import { imageTypeOf, TELLING_BYTES } from '../edge/image-type.ts'

/**
 * What the first bytes say an image is; `undefined` for all that is not worked on like this: SVG, HEIC, JPEG 2000, and what
 * moves in a way that the decoders here can't see (animated PNG, AVIF sequences), of which they would keep one frame.
 *
 * Signatures: JPEG, ISO/IEC 10918-1, B.1.1.3; PNG, W3C PNG 3, 5.2; GIF89a, 17; WebP, RFC 9649, 2.3; TIFF 6.0, 2;
 * AVIF 1.1, 4.
 */
export function formatOf(bytes: Buffer): Format | undefined {
  if (bytes.length < 16) return undefined
  const text = (from: number, to: number) => bytes.toString('latin1', from, to)
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return isAnimatedPng(bytes) ? undefined : 'png'
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return 'tiff'
  return text(4, 8) === 'ftyp' && isStillAvif(bytes) ? 'avif' : undefined
}

/** W3C PNG 3, 11.3.6.1: `acTL` comes before the first `IDAT`. */
function isAnimatedPng(bytes: Buffer): boolean {
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const chunk = bytes.toString('latin1', at + 4, at + 8)
    if (chunk === 'acTL') return true
    if (chunk === 'IDAT') return false
  }
  return false
}

/** Files name a handful of brands; whoever names more is not believed. */
const MAX_BRANDS_BYTES = 256

/**
 * A picture in HEVC, ISO/IEC 23008-12, B.4: photographs of phones, whatever they are called. Of a sequence, the primary image.
 */
export const isHeic = (bytes: Buffer): boolean =>
  formatOf(bytes) === undefined && imageTypeOf(bytes.subarray(0, TELLING_BYTES)) === 'image/heic'

/**
 * ISO/IEC 14496-12, 4.3: the major brand, a version, the compatible brands, four bytes each. `mif1` is any still image
 * in this container, and `avif` says what is coded in it; `avis` is a sequence.
 */
function isStillAvif(bytes: Buffer): boolean {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, MAX_BRANDS_BYTES)
  const brands = [bytes.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString('latin1', at, at + 4))
  const isStill = brands[0] === 'avif' || brands[0] === 'mif1'
  return isStill && brands.includes('avif') && !brands.includes('avis')
}
