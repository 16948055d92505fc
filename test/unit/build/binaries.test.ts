import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { installed, type Libraries, sharpForLambda } from '../../../build/binaries.ts'
import { BuildError } from '../../../build/error.ts'
import { closedEndpoint } from '../../images/s3.ts'

const read = async (file: string) => JSON.parse(await readFile(join(ROOT, file), 'utf8'))
const WANTED: Record<string, string> = (await read('build/binaries/package.json')).dependencies

/** npm puts the packages of this platform beside sharp, and of no other. */
const isLambdaLike = (await readdir(join(ROOT, 'node_modules/@img'))).includes('sharp-linux-x64')

let cache: string
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(cache, { recursive: true, force: true })
})

/** Contents by path in the zip. */
async function filesIn(folder: string): Promise<Libraries['files']> {
  const files: Libraries['files'] = {}
  const modules = await Promise.all(
    ['@img', '@koromix'].map((scope) =>
      readdir(join(folder, 'node_modules', scope), { recursive: true, withFileTypes: true }),
    ),
  )
  for (const entry of modules.flat()) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !path.endsWith('.h') && !path.includes('musl_x64'))
      files[relative(folder, path).replaceAll(sep, '/')] = await readFile(path)
  }
  return files
}

describe('the lock', () => {
  it('is of the sharp and the koffi that are tested here', async () => {
    const { devDependencies } = await read('package.json')
    expect(WANTED['@img/sharp-linux-x64']).toBe(devDependencies.sharp)
    const { optionalDependencies } = await read('node_modules/sharp/package.json')
    expect(WANTED).toEqual({
      '@img/sharp-linux-x64': optionalDependencies['@img/sharp-linux-x64'],
      '@img/sharp-libvips-linux-x64': optionalDependencies['@img/sharp-libvips-linux-x64'],
      '@koromix/koffi-linux-x64': devDependencies.koffi,
    })
  })

  it('holds npm to the same bytes as the lock of the project', async () => {
    const [ours, all] = [await read('build/binaries/package-lock.json'), await read('package-lock.json')]
    for (const [name, version] of Object.entries(WANTED)) {
      const { integrity } = all.packages[`node_modules/${name}`]
      expect(integrity).toMatch(/^sha512-/)
      expect(ours.packages[`node_modules/${name}`]).toMatchObject({ version, integrity })
    }
  })
})

test.skipIf(!isLambdaLike)(
  'beside sharp (on Linux x64 alone): the libraries, their versions, no headers, and nothing for musl',
  async () => {
    const { files, versions } = await sharpForLambda()
    expect(versions).toEqual({
      sharp: sharp.versions.sharp,
      libvips: sharp.versions.vips,
      koffi: WANTED['@koromix/koffi-linux-x64'],
    })
    const paths = Object.keys(files)
    expect(paths).toContain(`node_modules/@img/sharp-linux-x64/lib/sharp-linux-x64-${versions.sharp}.node`)
    expect(paths).toContain(`node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.${versions.libvips}`)
    const owners = paths.map((path) => path.split('/').slice(1, 3).join('/'))
    expect([...new Set(owners)].toSorted()).toEqual(Object.keys(WANTED).toSorted())
    expect(paths.filter((path) => path.endsWith('.h') || path.includes('musl'))).toEqual([])
  },
)

test('what npm installs for Lambda: the same, byte for byte, and once', async ({ skip }) => {
  const folder = await installed(WANTED, cache).catch((error: BuildError) => error)
  if (folder instanceof Error) {
    const isOffline = /ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH/.test(folder.message)
    if (isOffline) skip(`the npm registry can't be reached: ${folder.message}`)
    throw folder
  }
  expect(folder).toBe(join(cache, `sharp-${WANTED['@img/sharp-linux-x64']}`))
  expect(await readdir(cache)).toEqual([`sharp-${WANTED['@img/sharp-linux-x64']}`])
  const found = await filesIn(folder)
  expect(Object.keys(found).length).toBeGreaterThan(5)
  if (isLambdaLike) {
    const { files } = await sharpForLambda()
    expect(Object.keys(found).toSorted()).toEqual(Object.keys(files).toSorted())
    expect(Object.entries(found).filter(([path, content]) => !files[path]?.equals(content))).toEqual([])
  }

  vi.stubEnv('npm_execpath', join(cache, 'nowhere/npm-cli.js'))
  expect(await installed(WANTED, cache)).toBe(folder)
})

describe('what cannot be installed: a BuildError that says what to do', () => {
  const HINT = 'The first build with images on this platform needs the npm registry; later ones do not.'

  /** npm, with a cache of its own, asks nobody else. */
  const useRegistry = (url: string) => {
    const settings = { registry: url, cache: join(cache, 'npm'), fetch_retries: '0', audit: 'false', fund: 'false' }
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(`npm_config_${name}`, value)
  }

  const expectFailure = async (said: string) => {
    const folder = join(cache, 'rimlight')
    const error = await installed(WANTED, folder).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(BuildError)
    expect(String(error)).toBe(`BuildError: sharp's libraries for Lambda can't be installed: ${said}. ${HINT}`)
    expect((error as BuildError).cause).toBeInstanceOf(Error)
    expect(await readdir(folder)).toEqual([])
  }

  /** A registry of one answer to each question, by whether it is about a package or its bytes. */
  async function openRegistry(answer: (name: string, url: string) => unknown): Promise<Server> {
    const server = createServer(({ url = '', headers }, response) => {
      const name = decodeURIComponent(url.slice(1))
      const body = name in WANTED ? answer(name, `http://${headers.host}`) : 'not these bytes'
      response.writeHead(body === undefined ? 404 : 200).end(typeof body === 'string' ? body : JSON.stringify(body))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    useRegistry(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    return server
  }

  it('the registry does not have them', async () => {
    const server = await openRegistry(() => undefined)
    await expectFailure('npm error code E404')
    server.close()
  })

  it('the registry has others: the lock is not met', async () => {
    const server = await openRegistry((name, url) => {
      const version = WANTED[name] as string
      const dist = { tarball: `${url}/bytes-of-${name.replace('/', '-')}.tgz` }
      return { name, 'dist-tags': { latest: version }, versions: { [version]: { name, version, dist } } }
    })
    await expectFailure('npm error code EINTEGRITY')
    server.close()
  })

  it('the registry has another version: the lock is not met', async () => {
    const server = await openRegistry((name) => ({ name, 'dist-tags': { latest: '0.0.1' }, versions: {} }))
    await expectFailure('npm error code ETARGET')
    server.close()
  })

  it('there is no registry', async () => {
    useRegistry(await closedEndpoint())
    await expectFailure('npm error code ECONNREFUSED')
  })

  describe.skipIf(process.platform === 'win32')(
    'there is no npm on the path (on Windows a shell says so, in its own words)',
    () => {
      it.each([
        ['and nothing else runs this', ''],
        ['and it is pnpm that runs this', '/opt/pnpm/bin/pnpm.cjs'],
        ['and it is yarn that runs this', '/opt/yarn/bin/yarn.js'],
      ])('%s', async (_rule, script) => {
        vi.stubEnv('npm_execpath', script)
        vi.stubEnv('PATH', cache)
        await expectFailure('spawn npm ENOENT')
      })
    },
  )
})
