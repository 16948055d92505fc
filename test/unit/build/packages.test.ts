import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { packagesOf } from '../../../build/packages.ts'
import { temporaryFolder } from '../local/fixture.ts'

let root: string
beforeAll(async () => {
  root = await temporaryFolder()
  for (const [folder, name, version] of [
    ['node_modules/a', 'a', '1.0.0'],
    ['node_modules/@scope/b', '@scope/b', '2.0.0'],
    ['node_modules/a/node_modules/@scope/b', '@scope/b', '1.5.0'],
  ] as const) {
    await mkdir(join(root, folder), { recursive: true })
    await writeFile(join(root, folder, 'package.json'), JSON.stringify({ name, version, license: 'MIT', main: 'x' }))
  }
})

const PACKAGE = { license: 'MIT' }

test('each package once, whatever number of its files', async () => {
  const files = ['node_modules/a/index.js', 'edge/path.ts', 'node_modules/a/lib/deep/x.js']
  expect(await packagesOf(files, root)).toEqual([{ ...PACKAGE, name: 'a', version: '1.0.0' }])
})

test('with a scope, and below another package', async () => {
  expect(await packagesOf(['node_modules/a/node_modules/@scope/b/i.js', 'node_modules/@scope/b/i.js'], root)).toEqual([
    { ...PACKAGE, name: '@scope/b', version: '2.0.0' },
    { ...PACKAGE, name: '@scope/b', version: '1.5.0' },
  ])
})

test('our own code is none, and neither is what a plugin makes up', async () => {
  expect(await packagesOf(['edge/path.ts', 'without-default-credentials:none'], root)).toEqual([])
})
