import { describe, expect, it } from 'vitest'
import { acceptedEncodings } from '../../../../local/platform/accepted-encodings.ts'

describe('acceptedEncodings: "Understand cache policies", compression support', () => {
  const BOTH = { gzip: true, brotli: true }
  it.each([
    ['no header', [], BOTH, ''],
    ['both', ['gzip, deflate, br'], BOTH, 'br,gzip'],
    ['in their order, whatever the viewer’s', ['br, gzip'], BOTH, 'br,gzip'],
    ['one', ['gzip'], BOTH, 'gzip'],
    ['the other', ['br'], BOTH, 'br'],
    ['neither', ['deflate, zstd'], BOTH, ''],
    ['Brotli is not enabled', ['gzip, br'], { gzip: true, brotli: false }, 'gzip'],
    ['gzip is not enabled', ['gzip, br'], { gzip: false, brotli: true }, 'br'],
    ['none is enabled', ['gzip, br'], { gzip: false, brotli: false }, ''],
    ['on several lines', ['gzip', 'br'], BOTH, 'br,gzip'],
    ['any case', ['GZip, BR'], BOTH, 'br,gzip'],
    ['without spaces', ['gzip,br'], BOTH, 'br,gzip'],
    ['part of a name', ['gzipped, brotli, x-gzip'], BOTH, ''],
    ['RFC 9110, 12.4.2: a weight', ['gzip;q=0.5, br;q=1.0'], BOTH, 'br,gzip'],
    ['RFC 9110, 12.5.3: a weight of 0 means no', ['gzip;q=0, br'], BOTH, 'br'],
    ['a weight of 0.000', ['gzip ; q = 0.000 , br;Q=0'], BOTH, ''],
    ['a weight just above 0', ['gzip;q=0.001'], BOTH, 'gzip'],
    ['a wildcard names none', ['*'], BOTH, ''],
    ['identity names none', ['identity'], BOTH, ''],
    ['nothing in it', [''], BOTH, ''],
  ])('%s', (_rule, values, flags, expected) => {
    expect(acceptedEncodings(values, flags)).toBe(expected)
  })
})
