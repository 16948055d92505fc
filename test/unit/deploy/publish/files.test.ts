import { once } from 'node:events'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { InputError } from '../../../../base/errors.ts'
import { filesIn } from '../../../../deploy/publish/files.ts'
import { temporaryFolder } from '../../local/fixture.ts'

async function folderOf(...paths: string[]): Promise<string> {
  const folder = await temporaryFolder()
  for (const path of paths) {
    await mkdir(join(folder, path, '..'), { recursive: true })
    await writeFile(join(folder, path), path)
  }
  return folder
}

it('its files, in order, with their sizes', async () => {
  const folder = await folderOf('b.txt', 'a/c.txt', 'a.txt', 'B.txt', 'a/b/ü.txt')
  const { files, leftOut } = await filesIn(folder, 'published.json')
  expect(files).toEqual([
    { path: 'B.txt', bytes: 5 },
    { path: 'a.txt', bytes: 5 },
    { path: 'a/b/ü.txt', bytes: 10 },
    { path: 'a/c.txt', bytes: 7 },
    { path: 'b.txt', bytes: 5 },
  ])
  expect(leftOut).toEqual([])
})

it('what is left out is told, with the reason', async () => {
  const hidden = ['.DS_Store', '.env', '.git/config', 'a/.hidden/b.txt', 'a/Thumbs.db', 'desktop.ini']
  const folder = await folderOf('a.txt', '.well-known/security.txt', 'urls.json', 'a/urls.json', ...hidden)
  await symlink('a.txt', join(folder, 'link.txt'))
  await symlink('/', join(folder, 'a', 'root'))
  const server = createServer().listen(join(folder, 'socket'))
  await once(server, 'listening')
  const { files, leftOut } = await filesIn(folder, join(folder, 'a', '..', 'urls.json'))
  server.close()
  expect(files.map(({ path }) => path)).toEqual(['.well-known/security.txt', 'a.txt', 'a/urls.json'])
  expect(leftOut).toEqual([
    { path: '.DS_Store', reason: 'hidden' },
    { path: '.env', reason: 'hidden' },
    { path: '.git', reason: 'hidden' },
    { path: 'a/.hidden', reason: 'hidden' },
    { path: 'a/Thumbs.db', reason: 'hidden' },
    { path: 'a/root', reason: 'link' },
    { path: 'desktop.ini', reason: 'hidden' },
    { path: 'link.txt', reason: 'link' },
    { path: 'socket', reason: 'special' },
    { path: 'urls.json', reason: 'manifest' },
  ])
})

it('the folder itself may be a link', async () => {
  const folder = await folderOf('a.txt')
  const link = join(await temporaryFolder(), 'link')
  await symlink(folder, link)
  expect((await filesIn(link, 'x')).files).toEqual([{ path: 'a.txt', bytes: 5 }])
})

it('no files, or no folder', async () => {
  const empty = await folderOf('.b', '.a')
  await expect(filesIn(empty, 'x')).rejects.toThrow(
    `expected files to publish, found none in ${empty}; left out: .a, .b`,
  )
  const bare = await folderOf()
  await expect(filesIn(bare, 'x')).rejects.toThrow(`expected files to publish, found none in ${bare}`)
  const file = join(await folderOf('a.txt'), 'a.txt')
  await expect(filesIn(file, 'x')).rejects.toThrow(`expected a folder to publish, found a file: ${file}`)
})

it('a name that is not UTF-8, and can be no key', async ({ skip }) => {
  const folder = await folderOf('a.txt', 'a\ufffd.txt')
  const misnamed = Buffer.from(`${folder}/_.txt`)
  misnamed[folder.length + 1] = 0xff
  const isTaken = await writeFile(misnamed, '').then(
    () => true,
    () => false,
  )
  skip(!isTaken, 'the file system takes no such name')
  await expect(filesIn(folder, 'published.json')).rejects.toThrow(
    new InputError('\ufffd.txt: expected a name in UTF-8, found one that is not; rename it', { code: 'name-not-utf8' }),
  )
})
