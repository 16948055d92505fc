import { existsSync } from 'node:fs'
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolder } from '../../../base/make-folder.ts'
import { temporaryFolder } from '../local/fixture.ts'

const isFolder = async (path: string) => (await stat(path)).isDirectory()

it('makes all that is missing, and leaves what is there', async () => {
  const folder = join(await temporaryFolder(), 'a', 'b', 'c')
  await makeFolder(folder)
  expect(await isFolder(folder)).toBe(true)
  await makeFolder(folder)
  await makeFolder(`${folder}/`)
  await Promise.all([makeFolder(join(folder, 'd', 'e')), makeFolder(join(folder, 'd', 'e'))])
  expect(await isFolder(join(folder, 'd', 'e'))).toBe(true)
})

it('takes a link to a folder for one', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'real'))
  await symlink('real', join(folder, 'link'))
  await makeFolder(join(folder, 'link', 'a'))
  expect(await isFolder(join(folder, 'real', 'a'))).toBe(true)
})

it('a file is none, nor is there one below it', async () => {
  const file = join(await temporaryFolder(), 'file')
  await writeFile(file, '')
  await expect(makeFolder(file)).rejects.toThrow('EEXIST')
  await expect(makeFolder(join(file, 'a', 'b'))).rejects.toThrow('ENOTDIR')
})

it('a link to nothing is none', async () => {
  const folder = await temporaryFolder()
  await symlink('nothing', join(folder, 'link'))
  await expect(makeFolder(join(folder, 'link', 'a'))).rejects.toThrow('ENOENT')
})

it('ends where the system takes none', async ({ skip }) => {
  skip(!existsSync('/proc/self'), 'there is no /proc here')
  await expect(makeFolder('/proc/a')).rejects.toThrow('ENOENT')
  await expect(makeFolder('/proc/a/b/c')).rejects.toThrow('ENOENT')
})
