import { expect, it } from 'vitest'
import { diskComplaints } from '../../../../local/host/disk-complaints.ts'

/** As workerd 1.2026 wrote it. */
const FULL =
  'workerd/jsg/util.c++:374: error: e = kj/filesystem-disk-unix.c++:390: overloaded: pwrite(fd, data.begin(), data.size(), offset): No space left on device\nstack: /bin/workerd@544634b\n'

it('says once that a disk is full, and what comes of it', () => {
  const said: string[] = []
  const hear = diskComplaints('kept', (message) => said.push(message))
  for (const text of [FULL, FULL, 'pwrite(fd): No space left on device']) hear(text)
  expect(said).toEqual([
    "kept can't be written (No space left on device): what is cached from now on is kept in memory alone, and uploads fail, as do files that were not asked for before; make room there",
  ])
})

it.each([
  ['kj/x.c++: failed: fsync(fd): Input/output error', 'Input/output error'],
  ['Error: database or disk is full: SQLITE_FULL', 'database or disk is full'],
  ['overloaded: openat(fd, path): Read-only file system', 'Read-only file system'],
])('%s', (text, reason) => {
  const said: string[] = []
  diskComplaints('kept', (message) => said.push(message))(text)
  expect(said).toEqual([expect.stringContaining(`(${reason})`)])
})

it('hears nothing else', () => {
  const said: string[] = []
  diskComplaints('kept', (message) => said.push(message))('kj/async-io-unix.c++:186: connect(): Connection refused\n')
  expect(said).toEqual([])
})
