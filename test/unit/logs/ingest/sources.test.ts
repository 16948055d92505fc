import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../../../logs/database.ts'
import { load } from '../../../../logs/ingest/load.ts'
import { logFiles } from '../../../../logs/ingest/sources.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-sources-'))
  await mkdir(join(folder, 'logs/2026/11'), { recursive: true })
  await mkdir(join(folder, 'elsewhere'))
  for (const name of ['logs/a', 'logs/2026/11/b', 'logs/.hidden', 'elsewhere/c', 'd']) {
    await writeFile(join(folder, name), 'x')
  }
  await symlink('../..', join(folder, 'logs/2026/back'))
  await symlink('../elsewhere', join(folder, 'logs/linked'))
  await symlink('../d', join(folder, 'logs/d'))
  await symlink('nowhere', join(folder, 'logs/dangling'))
  execFileSync('mkfifo', [join(folder, 'logs/pipe')])
})
afterAll(() => rm(folder, { recursive: true }))

const found = async (...names: string[]) =>
  [...(await logFiles(names, { folder })).keys()].map((path) => path.slice(folder.length + 1))

it('a folder is all that is in it: files by links, too; links to folders and what is hidden are left out', async () => {
  expect(await found(join(folder, 'logs'))).toEqual([
    'logs/2026/11/b',
    'logs/a',
    'logs/d',
    'logs/dangling',
    'logs/pipe',
  ])
})

it('what is named twice is read once', async () => {
  expect(await found(join(folder, 'd'), join(folder, 'd'))).toEqual(['d'])
})

it('what is no file, or leads nowhere, is named and not waited for', async () => {
  const database = await openDatabase()
  try {
    const paths = ['pipe', 'dangling', '2026'].map((name) => join(folder, 'logs', name))
    const { damaged } = await load(database, paths, {})
    expect(damaged.map(({ why }) => why)).toEqual([
      'it is no file',
      expect.stringMatching(/^ENOENT: /),
      'it is a folder',
    ])
  } finally {
    await database.close()
  }
})
