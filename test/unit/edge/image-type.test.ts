import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it, test } from 'vitest'
import { imageTypeOf, TELLING_BYTES } from '../../../edge/image-type.ts'

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

/** ISO/IEC 14496-12, 4.3. */
const branded = (major: string, ...compatible: string[]): Buffer => {
  const size = 16 + 4 * compatible.length
  return latin1(`\0\0\0${String.fromCharCode(size)}ftyp${major}\0\0\0\0${compatible.join('')}${'avif'.repeat(80)}`)
}

describe('the type that the first bytes tell', () => {
  it.each([
    ['JPEG', latin1(`\xff\xd8\xff\xe0${'-'.repeat(12)}`), 'image/jpeg'],
    ['PNG, whether it moves or not', latin1('\x89PNG\r\n\x1a\n\0\0\0\x08acTL'), 'image/png'],
    ['GIF', latin1('GIF87a----------'), 'image/gif'],
    ['WebP', latin1('RIFF----WEBPVP8X'), 'image/webp'],
    ['TIFF', latin1('MM\0*------------'), 'image/tiff'],
    ['JPEG XL', latin1('\0\0\0\x0cJXL \r\n\x87\n----'), 'image/jxl'],
    ['AVIF', branded('avif', 'mif1', 'miaf'), 'image/avif'],
    ['a sequence of AVIF', branded('avis', 'avif', 'msf1'), 'image/avif'],
    ['any picture in the container, of AVIF', branded('mif1', 'avif'), 'image/avif'],
    ['a photo of a phone', branded('heic', 'mif1', 'heic'), 'image/heic'],
    ['any picture in the container, of HEVC', branded('mif1', 'heic'), 'image/heic'],
    ['a film', branded('isom', 'avif'), undefined],
    ['a picture of another coding', branded('mif1', 'vvic'), undefined],
    ['a picture of no coding, and what follows its box', branded('mif1'), undefined],
    ['SVG', latin1('<svg xmlns="http://www.w3.org/2000/svg"/>'), undefined],
    ['a page', latin1('<!doctype html><title>A page</title>'), undefined],
    ['PDF', latin1('%PDF-1.7\n1 0 obj'), undefined],
    ['too few bytes to tell', latin1('\xff\xd8\xff'), undefined],
    ['nothing', latin1(''), undefined],
  ])('%s', (_kind, bytes, type) => {
    expect(imageTypeOf(bytes)).toBe(type)
  })

  it.each(['jpeg', 'png', 'gif', 'webp', 'tiff', 'avif'] as const)('of what sharp writes: %s', async (format) => {
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: '#369' } })
      .toFormat(format)
      .toBuffer()
    expect(imageTypeOf(bytes)).toBe(`image/${format}`)
    expect(imageTypeOf(bytes.subarray(0, TELLING_BYTES))).toBe(`image/${format}`)
  })
})

test('any bytes have a type or none, and what follows the first of them changes nothing', () => {
  const head = fc.constantFrom(
    '',
    '\xff\xd8\xff',
    'GIF89a',
    'RIFF----WEBP',
    '\0\0\0\x20ftypmif1',
    '\xff\xff\xff\xffftypheic',
  )
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 400 }), (start, rest) => {
      const bytes = Buffer.concat([latin1(start), rest])
      const whole = imageTypeOf(bytes)
      expect(whole ?? 'image/').toMatch(/^image\//)
      if (bytes.length >= TELLING_BYTES) expect(imageTypeOf(bytes.subarray(0, TELLING_BYTES))).toBe(whole)
    }),
  )
})
