import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareKeys, uploadProblems } from '../../../../deploy/publish/keys.ts'

const GIB = 1024 ** 3

it.each([
  [
    'a key that is too long',
    'ü'.repeat(511),
    1,
    `${'ü'.repeat(511)}: expected a key of at most 1024 bytes, found 1027; shorten it`,
  ],
  [
    'a file for more than one upload',
    'film.mp4',
    5.5 * GIB,
    "film.mp4: expected a file of at most 5 GiB, as much as one upload takes, found 5.5 GiB; move it out of the folder and upload it in parts: aws s3 cp FILE s3://… --metadata sha256=$(sha256sum FILE | cut -d' ' -f1)",
  ],
])('%s is said', (_, path, bytes, message) => {
  expect(
    uploadProblems(
      [
        { path: 'fine', bytes: 1 },
        { path, bytes },
      ],
      'site/',
    ),
  ).toEqual([message])
})

it('what S3 takes is fine', () => {
  expect(uploadProblems([{ path: 'x'.repeat(1019), bytes: 5 * GIB }], 'site/')).toEqual([])
})

it('the order is that of bytes, not of UTF-16', () => {
  expect(['\u{1f600}', '\uffee', 'a'].toSorted(compareKeys)).toEqual(['a', '\uffee', '\u{1f600}'])
  expect(['\u{1f600}', '\uffee', 'a'].toSorted()).not.toEqual(['\u{1f600}', '\uffee', 'a'].toSorted(compareKeys))
  const key = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(key, key, (one, other) => {
      expect(Math.sign(compareKeys(one, other))).toBe(-Math.sign(compareKeys(other, one)) + 0)
      expect(compareKeys(one, one + other) <= 0).toBe(true)
    }),
  )
})
