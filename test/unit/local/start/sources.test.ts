import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { beforeEach, describe, expect, it, test } from 'vitest'
import { configFiles, SOURCE_FOLDERS, shortName } from '../../../../local/start/sources.ts'
import { temporaryFolder } from '../fixture.ts'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})

const filesOf = async (text: string, before?: string[]) => {
  await writeFile(join(folder, 'edge.config.ts'), text)
  const files = await configFiles(join(folder, 'edge.config.ts'), before)
  return files.map((file) => relative(folder, file)).sort()
}

describe('what a config is made from', () => {
  it('itself and what it imports from its neighbours, and what these do; no packages', async () => {
    await mkdir(join(folder, 'parts'))
    await writeFile(join(folder, 'parts/routes.ts'), "import names from './names.json'\nexport const routes = names")
    await writeFile(join(folder, 'parts/names.json'), '[]')
    const text =
      "import { defineConfig } from 'rimlight'\nimport { routes } from './parts/routes.ts'\nexport default defineConfig({ routes })"
    expect(await filesOf(text)).toEqual(['edge.config.ts', 'parts/names.json', 'parts/routes.ts'])
  })

  it('what it was, while it is broken', async () => {
    expect(await filesOf('oops(', [join(folder, 'routes.ts')])).toEqual(['edge.config.ts', 'routes.ts'])
  })

  it('JSON is by itself', async () => {
    expect(await configFiles(join(folder, 'a.json'))).toEqual([join(folder, 'a.json')])
  })
})

test('the folders of the sources are there', () => {
  expect(SOURCE_FOLDERS).toHaveLength(8)
  for (const folder of SOURCE_FOLDERS) expect(existsSync(folder)).toBe(true)
})

test.each([
  ['below', join(process.cwd(), 'edge', 'a.ts'), join('edge', 'a.ts')],
  ['elsewhere', join(process.cwd(), '..', 'a.ts'), join(process.cwd(), '..', 'a.ts')],
])('a file is named for who works here: %s', (_, file, name) => {
  expect(shortName(file)).toBe(name)
})
