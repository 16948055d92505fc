import { describe, expect, it, test } from 'vitest'
import { checkSource, isTelling, isTransient, originalBecause, type Reason, renditionAs } from '../../../edge/image.ts'

const LIMIT = { maxInputBytes: 1_000, maxInputPixels: 1_000 }

describe('checkSource', () => {
  it.each([
    ['image/jpeg', 1_000],
    ['image/jpg', 1],
    ['image/png', 999],
    ['image/webp', 1],
    ['image/gif', 1],
    ['image/tiff', 1],
    ['image/avif', 1],
    ['image/pjpeg', 1],
    ['binary/octet-stream', 1],
    ['application/octet-stream', 1],
    ['', 1],
    ['image/*', 1],
    ['image/x-png', 1],
    ['image/heic', 1],
    ['multipart/form-data', 1],
    ['application/x-www-form-urlencoded', 1],
    ['application/x-octet-stream', 1],
    ['image', 1],
    ['image/jpeg', Number.NaN],
    ['', Number.NaN],
  ])('%j of %d bytes is worth reading', (type, length) => {
    expect(checkSource(type, length, LIMIT)).toEqual({ kind: 'eligible' })
  })

  it.each<[type: string, length: number, reason: string]>([
    ['image/jpeg', 1_001, 'too-large'],
    ['', 1_001, 'too-large'],
    ['image/jpeg', 0, 'corrupt'],
    ['image/svg+xml', 1, 'unsupported'],
    ['application/octet-stream', 1_001, 'too-large'],
    ['text/html', Number.NaN, 'unsupported'],
    ...['text/plain', 'application/json', 'application/ld+json', 'application/xml', 'application/xhtml+xml'].map(
      (type): [string, number, string] => [type, 1, 'unsupported'],
    ),
    ...['application/pdf', 'application/javascript', 'application/zip', 'application/epub+zip', 'video/mp4'].map(
      (type): [string, number, string] => [type, 1, 'unsupported'],
    ),
    ...['application/vnd.ms-excel', 'audio/mpeg', 'font/woff2', 'application/wasm', 'application/msword'].map(
      (type): [string, number, string] => [type, 1, 'unsupported'],
    ),
  ])('%j of %d bytes is not: %s', (type, length, reason) => {
    expect(checkSource(type, length, LIMIT)).toEqual({ kind: 'original', reason })
  })
})

test.each([
  ...['', 'image', 'image/', 'image/*', 'image/unknown', 'image/octet-stream', 'image/pjpeg', 'image/x-png'],
  ...['image/x-citrix-jpeg', 'image/x-jpeg', 'image/x-jpg', 'image/x-webp', 'binary/octet-stream', 'undefined'],
])('%j does not tell which kind of picture it is', (type) => {
  expect(isTelling(type)).toBe(false)
})

test.each([
  ...['image/jpeg', 'image/jpg', 'image/png', 'image/gif', 'image/webp', 'image/avif', 'image/tiff', 'image/heic'],
  ...['image/svg+xml', 'image/x-icon', 'image/x-adobe-dng', 'image/x-canon-cr2', 'image/vnd.microsoft.icon'],
])('%s tells which kind of picture it is', (type) => {
  expect(isTelling(type)).toBe(true)
})

test('of an original that most browsers do not show, its type is said', () => {
  expect(originalBecause('deadline', 'image/heic')).toBe('original; reason=deadline; type=image/heic')
  expect(originalBecause('deadline', 'image/jpeg')).toBe('original; reason=deadline')
  expect(originalBecause('deadline')).toBe('original; reason=deadline')
})

test('what may be otherwise the next time is transient', () => {
  const transient: Reason[] = ['source-timeout', 'source-error', 'deadline', 'changed', 'disabled']
  const permanent: Reason[] = [
    'no-route',
    'extension',
    'unsupported',
    'too-large',
    'too-many-pixels',
    'corrupt',
    'not-smaller',
    'over-limit',
  ]
  expect(transient.filter((reason) => !isTransient(reason))).toEqual([])
  expect(permanent.filter(isTransient)).toEqual([])
})

test('an original says why', () => {
  expect(originalBecause('too-large')).toBe('original; reason=too-large')
})

test('a rendition says what it is', () => {
  const as = (losses: object) =>
    renditionAs('webp', 640, 480, 80, { frames: 12, framesOfSource: 12, isIncomplete: false, ...losses })
  expect(as({})).toBe('webp; 640x480; q=80')
  expect(as({ frames: 1 })).toBe('webp; 640x480; q=80; frames=1/12')
  expect(as({ isIncomplete: true })).toBe('webp; 640x480; q=80; incomplete')
})
