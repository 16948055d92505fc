import { expect, it } from 'vitest'
import type { PublishOptions } from '../../../../deploy/publish/options.ts'
import type { Compared, PublishOutcome } from '../../../../deploy/publish/publish.ts'
import { publishNotes, stepText, uploadedText } from '../../../../deploy/publish/report.ts'

it('how far it is', () => {
  const uploading = { step: 'uploading', done: 1, total: 2000, bytes: 3e6, totalBytes: 6e9 } as const
  expect(stepText({ step: 'looking' }, 0)).toBe('Looking at the folder and at the bucket …')
  expect(stepText({ step: 'comparing', done: 1000, total: 2000 }, 1)).toBe('Compared 1,000 of 2,000 files …')
  expect(stepText(uploading, 2)).toBe('Uploaded 1 of 2,000 files, 3.00 MB of 6.00 GB, 1.50 MB/s …')
  expect(stepText(uploading, 0)).toBe('Uploaded 1 of 2,000 files, 3.00 MB of 6.00 GB …')
  expect(uploadedText({ ...uploading, total: 1 })).toBe(
    '1 of 1 file is uploaded; run the same command again: it uploads the rest',
  )
})

const OPTIONS: PublishOptions = {
  ...{ folder: '.', destination: { bucket: 'photos', prefix: '' }, dist: undefined, url: undefined },
  ...{
    cacheControl: 'no-store',
    manifest: 'published.json',
    hasPreviews: false,
    convertsHeic: false,
    isDryRun: false,
    concurrency: 1,
  },
}

it('what is worth knowing: reasons, each with the first three names, without what a terminal obeys', () => {
  const file = (path: string): Compared => ({
    path,
    key: path,
    wanted: { sha256: 'a', bytes: 1, contentType: 'image/png', cacheControl: undefined },
    change: { kind: 'new' },
  })
  const outcome: PublishOutcome = {
    files: ['a\u001b[2J', 'b', 'c', 'd', 'e'].map(file),
    leftOut: [
      { path: 'l', reason: 'link' },
      { path: 's', reason: 'special' },
      { path: 'm', reason: 'manifest' },
    ],
  }
  expect(publishNotes(outcome, () => ({ kind: 'none', reason: 'of this' }), OPTIONS)).toEqual([
    'Left out, a symbolic link: l',
    'Left out, neither a file nor a folder: s',
    'Left out, the list of URLs itself: m',
    'No URL, because of this: a\ufffd[2J, b, c and 2 more',
    'cache-control: no-store keeps what has a version from being cached, too',
  ])
})
