import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isFormat } from '../../../edge/formats.ts'
import { formatOf } from '../../../origin-response/formats.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Numbers of four bytes, the first the highest. */
const uint32 = (value: number): string => String.fromCharCode(...[24, 16, 8, 0].map((shift) => (value >>> shift) & 255))

const PNG_SIGNATURE = '\x89PNG\r\n\x1a\n'
const IHDR = `${uint32(13)}IHDR${uint32(1)}${uint32(1)}\x08\x02\0\0\0CRC_`

const chunk = (type: string, data = '', length = data.length): string => `${uint32(length)}${type}${data}CRC_`
const png = (...chunks: string[]): Buffer => latin1(PNG_SIGNATURE + chunks.join(''))

/** ISO/IEC 14496-12, 4.3: size, `ftyp`, the major brand, a version, the compatible brands. */
const branded = (major: string, compatible: readonly string[] = [], size = 16 + 4 * compatible.length): Buffer =>
  latin1(`${uint32(size)}ftyp${major}\0\0\0\0${compatible.join('')}${'-'.repeat(32)}`)

/** 32 bytes of each. */
const HEADS = {
  'a JPEG of a camera': [latin1(`\xff\xd8\xff\xe1\0\x10Exif\0\0${'-'.repeat(20)}`), 'jpg'],
  'a JPEG with JFIF': [latin1(`\xff\xd8\xff\xe0\0\x10JFIF\0${'-'.repeat(21)}`), 'jpg'],
  'a JPEG without either': [latin1(`\xff\xd8\xff\xdb${'-'.repeat(28)}`), 'jpg'],
  'a PNG': [png(IHDR).subarray(0, 32), 'png'],
  'a GIF of 1987': [latin1(`GIF87a${'-'.repeat(26)}`), 'gif'],
  'a GIF of 1989': [latin1(`GIF89a${'-'.repeat(26)}`), 'gif'],
  'a WebP': [latin1(`RIFF\x24\0\0\0WEBPVP8 ${'-'.repeat(16)}`), 'webp'],
  'a TIFF of an Intel': [latin1(`II*\0\x08\0\0\0${'-'.repeat(24)}`), 'tiff'],
  'a TIFF of a Motorola': [latin1(`MM\0*\0\0\0\x08${'-'.repeat(24)}`), 'tiff'],
  'an AVIF': [branded('avif', ['mif1', 'miaf', 'MA1B']).subarray(0, 32), 'avif'],
} as const

describe.each(Object.entries(HEADS))('%s', (_name, [head, format]) => {
  it(`is ${format}, by 16 bytes or more`, () => {
    expect(head).toHaveLength(32)
    const lengths = Array.from({ length: 33 }, (_, length) => length)
    const found = lengths.map((length) => formatOf(head.subarray(0, length)))
    expect(found).toEqual(lengths.map((length) => (length < 16 ? undefined : format)))
  })

  it('is none with its first byte, or the last of its signature, another', () => {
    const last = { jpg: 2, png: 7, gif: 5, webp: 11, tiff: 3, avif: 11 }[format]
    for (const at of [format === 'avif' ? 4 : 0, last]) {
      const changed = Buffer.from(head)
      changed[at] = 0x7e
      expect(formatOf(changed), `byte ${at}`).toBeUndefined()
    }
  })
})

describe('what is not worked on', () => {
  it.each([
    ['nothing', ''],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['SVG behind a declaration', '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['a page', '<!doctype html><title>A page</title>'],
    ['PDF', '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj'],
    ['JPEG 2000', `${uint32(12)}jP  \r\n\x87\n${uint32(20)}ftypjp2 `],
    ['JPEG XL', `${uint32(12)}JXL \r\n\x87\n${uint32(20)}ftypjxl `],
    ['JPEG XL without a box', `\xff\x0a${'-'.repeat(30)}`],
    ['BMP', `BM${'\0'.repeat(30)}`],
    ['PNM', 'P6 1 1 255 ------------------'],
    ['an icon', `\0\0\x01\0\x01\0${'-'.repeat(30)}`],
    ['a sound in RIFF', `RIFF\x24\0\0\0WAVEfmt ${'-'.repeat(16)}`],
    ['BigTIFF', `II+\0\x08\0\0\0${'-'.repeat(24)}`],
    ['a signature that comes later', ` \xff\xd8\xff${'-'.repeat(28)}`],
    ['a signature in another case', `gif89a${'-'.repeat(26)}`],
  ])('%s', (_what, text) => {
    expect(formatOf(latin1(text))).toBeUndefined()
  })
})

describe('PNG, animated or not', () => {
  const acTL = chunk('acTL', uint32(2) + uint32(0))
  const IDAT = chunk('IDAT', 'data')

  it.each([
    ['still', png(IHDR, IDAT), 'png'],
    ['acTL before IDAT', png(IHDR, acTL, IDAT), undefined],
    ['acTL behind other chunks', png(IHDR, chunk('gAMA', uint32(45_455)), chunk('tEXt', 'a'), acTL, IDAT), undefined],
    ['acTL behind an empty chunk', png(IHDR, chunk('abcd'), acTL, IDAT), undefined],
    ['acTL behind IDAT says nothing', png(IHDR, IDAT, acTL), 'png'],
    ['acTL inside a text is no chunk', png(IHDR, chunk('tEXt', acTL), IDAT), 'png'],
    ['acTL first of all', png(acTL, IHDR, IDAT), undefined],
    ['acTL cut off behind its name', png(IHDR, uint32(8), 'acTL'), undefined],
    ['acTL cut off inside its name', png(IHDR, uint32(8), 'acT'), 'png'],
    ['a length that ends beyond the file', png(IHDR, chunk('tEXt', 'a', 5_000), acTL), 'png'],
    ['a length of four gigabytes', png(IHDR, chunk('tEXt', 'a', 0xffff_ffff), acTL), 'png'],
    ['a length that ends one byte before the file does', png(IHDR, chunk('tEXt', '', 3), 'abcd'), 'png'],
  ])('%s', (_rule, bytes, format) => {
    expect(formatOf(bytes)).toBe(format)
  })

  it('a thousand chunks before it', () => {
    expect(formatOf(png(IHDR, ...Array<string>(1_000).fill(chunk('tEXt', 'text')), acTL, IDAT))).toBeUndefined()
  })
})

describe('brands', () => {
  it.each([
    ['avif', branded('avif'), 'avif'],
    ['avif, whatever it is compatible with', branded('avif', ['heic']), 'avif'],
    ['avif, and a sequence in it', branded('avif', ['mif1', 'avis', 'miaf']), undefined],
    ['avif, and a sequence only behind the box', branded('avif', ['mif1', 'avis'], 20), 'avif'],
    ['mif1 with AVIF in it, and a sequence', branded('mif1', ['avif', 'avis']), undefined],
    ['mif1 with AVIF in it', branded('mif1', ['mif1', 'avif', 'miaf']), 'avif'],
    ['mif1 with HEIC in it', branded('mif1', ['mif1', 'heic']), undefined],
    ['mif1 alone', branded('mif1'), undefined],
    ['mif1, and avif only behind the box', branded('mif1', ['heic', 'avif'], 20), undefined],
    ['mif1, and avif in the last brand', branded('mif1', ['heic', 'avif'], 24), 'avif'],
    ['mif1 whose box has no size', branded('mif1', ['avif'], 0), undefined],
    ['mif1 whose box is larger than the file', branded('mif1', ['avif'], 0xffff_ffff), 'avif'],
    ['mif1, avif farther than any list goes', branded('mif1', [...Array<string>(60).fill('heic'), 'avif']), undefined],
    ['mif1, and avif across two brands', branded('mif1', ['xxav', 'ifxx']), undefined],
    ['a sequence', branded('avis', ['avif', 'avis', 'msf1']), undefined],
    ['a sequence of HEIC', branded('msf1', ['avif']), undefined],
    ['HEIC', branded('heic', ['mif1', 'heic']), undefined],
    ['HEIC that says avif, too', branded('heic', ['mif1', 'avif']), undefined],
    ['a film', branded('isom', ['iso2', 'avc1', 'mp41']), undefined],
  ])('%s', (_rule, bytes, format) => {
    expect(formatOf(bytes)).toBe(format)
  })
})

test('any bytes behind any signature: a format of the table or none', () => {
  const signature = fc.constantFrom(
    PNG_SIGNATURE + IHDR,
    PNG_SIGNATURE,
    ...Object.values(HEADS).map(([head]) => head),
    '',
  )
  fc.assert(
    fc.property(signature, fc.uint8Array({ maxLength: 100 }), (head, rest) => {
      const bytes = Buffer.concat([typeof head === 'string' ? latin1(head) : head, rest])
      const format = formatOf(bytes)
      expect(format === undefined || isFormat(format)).toBe(true)
      // All that is told of what follows is whether it moves.
      if (format)
        expect(formatOf(Buffer.concat([bytes, Buffer.from('and more')]))).toSatisfy((now) => !now || now === format)
    }),
  )
})
