import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentTypeOf } from '../../../../deploy/publish/content-type.ts'

const NOTHING = new Uint8Array(0)

it.each([
  ['a.jpg', 'image/jpeg'],
  ['A.JPEG', 'image/jpeg'],
  ['a.b/c.png', 'image/png'],
  ['a.avif', 'image/avif'],
  ['a.heic', 'image/heic'],
  ['a.heif', 'image/heif'],
  ['a.jxl', 'image/jxl'],
  ['a.webp', 'image/webp'],
  ['a.svg', 'image/svg+xml'],
  ['favicon.ico', 'image/vnd.microsoft.icon'],
  ['a.jfif', 'image/jpeg'],
  ['a.psd', 'image/vnd.adobe.photoshop'],
  ['site.webmanifest', 'application/manifest+json'],
  ['a.json', 'application/json'],
  ['a.js.map', 'application/json'],
  ['a.woff2', 'font/woff2'],
  ['a.wasm', 'application/wasm'],
  ['a.mp4', 'video/mp4'],
  ['a.m3u8', 'application/vnd.apple.mpegurl'],
  ['a.xml', 'application/xml'],
  ['index.html', 'text/html; charset=utf-8'],
  ['a.css', 'text/css; charset=utf-8'],
  ['a.mjs', 'text/javascript; charset=utf-8'],
  ['a.txt', 'text/plain; charset=utf-8'],
  ['a.csv', 'text/csv; charset=utf-8'],
  ['jpg', 'application/octet-stream'],
  ['.jpg', 'application/octet-stream'],
  ['a.jpg/b', 'application/octet-stream'],
  ['a/.jpg', 'application/octet-stream'],
  ['a.', 'application/octet-stream'],
  ['a.constructor', 'application/octet-stream'],
  ['a.__proto__', 'application/octet-stream'],
])('%s: %s', (path, type) => {
  expect(contentTypeOf(path, NOTHING)).toBe(type)
})

it('without an extension that is known, the bytes tell', () => {
  const gif = Buffer.from('GIF89a----------', 'latin1')
  expect(['photo', 'a.constructor', 'a/b', 'A.'].map((path) => contentTypeOf(path, gif))).toEqual(
    Array(4).fill('image/gif'),
  )
  expect(contentTypeOf('page', Buffer.from('<!doctype html><title>'))).toBe('application/octet-stream')
})

it('an extension that is known is believed', () => {
  expect(contentTypeOf('a.png', Buffer.from('GIF89a----------', 'latin1'))).toBe('image/png')
})

it('is a media type, whatever the name; text has a charset, nothing else has', () => {
  fc.assert(
    fc.property(fc.string(), (path) => {
      expect(contentTypeOf(path, NOTHING)).toMatch(/^(?:text\/[\w.+-]+; charset=utf-8|(?!text\/)[a-z]+\/[\w.+-]+)$/)
    }),
  )
})
