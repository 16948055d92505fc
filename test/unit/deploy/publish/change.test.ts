import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeOf, changeOfHeic, type FoundObject, type WantedObject } from '../../../../deploy/publish/change.ts'

const WANTED: WantedObject = { sha256: 'aa', bytes: 5, contentType: 'image/png', cacheControl: undefined }
const OBJECT: Extract<FoundObject, { kind: 'object' }> = {
  kind: 'object',
  bytes: 5,
  sha256: 'aa',
  checksum: 'aa',
  contentType: 'image/png',
  cacheControl: undefined,
  contentEncoding: undefined,
}

it.each<[string, FoundObject, object]>([
  ['nothing there', { kind: 'none' }, { kind: 'new' }],
  ['another size in the listing', { kind: 'listed', bytes: 6 }, { kind: 'changed' }],
  ['the same size in the listing', { kind: 'listed', bytes: 5 }, { kind: 'unknown' }],
  ['the same', OBJECT, { kind: 'same' }],
  ['the same, without a checksum of S3', { ...OBJECT, checksum: undefined }, { kind: 'same' }],
  ['an empty cache-control', { ...OBJECT, cacheControl: '' }, { kind: 'same' }],
  ['another size', { ...OBJECT, bytes: 6 }, { kind: 'changed' }],
  ['another hash', { ...OBJECT, sha256: 'bb', checksum: 'bb' }, { kind: 'changed' }],
  ['a hash that is not told', { ...OBJECT, sha256: undefined }, { kind: 'changed' }],
  ['a hash that S3 gives the lie to', { ...OBJECT, checksum: 'bb' }, { kind: 'changed' }],
  [
    'other headers',
    { ...OBJECT, contentType: undefined, cacheControl: 'no-cache', contentEncoding: 'gzip' },
    {
      kind: 'headers',
      differences: [
        'content-type: none → image/png',
        'cache-control: no-cache → none',
        'content-encoding: gzip → none',
      ],
    },
  ],
])('%s', (_, found, change) => {
  expect(changeOf(WANTED, found)).toEqual(change)
})

it('another cache-control is wanted', () => {
  const wanted = { ...WANTED, cacheControl: 'no-store' }
  expect(changeOf(wanted, OBJECT)).toEqual({ kind: 'headers', differences: ['cache-control: none → no-store'] })
})

it('the same is what an upload leaves, and that alone', () => {
  const few = fc.constantFrom('a', 'b')
  const wanted = fc.record({
    sha256: few,
    bytes: fc.nat(1),
    contentType: few,
    cacheControl: fc.option(few, { nil: undefined }),
  })
  const uploaded = (one: WantedObject): FoundObject => ({ ...OBJECT, ...one, checksum: one.sha256 })
  fc.assert(
    fc.property(wanted, wanted, (one, other) => {
      expect(changeOf(one, uploaded(one))).toEqual({ kind: 'same' })
      const isSame = JSON.stringify(one) === JSON.stringify(other)
      expect(changeOf(one, uploaded(other)).kind === 'same').toBe(isSame)
    }),
  )
})

describe('what was made of a HEIC', () => {
  const HEIC: WantedObject = { sha256: 'aa', bytes: 5, contentType: 'image/heic', cacheControl: undefined }
  const MADE: FoundObject = {
    ...{ kind: 'object', bytes: 9, sha256: 'bb', checksum: 'bb', contentType: 'image/jpeg', heicSha256: 'aa' },
    ...{ cacheControl: undefined, contentEncoding: undefined },
  }

  it('is the same where the bucket says that it was made of these bytes', () => {
    expect(changeOfHeic(HEIC, MADE)).toEqual({
      change: { kind: 'same' },
      wanted: { ...HEIC, sha256: 'bb', bytes: 9, contentType: 'image/jpeg', heicSha256: 'aa' },
    })
  })

  it.each<[string, FoundObject, string]>([
    ['nothing', { kind: 'none' }, 'new'],
    ['what was made of another', { ...MADE, heicSha256: 'cc' } as FoundObject, 'changed'],
    ['the HEIC itself', { ...MADE, heicSha256: undefined, sha256: 'aa' } as FoundObject, 'changed'],
    ['bytes of which nothing is known', { ...MADE, sha256: undefined } as FoundObject, 'changed'],
    ['bytes that S3 knows to be others', { ...MADE, checksum: 'dd' } as FoundObject, 'changed'],
    ['another lifetime', { ...MADE, cacheControl: 'no-store' } as FoundObject, 'headers'],
  ])('is made where there is %s', (_, found, kind) => {
    expect(changeOfHeic(HEIC, found).change.kind).toBe(kind)
  })
})
