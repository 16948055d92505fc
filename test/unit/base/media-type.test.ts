import fc from 'fast-check'
import { expect, it } from 'vitest'
import { mediaTypeOfFile } from '../../../base/media-type.ts'

it.each([
  ['a.jpg', 'image/jpeg'],
  ['a.JPEG', 'image/jpeg'],
  ['b/a.webp', 'image/webp'],
  ['a.tar.avif', 'image/avif'],
  ['a.heic', 'image/heic'],
  ['a.svg', 'image/svg+xml'],
  ['a.txt', 'text/plain'],
  ['favicon.ico', 'image/vnd.microsoft.icon'],
  ['a.xml', 'application/xml'],
  ['a', undefined],
  ['a.unknown', undefined],
  ['a.constructor', undefined],
  ['a.__proto__', undefined],
  ['a.jpg/b', undefined],
  ['a.', undefined],
  ['.jpg', undefined],
  ['a/.jpg', undefined],
  ['', undefined],
])('%j: %s', (path, type) => {
  expect(mediaTypeOfFile(path)).toBe(type)
})

it('has no parameters and is in lower case, whatever the name', () => {
  fc.assert(
    fc.property(fc.string(), (path) => {
      expect(mediaTypeOfFile(path) ?? 'a/b').toMatch(/^[a-z]+\/[a-z0-9.+-]+$/)
      expect(mediaTypeOfFile(path.toUpperCase())).toBe(mediaTypeOfFile(path.toLowerCase()))
    }),
  )
})
