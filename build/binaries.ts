/** sharp's native libraries, and koffi's, for Lambda (Linux, x64, glibc), whatever the build runs on. */

import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { ROOT } from '../base/root.ts'
import { removeAtEnd } from '../base/temporary.ts'
import { whyNotOnLambda } from './elf.ts'
import { BuildError } from './error.ts'
import { npm } from './npm.ts'
import { type Package, packagesOf } from './packages.ts'

export type Libraries = {
  /** Contents by path in the zip. */
  files: Record<string, Buffer>
  versions: Record<string, string>
  packages: Package[]
  /** Versions of what libvips's binary is made from, libvips among them. */
  native: Record<string, string>
}

const VERSIONS = 'node_modules/@img/sharp-libvips-linux-x64/versions.json'

/** What is loaded there, and the lock that npm holds it to. */
const LOCKED = join(ROOT, 'build/binaries')

/** Where they are kept between builds on a machine that is no such Linux. */
const CACHE = join(ROOT, 'node_modules/.cache/rimlight')

/** @throws BuildError if they can't be had, or don't load on Lambda */
export async function sharpForLambda(): Promise<Libraries> {
  const { dependencies: wanted } = JSON.parse(await readFile(join(LOCKED, 'package.json'), 'utf8'))
  // On such a Linux npm has put the same packages beside sharp, held to the same hashes by the project's own lock file.
  const folder = (await hasAll(ROOT, wanted)) ? ROOT : await installed(wanted)
  const paths = await Promise.all(Object.keys(wanted).map((name) => filesBelow(join(folder, 'node_modules', name))))
  const files: Libraries['files'] = {}
  for (const path of paths.flat()) files[relative(folder, path).replaceAll(sep, '/')] = await readFile(path)
  checkBinaries(files)
  const native = JSON.parse(String(files[VERSIONS]))
  return {
    files,
    versions: {
      sharp: wanted['@img/sharp-linux-x64'],
      libvips: native.vips,
      koffi: wanted['@koromix/koffi-linux-x64'],
    },
    packages: await packagesOf(Object.keys(files), folder),
    native,
  }
}

async function hasAll(folder: string, wanted: Record<string, string>): Promise<boolean> {
  const found = Object.entries(wanted).map(async ([name, version]) => {
    const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8').catch(() => '{}')
    return JSON.parse(text).version === version
  })
  return (await Promise.all(found)).every(Boolean)
}

/** @returns the folder that npm has installed them to for Lambda's platform, now or in an earlier build */
export async function installed(wanted: Record<string, string>, cache = CACHE): Promise<string> {
  const folder = join(cache, `sharp-${wanted['@img/sharp-linux-x64']}`)
  if (await hasAll(folder, wanted)) return folder
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(`${folder}.tmp-`)
  const settled = removeAtEnd(temporary)
  try {
    for (const file of ['package.json', 'package-lock.json']) await copyFile(join(LOCKED, file), join(temporary, file))
    await npm(
      ['ci', '--os=linux', '--cpu=x64', '--libc=glibc', '--ignore-scripts', '--prefer-offline', '--loglevel=error'],
      temporary,
    )
    await rm(folder, { recursive: true, force: true })
    await rename(temporary, folder)
  } catch (cause) {
    const { stderr, message } = cause as { stderr?: string; message: string }
    const said = stderr?.split('\n').find((line) => line.startsWith('npm error')) ?? message
    throw new BuildError(
      `sharp's libraries for Lambda can't be installed: ${said}. The first build with images on this platform needs ` +
        'the npm registry; later ones do not.',
      { code: 'libraries-not-installed', cause },
    )
  } finally {
    await rm(temporary, { recursive: true, force: true })
    settled()
  }
  return folder
}

/** All files but C headers, which only compilers read, and what is for Linuxes with musl. */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.h') && !entry.parentPath.endsWith('musl_x64'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function checkBinaries(files: Libraries['files']): void {
  const binaries = Object.entries(files).filter(([path]) => /\.(?:node|so(?:\.[\d.]+)?)$/.test(path))
  if (binaries.length < 2 || !files[VERSIONS]) {
    const found = Object.keys(files).join(', ')
    const expected = `sharp, libvips and ${VERSIONS}`
    throw new BuildError(`expected ${expected}, found ${found}; run npm ci again`, {
      code: 'libraries-incomplete',
      expected,
      found,
    })
  }
  for (const [path, content] of binaries) {
    const why = whyNotOnLambda(content)
    if (why !== '') {
      throw new BuildError(`${path} does not load on Lambda: ${why}`, { code: 'wrong-platform', found: why })
    }
  }
}
