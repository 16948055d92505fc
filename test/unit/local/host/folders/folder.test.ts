import { createHash } from 'node:crypto'
import { link, mkdir, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, test } from 'vitest'
import { compareKeys } from '../../../../../base/compare-keys.ts'
import { type Folder, openFolder, together, under } from '../../../../../local/host/folders/folder.ts'
import { temporaryFolder } from '../../fixture.ts'

let outside: string
let root: string
let folder: Folder

beforeAll(async () => {
  outside = await temporaryFolder()
  root = join(outside, 'photos')
  await mkdir(join(root, 'sub', '.hidden'), { recursive: true })
  await mkdir(join(root, 'sub', 'deeper'))
  await writeFile(join(outside, 'secret.txt'), 'secret')
  await writeFile(join(root, 'a.jpg'), 'a')
  await writeFile(join(root, 'a b+%é.jpg'), 'odd')
  await writeFile(join(root, 'sub', 'b.png'), 'bb')
  await writeFile(join(root, 'sub', 'deeper', 'c.webp'), '')
  await writeFile(join(root, '.env'), 'secret')
  await writeFile(join(root, 'sub', '.hidden', 'd.jpg'), 'secret')
  await symlink(join(outside, 'secret.txt'), join(root, 'link.txt'))
  await symlink(outside, join(root, 'linked'))
  await symlink(join(root, 'a.jpg'), join(root, 'inside.jpg'))
  await symlink(root, join(root, 'sub', 'loop'))
  folder = await openFolder(root)
})

async function textOf(key: string): Promise<string | null> {
  const file = await folder.open(key)
  if (!file) return null
  const text = await file.handle.readFile('utf8')
  await file.handle.close()
  return text
}

describe('what is in it', () => {
  it.each([
    ['a.jpg', 'a'],
    ['a b+%é.jpg', 'odd'],
    ['sub/b.png', 'bb'],
    ['sub/deeper/c.webp', ''],
  ])('%s', async (key, text) => {
    const { size, mtimeMs } = await stat(join(root, key))
    expect(await folder.stat(key)).toEqual({
      size,
      modified: Math.floor(mtimeMs),
      version: expect.stringMatching(/^\d+-/),
    })
    expect(await textOf(key)).toBe(text)
    expect(await folder.md5(key)).toBe(createHash('md5').update(text).digest('hex'))
  })

  it('is listed in the order of S3', async () => {
    const files = await folder.list()
    expect(files.map(({ key }) => key)).toEqual(['a b+%é.jpg', 'a.jpg', 'sub/b.png', 'sub/deeper/c.webp'])
    expect(files[1]).toEqual({ key: 'a.jpg', ...(await folder.stat('a.jpg')) })
  })
})

describe('what is not', () => {
  it.each([
    ['nothing', ''],
    ['a missing file', 'none.jpg'],
    ['a folder', 'sub'],
    ['a folder with its slash', 'sub/'],
    ['a file as a folder', 'a.jpg/b'],
    ['the folder above', '../secret.txt'],
    ['the folder above, by way of another', 'sub/../../secret.txt'],
    ['the folder itself by way of another', 'sub/../a.jpg'],
    ['the same folder', './a.jpg'],
    ['an absolute path', '/etc/passwd'],
    ['repeated slashes', 'sub//b.png'],
    ['a hidden file', '.env'],
    ['a file in a hidden folder', 'sub/.hidden/d.jpg'],
    ['a link to the outside', 'link.txt'],
    ['a file in a folder that a link leads to', 'linked/secret.txt'],
    ['a link to the inside', 'inside.jpg'],
    ['a folder that links to itself', 'sub/loop/a.jpg'],
    ['a NUL', 'a.jpg\0'],
    ['a name that is too long', 'a'.repeat(5000)],
    ['another case', 'A.JPG'],
  ])('%s', async (_name, key) => {
    expect(await folder.stat(key)).toBeNull()
    expect(await folder.open(key)).toBeNull()
    expect(await folder.md5(key)).toBeNull()
  })
})

describe('a version is another after', () => {
  const key = 'changing.txt'
  const path = () => join(root, key)
  const later = new Date('2026-01-01')

  it.each<[string, () => Promise<void>]>([
    ['other bytes', () => writeFile(path(), 'other bytes')],
    [
      'other bytes of the same length and time',
      async () => {
        await writeFile(path(), 'BEFORE')
        await utimes(path(), later, later)
      },
    ],
    [
      'a file with the same time in its place',
      async () => {
        await writeFile(`${path()}.new`, 'BEFORE')
        await utimes(`${path()}.new`, later, later)
        await rename(`${path()}.new`, path())
      },
    ],
  ])('%s', async (_name, change) => {
    await writeFile(path(), 'before')
    await utimes(path(), later, later)
    const before = await folder.stat(key)
    const sum = await folder.md5(key)
    await change()
    expect((await folder.stat(key))?.version).not.toBe(before?.version)
    expect(await folder.md5(key)).not.toBe(sum)
    await rm(path())
  })

  it('nothing else', async () => {
    await writeFile(path(), 'before')
    expect(await folder.stat(key)).toEqual(await folder.stat(key))
    await rm(path())
  })
})

test('the folder may be a link itself, and must be there', async () => {
  await symlink(root, join(outside, 'by-link'))
  expect(await (await openFolder(join(outside, 'by-link'))).stat('a.jpg')).toMatchObject({ size: 1 })
  const missing = join(outside, 'none')
  await expect(openFolder(missing)).rejects.toMatchObject({
    name: 'InputError',
    code: 'folder-not-found',
    expected: 'a folder',
    found: `none at ${missing}`,
    message: expect.stringMatching(/^expected a folder, found none at .* \(ENOENT: /),
  })
})

test('two names of one file are two files', async () => {
  await link(join(root, 'a.jpg'), join(root, 'also-a.jpg'))
  expect(await textOf('also-a.jpg')).toBe('a')
  await rm(join(root, 'also-a.jpg'))
})

describe('below a prefix', () => {
  it('files are found under it alone', async () => {
    const prefixed = under('site/é/', folder)
    expect(await prefixed.stat('site/é/a.jpg')).toEqual(await folder.stat('a.jpg'))
    expect(await prefixed.md5('site/é/sub/b.png')).toBe(await folder.md5('sub/b.png'))
    for (const key of ['a.jpg', 'site/é', 'site/é/', 'site/a.jpg']) expect(await prefixed.stat(key)).toBeNull()
    expect((await prefixed.list()).map(({ key }) => key)).toEqual(
      (await folder.list()).map(({ key }) => `site/é/${key}`),
    )
  })
})

describe('several as one', () => {
  it('have the files of each, the first where two have the same', async () => {
    const other = await openFolder(root)
    const both = together([under('a/', folder), under('b/', other), under('', other)])
    expect(await both.stat('a/a.jpg')).toEqual(await folder.stat('a.jpg'))
    expect(await both.md5('b/a.jpg')).toBe(await folder.md5('a.jpg'))
    expect(await both.stat('a.jpg')).toEqual(await folder.stat('a.jpg'))
    for (const key of ['c/a.jpg', 'a/../a.jpg', 'a/none']) expect(await both.stat(key)).toBeNull()
    const own = (await folder.list()).map(({ key }) => key)
    const keys = [...own.map((key) => `a/${key}`), ...own.map((key) => `b/${key}`), ...own].toSorted(compareKeys)
    expect((await both.list()).map(({ key }) => key)).toEqual(keys)
    expect((await together([folder, other]).list()).map(({ key }) => key)).toEqual(own)
  })
})
