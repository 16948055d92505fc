import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { BuildError } from '../../../build/error.ts'
import { HEIC_NOTES, libheifForLambda } from '../../../build/libheif.ts'
import { sbomOf } from '../../../build/sbom.ts'
import { TARGETS } from '../../../build/targets.ts'
import { temporaryFolder } from '../local/fixture.ts'

const INSTALLED = join(ROOT, 'node_modules/libheif-js')

/** A project with a package of this name, changed. */
async function project(change: (folder: string) => Promise<void>): Promise<(file: string) => string> {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'libheif-js/libheif-wasm'), { recursive: true })
  for (const file of [
    'package.json',
    'LICENSE',
    ...['LICENSE', 'libheif.js', 'libheif.wasm'].map((name) => `libheif-wasm/${name}`),
  ]) {
    await cp(join(INSTALLED, file), join(folder, 'libheif-js', file))
  }
  await change(join(folder, 'libheif-js'))
  return (file) => join(folder, file)
}

it('is the files that npm installed, licences among them, as they are', async () => {
  const { files, versions, packages } = await libheifForLambda()
  expect(Object.keys(files)).toEqual([
    'node_modules/libheif-js/package.json',
    'node_modules/libheif-js/LICENSE',
    'node_modules/libheif-js/libheif-wasm/LICENSE',
    'node_modules/libheif-js/libheif-wasm/libheif.js',
    'node_modules/libheif-js/libheif-wasm/libheif.wasm',
  ])
  expect(versions).toEqual({ 'libheif-js': '1.23.2' })
  expect(packages).toEqual([{ name: 'libheif-js', version: '1.23.2', license: 'LGPL-3.0' }])
})

it.each([
  ['none', (folder: string) => rm(folder, { recursive: true }), 'none'],
  [
    'an older one',
    (folder: string) => writeFile(join(folder, 'package.json'), '{"version":"1.19.8"}'),
    'version 1.19.8',
  ],
  [
    'a later major one',
    (folder: string) => writeFile(join(folder, 'package.json'), '{"version":"2.30.0"}'),
    'version 2.30.0',
  ],
  [
    'a part of it',
    (folder: string) => rm(join(folder, 'libheif-wasm/libheif.wasm')),
    'one without libheif-wasm/libheif.wasm',
  ],
])('where there is %s, says what to install, and what comes with it', async (_, change, found) => {
  const failure = await libheifForLambda(await project(change)).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(BuildError)
  expect(failure).toMatchObject({
    code: 'package-missing',
    message:
      `images.heic: expected the package libheif-js of a version from 1.23 on, found ${found}: npm install libheif-js. Its ` +
      'licence is LGPL-3.0, and HEVC, which it decodes, is patented (docs/images.md, "HEIC")',
  })
})

it('is in the bill of materials with its licence, and with what is said of patents', () => {
  const target = TARGETS[2] as (typeof TARGETS)[number]
  const packages = [{ name: 'libheif-js', version: '1.23.2', license: 'LGPL-3.0' }]
  const { components } = JSON.parse(sbomOf([{ target, content: Buffer.from('zip'), packages }], '1.2.3'))
  const component = components.find((one: { name: string }) => one.name === 'libheif-js')
  expect(component).toMatchObject({
    version: '1.23.2',
    licenses: [{ license: { id: 'LGPL-3.0' } }],
    properties: Object.entries(HEIC_NOTES).map(([name, value]) => ({ name, value })),
  })
})
