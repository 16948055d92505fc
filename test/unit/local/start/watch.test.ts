import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { type SourceWatch, watchSources } from '../../../../local/start/watch.ts'
import { temporaryFolder } from '../fixture.ts'

let folder: string
let told: string[][]
let warnings: string[]
let next: PromiseWithResolvers<void>
let watch: SourceWatch | undefined

beforeEach(async () => {
  folder = await temporaryFolder()
  await mkdir(join(folder, 'src', 'deep'), { recursive: true })
  await writeFile(join(folder, 'src', 'a.ts'), '')
  await writeFile(join(folder, 'config.ts'), '')
  told = []
  warnings = []
  next = Promise.withResolvers()
})
afterEach(() => watch?.close())

function open(folders: string[], files: string[] = []) {
  watch = watchSources(
    folders,
    (changed) => {
      told.push(changed.map((file) => file.slice(folder.length + 1)))
      next.resolve()
      next = Promise.withResolvers()
    },
    (message) => warnings.push(message),
  )
  watch.files(files)
}

/** What is told once `act` is done; that nothing is told shows in what a later change tells. */
async function toldAfter(act: () => Promise<unknown>): Promise<string[] | undefined> {
  const { promise } = next
  await act()
  await promise
  return told.at(-1)
}

describe('folders, with all that is in them', () => {
  beforeEach(() => open([join(folder, 'src')]))

  test.each<[string, string, (path: string) => Promise<unknown>]>([
    ['a file is written', 'src/a.ts', (path) => writeFile(path, 'x')],
    ['a file is new', 'src/deep/b.mjs', (path) => writeFile(path, 'x')],
    ['a file is gone', 'src/a.ts', (path) => rm(path)],
    [
      'a file is put in its place, as editors do',
      'src/a.ts',
      async (path) => {
        await writeFile(`${path}~`, 'x')
        await rename(`${path}~`, path)
      },
    ],
  ])('%s', async (_, file, act) => {
    expect(await toldAfter(() => act(join(folder, file)))).toEqual([file])
  })

  it('several changes at once are told at once', async () => {
    const files = ['src/a.ts', 'src/b.ts', 'src/deep/c.json']
    expect(await toldAfter(() => Promise.all(files.map((file) => writeFile(join(folder, file), 'x'))))).toEqual(files)
    expect(told).toHaveLength(1)
  })

  it('what editors leave for a moment is not told, nor what is no source', async () => {
    for (const file of ['src/.a.ts.swp', 'src/4913', 'src/a.ts~', 'src/#a.ts#', 'src/.#a.ts', 'src/notes.txt']) {
      await writeFile(join(folder, file), 'x')
    }
    expect(await toldAfter(() => writeFile(join(folder, 'src/a.ts'), 'x'))).toEqual(['src/a.ts'])
  })
})

describe('files', () => {
  it('a file is told, and its neighbours are not', async () => {
    open([], [join(folder, 'config.ts')])
    await writeFile(join(folder, 'other.ts'), 'x')
    expect(await toldAfter(() => writeFile(join(folder, 'config.ts'), 'x'))).toEqual(['config.ts'])
  })

  it('again, after another file has taken its place', async () => {
    open([], [join(folder, 'config.ts')])
    for (let i = 0; i < 3; i++) {
      await writeFile(join(folder, 'new'), String(i))
      expect(await toldAfter(() => rename(join(folder, 'new'), join(folder, 'config.ts')))).toEqual(['config.ts'])
    }
  })

  it('others from now on', async () => {
    open([], [join(folder, 'config.ts')])
    watch?.files([join(folder, 'src', 'a.ts')])
    await writeFile(join(folder, 'config.ts'), 'x')
    expect(await toldAfter(() => writeFile(join(folder, 'src', 'a.ts'), 'x'))).toEqual(['src/a.ts'])
    expect(told).toHaveLength(1)
  })
})

it('a folder that is not there is said once', () => {
  open([], [join(folder, 'none', 'a.ts'), join(folder, 'neither', 'b.ts')])
  expect(warnings).toEqual([expect.stringMatching(/^Changes of sources are not seen, start again after them: ENOENT/)])
})
