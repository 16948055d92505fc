/** `rimlight-app` as an application has it: packed, and installed where nothing else is. */
import { execFile } from 'node:child_process'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runInNewContext } from 'node:vm'
import { build } from 'esbuild'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { brokenLinks } from '../checks/links.ts'
import { npm } from '../npm.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'
import { packedApp, type Tarball } from './packed.ts'
import { attw, publint } from './published.ts'

const execute = promisify(execFile)

let tarball: Tarball
let project: string
beforeAll(async () => {
  tarball = await packedApp()
  project = await temporaryFolder()
  // Offline: it needs nothing besides.
  await npm(['install', '--offline', '--no-audit', '--no-fund', tarball.path], project)
})

const own = (path: string) => join(project, 'node_modules/rimlight-app', path)
const node = (...args: string[]) => execute(process.execPath, args, { cwd: project })

/** What it takes on a disk with blocks of 4,096 bytes, as `du` counts, with the folders. */
async function bytesOnDisk(path: string): Promise<number> {
  const entry = await lstat(path)
  const size = Math.ceil(Math.max(entry.size, 1) / 4_096) * 4_096
  if (!entry.isDirectory()) return size
  const inside = await Promise.all((await readdir(path)).map((name) => bytesOnDisk(join(path, name))))
  return inside.reduce((sum, bytes) => sum + bytes, size)
}

describe('installed', () => {
  it('is alone, and takes less than 1 MB', async () => {
    expect((await readdir(join(project, 'node_modules'))).filter((name) => !name.startsWith('.'))).toEqual([
      'rimlight-app',
    ])
    expect(tarball.files.length).toBeGreaterThan(60)
    expect(await bytesOnDisk(join(project, 'node_modules'))).toBeLessThan(1_000_000)
  })

  it('has the version, the licence and the entries of the whole, and only code that they lead to', async () => {
    const whole = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    const app = JSON.parse(await readFile(own('package.json'), 'utf8'))
    expect(app).toMatchObject({ version: whole.version, license: whole.license, type: 'module', sideEffects: false })
    expect(app).not.toHaveProperty('dependencies')
    for (const [entry, targets] of Object.entries(app.exports)) expect(whole.exports[entry]).toEqual(targets)
    const folders = new Set(tarball.files.map((file) => file.split('/').slice(0, 2).join('/')))
    expect([...folders].toSorted()).toEqual([
      'LICENSE',
      'README.md',
      'lib/base',
      'lib/edge',
      'lib/session',
      'lib/sign',
      'lib/types',
      'lib/urls',
      'package.json',
    ])
  })

  it('is what the whole package has at the same place', async () => {
    await writeFile(
      join(project, 'same.mjs'),
      "import * as urls from 'rimlight-app/urls'\nconsole.log(Object.keys(urls).join())\n",
    )
    const whole = await import('../../urls/urls.ts')
    expect((await node('same.mjs')).stdout.trim().split(',').toSorted()).toEqual(Object.keys(whole).toSorted())
  })

  it('has no link that leads nowhere', async () => {
    const readme = await readFile(own('README.md'), 'utf8')
    expect(readme).toContain('npm install rimlight-app')
    expect(brokenLinks({ 'README.md': readme }, new Set(tarball.files), () => '')).toEqual([])
  })

  it('has nothing that publint or attw would have otherwise', async () => {
    const files = await publint(tarball.path)
    expect(files).toMatchObject({ code: 0, said: expect.stringContaining('All good!') })
    const types = await attw(tarball.path)
    expect(types, types.said).toMatchObject({ code: 0 })
    for (const entry of ['urls', 'sign', 'session']) expect(types.said).toContain(`"rimlight-app/${entry}"`)
  })
})

const USE = `const site = urls.siteOf(app.defineConfig({
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: '/*', origin: 'photos', cache: {}, images: true }],
}))
const token = sign.signToken({ secret: 'x'.repeat(43), expiresIn: 60 })
console.log(urls.fromKey(site, 'a b.jpg', { version: 7 }), token.split('.').length, typeof session.sessionHandler)
`
const NAMES = {
  app: 'rimlight-app',
  urls: 'rimlight-app/urls',
  sign: 'rimlight-app/sign',
  session: 'rimlight-app/session',
}
const SAID = 'https://cdn.example.com/a%20b.jpg?v=7 3 function\n'

const written = async (file: string, imported: (name: string, from: string) => string, use = USE) => {
  const lines = Object.entries(NAMES).map(([name, from]) => `${imported(name, from)}\n`)
  await writeFile(join(project, file), lines.join('') + use)
  return file
}

describe('imported', () => {
  it('by ES modules', async () => {
    const file = await written('use.mjs', (name, from) => `import * as ${name} from '${from}'`)
    expect(await node(file)).toEqual({ stdout: SAID, stderr: '' })
  })

  it('by CommonJS', async () => {
    const file = await written('use.cjs', (name, from) => `const ${name} = require('${from}')`)
    expect(await node(file)).toEqual({ stdout: SAID, stderr: '' })
  })

  it('has types for both under nodenext, which hold', async () => {
    const wrong = `${USE}export const wrong: number = urls.fromKey(site, 'a.jpg')\n`
    await written('use.mts', (name, from) => `import * as ${name} from '${from}'`, wrong)
    await written('use.cts', (name, from) => `import ${name} = require('${from}')`, wrong)
    const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--module', 'nodenext']
    const types = ['--target', 'es2024', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    // jose is not installed; its types are those of what a login's token has.
    const found = await node(...tsc, ...types, '--skipLibCheck', '--pretty', 'false', 'use.mts', 'use.cts').catch(
      ({ stdout }) => ({ stdout }),
    )
    expect(found.stdout.split('\n').filter((line: string) => /^use/.test(line))).toEqual([
      expect.stringMatching(/^use\.cts\(12,14\): error TS2322: /),
      expect.stringMatching(/^use\.mts\(12,14\): error TS2322: /),
    ])
  })

  it('has types for bundlers, which hold', async () => {
    const wrong = `${USE}export const wrong: number = urls.fromKey(site, 'a.jpg')\n`
    await written('use.ts', (name, from) => `import * as ${name} from '${from}'`, wrong)
    const tsc = [join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--pretty', 'false']
    const module = ['--module', 'esnext', '--moduleResolution', 'bundler', '--skipLibCheck']
    const types = ['--target', 'es2024', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
    const found = await node(...tsc, ...module, ...types, 'use.ts').catch(({ stdout }) => ({ stdout }))
    expect(found.stdout.split('\n').filter((line: string) => /^use/.test(line))).toEqual([
      expect.stringMatching(/^use\.ts\(12,14\): error TS2322: /),
    ])
  })

  it('in a browser, of which it takes nothing but TextEncoder', async () => {
    const stdin = {
      contents: `import { fromKey } from 'rimlight-app/urls'
said.push(fromKey({ domains: ['cdn.example.com'], routes: [{ path: '/*', bucket: 'b' }] }, 'é.jpg'))`,
      resolveDir: project,
    }
    const options = { bundle: true, write: false, minify: true, platform: 'browser', format: 'iife' } as const
    const { outputFiles, warnings } = await build({ stdin, ...options })
    const said: string[] = []
    runInNewContext(outputFiles[0]?.text ?? '', { said, TextEncoder })
    expect({ said, warnings }).toEqual({ said: ['https://cdn.example.com/%C3%A9.jpg'], warnings: [] })
  })
})

describe('says in one line what else to install', () => {
  const privateKey =
    "generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })"
  const site = "{ domains: ['cdn.example.com'], routes: [{ path: '/*' }] }"
  const session = `sessionHandler({
  jwks: 'https://login.example.com/jwks.json', algorithms: ['RS256'], issuer: 'a', audience: 'b',
  grant: { type: 'jwt', secret: 'x'.repeat(43), path: () => '/' },
})`
  const asked = (headers: string) =>
    `${session}(new Request('https://app.example.com/session', { headers: ${headers} }))`

  it.each([
    [
      'a signed URL',
      `signUrl(${site}, '/a', { keyPairId: 'K1', privateKey: ${privateKey}, expiresIn: 60 })`,
      'signing URLs and cookies takes @aws-sdk/cloudfront-signer, not installed here; run `npm install @aws-sdk/cloudfront-signer`',
    ],
    [
      'a presigned URL',
      "presigner({ region: 'us-east-1' })({ bucket: 'example-photos', key: 'a.jpg' })",
      'presigning S3 URLs takes @aws-sdk/client-s3 and @aws-sdk/s3-request-presigner, not installed here; run `npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner`',
    ],
    [
      'a session',
      asked("{ authorization: 'Bearer a.b.c' }"),
      'a session takes jose, not installed here; run `npm install jose`',
    ],
  ])('%s', async (_, call, message) => {
    await mkdir(join(project, 'calls'), { recursive: true })
    const text = `import { generateKeyPairSync } from 'node:crypto'
import { presigner, signUrl } from 'rimlight-app/sign'
import { sessionHandler } from 'rimlight-app/session'
const wrong = await ${call}.catch((error) => error)
console.log(wrong.code, wrong.message)
`
    await writeFile(join(project, 'calls/call.mjs'), text)
    expect((await node('calls/call.mjs')).stdout).toBe(`package-missing ${message}\n`)
  })
})
