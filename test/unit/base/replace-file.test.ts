import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { replaceFile } from '../../../base/replace-file.ts'
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
  await expect(replaceFile(file, 'after')).rejects.toThrow('EISDIR')
  expect(await readdir(folder)).toEqual(['urls.json'])
})
