import { expect, it } from 'vitest'
import { uploadProblems } from '../../../../deploy/publish/keys.ts'

const GIB = 1024 ** 3

it.each([
  [
    'a key that is too long',
    'ü'.repeat(511),
    1,
    'a key of at most 1024 bytes',
    '1027',
    `${'ü'.repeat(511)}: expected a key of at most 1024 bytes, found 1027; shorten it`,
  ],
  [
    'a file for more than one upload',
    'film.mp4',
    5.5 * GIB,
    'a file of at most 5 GiB, as much as one upload takes',
    '5.5 GiB',
    "film.mp4: expected a file of at most 5 GiB, as much as one upload takes, found 5.5 GiB; move it out of the folder and upload it in parts: aws s3 cp FILE s3://… --metadata sha256=$(sha256sum FILE | cut -d' ' -f1)",
  ],
])('%s is said', (_, path, bytes, expected, found, message) => {
  expect(
    uploadProblems(
      [
        { path: 'fine', bytes: 1 },
        { path, bytes },
      ],
      'site/',
    ),
  ).toMatchObject([{ name: 'InputError', code: 'not-uploadable', expected, found, message }])
})

it('what S3 takes is fine', () => {
  expect(uploadProblems([{ path: 'x'.repeat(1019), bytes: 5 * GIB }], 'site/')).toEqual([])
})
