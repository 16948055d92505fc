import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeAll } from '../../../build/output.ts'
import { temporaryFolder } from '../local/fixture.ts'

test('files are written, folders made, what else is there stays', async () => {
  const folder = join(await temporaryFolder(), 'deep', 'dist')
  await writeAll(folder, [{ file: 'a', content: 'one' }])
  await writeFile(join(folder, 'other'), 'stays')
  await writeAll(folder, [
    { file: 'a', content: 'two' },
    { file: 'b', content: Buffer.from([0, 255]) },
  ])
  expect(await readdir(folder)).toEqual(['a', 'b', 'other'])
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe('two')
  expect(await readFile(join(folder, 'b'))).toEqual(Buffer.from([0, 255]))
})

test('a failure leaves the previous files, and no temporary ones', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a'), 'previous')
  await mkdir(join(folder, 'b', 'something'), { recursive: true })
  const writing = writeAll(folder, [
    { file: 'a', content: 'new' },
    { file: 'b', content: 'new' },
    { file: 'c', content: 'new' },
  ])
  await expect(writing).rejects.toThrow(
    `${folder} can't be written: ${join(folder, 'b')} is a folder. What was there before is unchanged.`,
  )
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe('previous')
  expect(await readdir(folder)).toEqual(['a', 'b'])
})

test('a folder that is a file', async () => {
  const file = join(await temporaryFolder(), 'dist')
  await writeFile(file, 'previous')
  await expect(writeAll(file, [{ file: 'a', content: 'new' }])).rejects.toThrow(
    expect.objectContaining({
      name: 'InputError',
      code: 'not-writable',
      message: expect.stringMatching(/dist can't be written: EEXIST/),
    }),
  )
  expect(await readFile(file, 'utf8')).toBe('previous')
})

test('a name that no file can have: nothing is renamed', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'a'), 'previous')
  const long = 'x'.repeat(300)
  await expect(
    writeAll(folder, [
      { file: 'a', content: 'new' },
      { file: long, content: 'new' },
    ]),
  ).rejects.toThrow('ENAMETOOLONG')
  expect(await readFile(join(folder, 'a'), 'utf8')).toBe('previous')
  expect(await readdir(folder)).toEqual(['a'])
  expect(existsSync(join(folder, long))).toBe(false)
})
