/** Every block of code in docs/private.md and in the example's README: built, run, type-checked, or held to the help. */
import { execFile } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { loadConfig } from '../../build/config.ts'
import { makeSite, outputFilesOf } from '../../build/site.ts'
import { type Block, blocksOf, commandsOf } from '../docs/blocks.ts'
import { awsProblems, rimlightProblems } from '../docs/commands.ts'
import { asApplication, runIn, typeProblems } from '../docs/typescript.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

const execute = promisify(execFile)

const blocks = [...(await blocksOf('docs/private.md')), ...(await blocksOf('examples/annotation/README.md'))]
const ran = blocks.filter(({ notRun }) => notRun === undefined)
const inTypeScript = ran.filter(({ language }) => language === 'ts')
const inShell = ran.filter(({ language }) => language === 'sh')

/** A route, or a field of the config: what it is a part of. */
const isRoute = ({ text }: Block) => text.startsWith('{')
const isField = ({ text }: Block) => /^(?:\/\/.*\n)*\w+: /.test(text)
const modules = inTypeScript.filter((block) => !isRoute(block) && !isField(block))

const ORIGINS = "{ photos: { bucket: 'example-photos', region: 'us-east-1' }, api: { domain: 'api.example.com' } }"

/** A config around it, whose last route takes what is left. */
function configOf(block: Block): string {
  const own = isRoute(block) ? [block.text.trimEnd()] : []
  const last = isRoute(block)
    ? "{ path: '/*', origin: 'photos', cache: {} }"
    : "{ path: '/*', origin: 'photos', cache: {}, images: true, auth: { type: 'signed', keyGroups: ['web'] } }"
  const routes = own.some((text) => text.includes("path: '/*'")) ? own : [...own, last]
  return `import { defineConfig } from 'rimlight'
export default defineConfig({
  domains: ['cdn.example.com'],
  origins: ${ORIGINS},
${isRoute(block) ? '' : block.text}
  routes: [${routes.join(', ')}],
})
`
}

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await asApplication(folder)
  await mkdir(join(folder, 'keys'))
  const pem = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
  for (const name of ['keys/2026-11.pem', 'keys/2026-12.pem']) {
    await writeFile(join(folder, name), pem().publicKey.export({ type: 'spki', format: 'pem' }))
  }
  await writeFile(join(folder, 'signing.pem'), pem().privateKey.export({ type: 'pkcs8', format: 'pem' }))
  await writeFile(join(folder, '2026-12.secret'), randomBytes(32).toString('base64url'))
  const [field] = inTypeScript.filter(isField)
  await writeFile(join(folder, 'edge.config.ts'), configOf(field as Block))
})

it('finds what it is to look at', () => {
  const of = (language: string) => blocks.filter((block) => block.language === language).length
  expect(of('ts')).toBeGreaterThan(8)
  expect(of('sh')).toBeGreaterThan(5)
  expect([...new Set(blocks.map(({ language }) => language))].toSorted()).toEqual(['js', 'sh', 'ts'])
  for (const { notRun } of blocks) expect(notRun ?? 'a reason').toMatch(/\w+/)
})

describe('config', () => {
  const parts = inTypeScript.filter((block) => isRoute(block) || isField(block))

  it.each(parts.map((block) => [block.place, block] as const))('%s is built', async (_, block) => {
    const file = join(folder, `config-${block.place.replaceAll(/\W/g, '-')}.config.ts`)
    await writeFile(file, configOf(block))
    const files = outputFilesOf(await makeSite(await loadConfig(file))).map(({ file }) => file)
    expect(files).toContain('viewer-request.js')
    expect(files.includes('viewer-request.zip')).toBe(block.text.includes('jwks'))
  })
})

/** What blocks take from the application around them. */
const AROUND = `declare const login: { token(): Promise<string> }
declare function showLogin(): void
`

describe('TypeScript and JavaScript', () => {
  const scripts = ran.filter(({ language }) => language === 'js')
  const nameOf = ({ place, language }: Block) => `block-${place.replaceAll(/\W/g, '-')}.${language}`

  it('is right by its types', async () => {
    await writeFile(join(folder, 'around.d.ts'), AROUND)
    for (const block of [...modules, ...scripts])
      await writeFile(join(folder, nameOf(block)), `${block.text}export {}\n`)
    await copyFile(join(ROOT, 'examples/annotation/token.ts'), join(folder, 'token.ts'))
    expect(await typeProblems(folder)).toEqual([])
    await writeFile(join(folder, 'wrong.ts'), "import { signToken } from 'rimlight/sign'\nsignToken({ secrets: '' })\n")
    expect((await typeProblems(folder)).length).toBeGreaterThan(0)
  })

  /** Bare calls are printed, and compared with what the comment below says, where an ellipsis is any text. */
  const printed = (text: string): string =>
    text.replaceAll(/^await (\w+\([\s\S]*?\))$/gm, 'console.log(JSON.stringify(await $1))')
  const expectedOf = (text: string): RegExp[] =>
    [...text.matchAll(/^\/\/ (https:.*|\{ '.*\})$/gm)].map(([, comment = '']) => {
      const json = comment.startsWith('{')
        ? comment.replaceAll("'", '"').replaceAll(/\s*([{}:,])\s*/g, '$1')
        : `"${comment}"`
      return new RegExp(`^${json.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '[^"]*')}$`)
    })

  const ENVIRONMENT = {
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'an example',
    GRANT_SECRET: 'g'.repeat(43),
    RENEWAL_SECRET: 'r'.repeat(43),
  }

  it.each(modules.map((block) => [block.place, block] as const))('%s runs', async (_, block) => {
    const file = `run-${nameOf(block)}`
    await writeFile(join(folder, file), printed(block.text))
    const lines = (await runIn(folder, [file], ENVIRONMENT)).split('\n').filter((line) => line !== '')
    const expected = expectedOf(block.text)
    expected.forEach((pattern, index) => {
      expect(lines[index]).toMatch(pattern)
    })
  })

  it('the example makes a token that opens its project', async () => {
    await writeFile(join(folder, 'keys.json'), JSON.stringify({ '2026-12': 'x'.repeat(43) }))
    const token = (await runIn(folder, ['token.ts', 'keys.json', '8'])).trim()
    const [head = '', claims = ''] = token.split('.')
    expect(JSON.parse(Buffer.from(head, 'base64url').toString()).kid).toBe('2026-12')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString()).paths).toBe('/proxy-image/projects/8/')
  })
})

describe('commands', () => {
  const lines = inShell.flatMap((block) => commandsOf(block).map((line) => [block.place, line] as const))
  const of = (pattern: RegExp) => lines.filter(([, line]) => pattern.test(line))

  it('are right for a shell', async () => {
    for (const [place, line] of lines) {
      await expect(execute('sh', ['-nc', line]), `${place}: ${line}`).resolves.toMatchObject({ stderr: '' })
    }
  })

  it('of ours have the verbs and options that they are shown with', async () => {
    const ours = of(/^rimlight /).flatMap(([, line]) => line.split(' && '))
    expect(ours.length).toBeGreaterThan(8)
    expect((await Promise.all(ours.map(rimlightProblems))).flat()).toEqual([])
    expect(await rimlightProblems('rimlight keys add --no-such-thing')).toEqual([
      expect.stringMatching(/^rimlight keys add --no-such-thing: .*--no-such-thing/),
    ])
  })

  it("of AWS's are operations of CloudFront", () => {
    const theirs = of(/\baws /).map(([, line]) => line)
    expect(theirs.length).toBeGreaterThan(2)
    expect(theirs.flatMap(awsProblems)).toEqual([])
    expect(awsProblems('aws cloudfront create-key')).toEqual([
      'aws cloudfront create-key: CloudFront has no create-key',
    ])
  })

  it('of npm name packages that applications need', async () => {
    const project = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
    const names = of(/^npm install /).flatMap(([, line]) => line.replace('npm install ', '').split(' '))
    expect(names.length).toBeGreaterThan(2)
    const known = Object.keys({ ...project.dependencies, ...project.peerDependencies })
    expect(names.filter((name) => !known.includes(name))).toEqual([])
  })

  it('of openssl make a pair whose public key CloudFront takes', async () => {
    const theirs = of(/^openssl /).map(([, line]) => line)
    expect(theirs.length).toBe(2)
    const place = await temporaryFolder()
    await mkdir(join(place, 'keys'))
    for (const line of theirs) await execute('sh', ['-c', line], { cwd: place })
    const file = join(place, 'edge.config.json')
    const routes = [{ path: '/*', origin: 'photos', cache: {}, auth: { type: 'signed', keyGroups: ['web'] } }]
    const origins = { photos: { bucket: 'example-photos', region: 'us-east-1' } }
    const keyGroups = { web: ['keys/2026-12.pem'] }
    await writeFile(file, JSON.stringify({ domains: ['cdn.example.com'], origins, routes, keyGroups }))
    expect((await loadConfig(file)).keyGroups.web?.[0]).toContain('BEGIN PUBLIC KEY')
  })

  it('are nothing else', () => {
    // The shell's own, and what asks a server that somebody has started: `annotation.test.ts` asks the same.
    const others = of(/^(?!rimlight |openssl |npm install ).*/).filter(([, line]) => !/\baws cloudfront /.test(line))
    expect(
      others
        .map(([, line]) => line.split(' ', 1)[0])
        .filter((name) => !['mkdir', 'echo', 'node', 'curl'].includes(name ?? '')),
    ).toEqual([])
  })
})
