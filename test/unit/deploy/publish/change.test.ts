import fc from 'fast-check'
import { expect, it } from 'vitest'
import { changeOf, type FoundObject, type WantedObject } from '../../../../deploy/publish/change.ts'

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
