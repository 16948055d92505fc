/** What decodes HEIC, as npm installed it for the user: files of its own in the zip, unchanged, with their licence. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Libraries } from './binaries.ts'
import { BuildError } from './error.ts'

export const LIBHEIF = 'libheif-js'

/** The range of `peerDependencies`: the C interface that `origin-response/libheif.ts` speaks. */
const MAJOR = 1
const LEAST_MINOR = 23

const FILES = [
  'package.json',
  'LICENSE',
  'libheif-wasm/LICENSE',
  'libheif-wasm/libheif.js',
  'libheif-wasm/libheif.wasm',
] as const

/** What the LGPL and those who hold patents want said, for the bill of materials. */
export const HEIC_NOTES: Readonly<Record<string, string>> = {
  'rimlight:linking':
    'LGPL-3.0, 4: loaded at run time from files of its own in the zip, which may be replaced by modified ones',
  'rimlight:patents': 'decodes HEVC (ITU-T H.265), which is patented; no patent licence comes with it',
}

/** @param resolve finds a file of the package @throws BuildError if it is not installed, or too old */
export async function libheifForLambda(
  resolve: (file: string) => string = createRequire(import.meta.url).resolve,
): Promise<Libraries> {
  const { version, license } = await packageOf(resolve)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major !== MAJOR || minor < LEAST_MINOR) throw wrong(`version ${version}`)
  const folder = dirname(resolve(`${LIBHEIF}/package.json`))
  const files: Libraries['files'] = {}
  for (const file of FILES) {
    files[`node_modules/${LIBHEIF}/${file}`] = await readFile(join(folder, file)).catch(() => {
      throw wrong(`one without ${file}`)
    })
  }
  return { files, versions: { [LIBHEIF]: version }, packages: [{ name: LIBHEIF, version, license }], native: {} }
}

async function packageOf(resolve: (file: string) => string): Promise<{ version: string; license: string }> {
  try {
    return JSON.parse(await readFile(resolve(`${LIBHEIF}/package.json`), 'utf8'))
  } catch {
    throw wrong('none')
  }
}

function wrong(found: string): BuildError {
  const expected = `the package ${LIBHEIF} of a version from ${MAJOR}.${LEAST_MINOR} on`
  return new BuildError(
    `images.heic: expected ${expected}, found ${found}: npm install ${LIBHEIF}. Its licence is LGPL-3.0, and HEVC, which it ` +
      'decodes, is patented (docs/images.md, "HEIC")',
    { code: 'package-missing', expected, found },
  )
}
