import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile, replaceFiles } from '../../../base/replace-file.ts'
import { temporaryFolder } from '../local/fixture.ts'

test('takes the place of what was there', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'urls.json')
  await writeFile(file, 'before, and longer')
  await replaceFile(file, 'after')
  expect(await readFile(file, 'utf8')).toBe('after')
  expect(await readdir(folder)).toEqual(['urls.json'])
})

test('what can’t be replaced stays, and nothing is left beside it', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'urls.json')
  await mkdir(file)
  await expect(replaceFile(file, 'after')).rejects.toThrow(`${file} is a folder`)
  expect(await readdir(folder)).toEqual(['urls.json'])
})

test('several: none is replaced where one can’t be', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'b'))
  await writeFile(join(folder, 'a'), 'before')
  const files = ['a', 'b'].map((name) => ({ path: join(folder, name), content: 'after' }))
  await expect(replaceFiles(files)).rejects.toThrow(`${join(folder, 'b')} is a folder`)
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe('before')
  expect(await readdir(folder)).toEqual(['a', 'b'])
})

test('many who replace one file at once: it is one of theirs, whole', async () => {
  const folder = await temporaryFolder()
  const file = join(folder, 'urls.json')
  const texts = Array.from({ length: 8 }, (_, index) => `${index}`.repeat(100_000))
  await Promise.all(texts.map((text) => replaceFile(file, text)))
  expect(texts).toContain(await readFile(file, 'utf8'))
  expect(await readdir(folder)).toEqual(['urls.json'])
})

test('with the mode that is asked for, which a file that was there does not keep', async () => {
  const file = join(await temporaryFolder(), 'key.pem')
  await writeFile(file, 'before', { mode: 0o644 })
  await replaceFile(file, 'after', { mode: 0o600 })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})
