/** What kind of image bytes are, told by the first of them. */

/** Bytes from the beginning that tell: files name a handful of brands, of four bytes each. */
export const TELLING_BYTES = 256

const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs']

/**
 * The media type of an image, `undefined` for bytes that are none of a kind that browsers show or cameras make.
 *
 * Signatures: JPEG, ISO/IEC 10918-1, B.1.1.3; PNG, W3C PNG 3, 5.2; GIF89a, 17; WebP, RFC 9649, 2.3; TIFF 6.0, 2;
 * AVIF 1.1, 4; HEIC, ISO/IEC 23008-12, B.4; JPEG XL, ISO/IEC 18181-2, 5.
 * @param bytes from the beginning, `TELLING_BYTES` of them or all
 */
export function imageTypeOf(bytes: Uint8Array): string | undefined {
  if (bytes.length < 16) return undefined
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (text(0, 6) === 'GIF87a' || text(0, 6) === 'GIF89a') return 'image/gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp'
  if (text(0, 4) === 'II*\0' || text(0, 4) === 'MM\0*') return 'image/tiff'
  if (text(0, 12) === '\0\0\0\x0cJXL \r\n\x87\n') return 'image/jxl'
  return text(4, 8) === 'ftyp' ? brandedType(text(8, TELLING_BYTES), boxEnd(bytes)) : undefined
}

const boxEnd = (bytes: Uint8Array): number =>
  (((bytes[0] as number) << 24) | ((bytes[1] as number) << 16) | ((bytes[2] as number) << 8) | (bytes[3] as number)) >>>
  0

/**
 * ISO/IEC 14496-12, 4.3: the major brand, a version, the compatible brands. `mif1` and `msf1` are pictures of any coding,
 * and the others say of which.
 * @param text from the major brand on
 * @param end of the box, in bytes from the beginning of the file
 */
function brandedType(text: string, end: number): string | undefined {
  const brands = [text.slice(0, 4)]
  for (let at = 8; at + 4 <= Math.min(end - 8, text.length); at += 4) brands.push(text.slice(at, at + 4))
  const isPicture = ['avif', 'avis', 'mif1', 'msf1', ...HEIC_BRANDS].includes(brands[0] as string)
  if (!isPicture) return undefined
  if (brands.includes('avif') || brands.includes('avis')) return 'image/avif'
  return brands.some((brand) => HEIC_BRANDS.includes(brand)) ? 'image/heic' : undefined
}
