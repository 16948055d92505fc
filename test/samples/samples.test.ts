/** The sample pictures in the repository are what their list says; `npm run samples` makes both. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../local/samples')

type Sample = { path: string; width: number; height: number; bytes: number; about: string }

const samples: Sample[] = JSON.parse(await readFile(join(FOLDER, 'samples.json'), 'utf8'))
const metadataOf = (path: string) => sharp(join(FOLDER, path), { animated: true }).metadata()

it('all files are listed, and are small enough for a repository', async () => {
  const entries = await readdir(FOLDER, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  const listed = samples.map(({ path }) => join(FOLDER, path))
  expect(files.toSorted()).toEqual([...listed, join(FOLDER, 'samples.json')].toSorted())
  expect(samples.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(3_000_000)
})

describe.each(samples)('$path', ({ path, width, height, bytes, about }) => {
  it('has the bytes and, as a viewer sees it, the size that are listed', async () => {
    expect((await stat(join(FOLDER, path))).size).toBe(bytes)
    expect(about).not.toBe('')
    if (width === 0) return expect(path).toMatch(/\.json$/)
    const { autoOrient, pageHeight } = await metadataOf(path)
    expect([autoOrient.width, pageHeight ?? autoOrient.height]).toEqual([width, height])
  })
})

it.each(samples.filter(({ path }) => /\.(?:jpg|png|webp)$/.test(path)))('$path says whose it is', async ({ path }) => {
  const { exif } = await metadataOf(path)
  expect(exif?.toString('latin1')).toContain('Rimlight, MIT licence')
})

it('one lies on its side, one moves, one lets light through', async () => {
  expect(await metadataOf('photos/forest.jpg')).toMatchObject({ width: 1800, height: 1200, orientation: 6 })
  expect(await metadataOf('drawings/boat.gif')).toMatchObject({ pages: 24, loop: 0 })
  expect(await metadataOf('drawings/balloons.png')).toMatchObject({ hasAlpha: true })
})
