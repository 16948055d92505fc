/** Every block of code of every page: built, run, type-checked, parsed, or held to what the commands take. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../../base/root.ts'
import { loadConfig } from '../../build/config.ts'
import { makeSite, outputFilesOf } from '../../build/site.ts'
import { projectFiles, textOf } from '../checks/sources.ts'
import { type Block, blocksOf, commandsOf } from '../docs/blocks.ts'
import { commandProblems, wordsOf } from '../docs/commands.ts'
import { asApplication, runIn, typeProblems } from '../docs/typescript.ts'
import { temporaryFolder } from '../unit/local/fixture.ts'

const execute = promisify(execFile)

/** Pages whose TypeScript has a test of its own, which makes keys, secrets and a login for it. */
const ELSEWHERE: Record<string, string> = {
  'docs/private.md': 'test/e2e/private-docs.test.ts',
  'examples/annotation/README.md': 'test/e2e/private-docs.test.ts',
}

const pages = projectFiles.filter((file) => file.endsWith('.md'))
const blocks = (await Promise.all(pages.map(blocksOf))).flat()
const ran = blocks.filter(({ notRun }) => notRun === undefined)
const of = (...languages: string[]) => ran.filter(({ language }) => languages.includes(language))
const named = (some: readonly Block[]) => some.map((block) => [block.place, block] as const)

/** Files that are shown whole are run where they are. */
const scripts = of('ts', 'js', 'tsx').filter(({ page, file }) => !(page in ELSEWHERE) && file === undefined)
const configs = scripts.filter(({ text }) => text.includes('export default defineConfig('))
const nameOf = ({ place, language }: Block) => `block-${place.replaceAll(/\W/g, '-')}.${language}`

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
  await asApplication(folder)
  const [config] = configs.filter(({ page }) => page === 'README.md')
  await writeFile(join(folder, 'edge.config.ts'), config?.text ?? '')
  for (const block of scripts) await writeFile(join(folder, nameOf(block)), `${block.text}export {}\n`)
})

describe('the blocks', () => {
  it('are found', () => {
    expect(pages.length).toBeGreaterThan(30)
    expect(blocks.length).toBeGreaterThan(50)
    expect(of('sh').length).toBeGreaterThan(25)
    expect(scripts.length).toBeGreaterThan(6)
    expect(configs.length).toBeGreaterThan(1)
    expect(scripts.filter(({ isRun }) => isRun).length).toBeGreaterThan(1)
  })

  it('say what they are written in', () => {
    const known = ['js', 'json', 'sh', 'sql', 'svelte', 'text', 'ts', 'tsx']
    expect(blocks.filter(({ language }) => !known.includes(language)).map(({ place }) => place)).toEqual([])
  })

  it('say why, where they are not run', () => {
    const not = blocks.filter(({ notRun }) => notRun !== undefined)
    expect(not.filter(({ notRun = '' }) => notRun.split(' ').length < 3).map(({ place }) => place)).toEqual([])
    // Most are.
    expect(not.length).toBeLessThan(blocks.length / 4)
  })

  it('are the whole file, where they show one', () => {
    const shown = blocks.flatMap(({ place, file, text }) => (file === undefined ? [] : [{ place, file, text }]))
    expect(shown.length).toBeGreaterThan(6)
    for (const { place, file, text } of shown) expect(text, place).toBe(textOf(file))
    // Nothing but a file that is run is in a language that this can't read.
    expect(blocks.filter(({ language, file }) => language === 'svelte' && file === undefined)).toEqual([])
  })

  it.each(Object.entries(ELSEWHERE))('of %s have a test of their own', (page, test) => {
    expect(existsSync(join(ROOT, test)) && textOf(test)).toContain(`blocksOf('${page}')`)
  })
})

describe('TypeScript and JavaScript', () => {
  it('is right by the types of the package', async () => {
    expect(await typeProblems(folder)).toEqual([])
    await writeFile(join(folder, 'wrong.ts'), "import { srcset } from 'rimlight-app/urls'\nsrcset(7)\n")
    expect((await typeProblems(folder)).join('\n')).toMatch(/^wrong\.ts/)
  })

  it.each(named(configs))('%s is built', async (_, block) => {
    const site = await makeSite(await loadConfig(join(folder, nameOf(block))))
    expect(outputFilesOf(site).map(({ file }) => file)).toContain('viewer-request.js')
  })

  /** `expression   // its value`: each becomes a line of output. */
  const VALUE = /^(?!const |import |\/\/|await )(.+?) +\/\/ (.+)$/gm

  it.each(named(scripts.filter(({ isRun }) => isRun)))('%s runs, and its values are what it says', async (_, block) => {
    const expected = [...block.text.matchAll(VALUE)].map(([, , value = '']) => value)
    const file = `run-${nameOf(block)}`
    await writeFile(join(folder, file), block.text.replaceAll(VALUE, 'console.log($1)'))
    const printed = await runIn(folder, [file])
    if (block.prints !== undefined) expect(printed).toBe(block.prints)
    const lines = printed.trimEnd().split('\n')
    for (const [index, value] of expected.entries()) {
      const [beginning = '', ...rest] = value.split('…')
      expect(lines[index]?.startsWith(beginning), `${value}\n${lines[index]}`).toBe(true)
      if (rest.length === 0) expect(lines[index]).toBe(value)
    }
  })
})

describe('JSON and SQL', () => {
  it.each(named(of('json')))('%s can be read', async (_, block) => {
    const value = JSON.parse(block.text)
    if (!('domains' in value)) return
    const file = join(folder, 'block.json')
    await writeFile(file, block.text)
    await expect(loadConfig(file)).resolves.toMatchObject({ domains: value.domains })
  })

  it.each(named(of('sql')))('%s is executed', (_, block) => {
    const database = new DatabaseSync(':memory:')
    database.exec(block.text)
    const tables = database.prepare("SELECT count(*) AS n FROM sqlite_master WHERE type = 'table'").get()
    expect(tables).toEqual({ n: 1 })
    database.close()
  })
})

describe('commands', () => {
  // Those that need a distribution, or much time, are not run either way: they are held to the tables as well.
  const shells = blocks.filter(({ language }) => language === 'sh')
  const lines = shells.flatMap((block) => commandsOf(block).map((line) => ({ place: block.place, line })))
  /** Without what is done with their output. */
  const single = lines.flatMap(({ place, line }) =>
    line.split(/ && | \| /).map((part) => ({ place, line: part.replace(/ > \S+$/, '').trim() })),
  )

  it('can be read by a shell', async () => {
    expect(lines.length).toBeGreaterThan(60)
    // One shell starts those that read a line each: that takes it a tenth of what it takes this process.
    const each = 'for line; do sh -nc "$line" || echo "$line"; done'
    const told = await execute('sh', ['-c', each, 'sh', ...lines.map(({ line }) => line)])
    expect(told).toEqual({ stdout: '', stderr: '' })
    expect((await execute('sh', ['-c', each, 'sh', 'echo a', "echo 'b"])).stdout).toBe("echo 'b\n")
  })

  it('are there, with the options that they are shown with', async () => {
    const ours = single.filter(({ line }) => /^(?:npx )?rimlight /.test(line))
    expect(ours.length).toBeGreaterThan(40)
    const problems: string[] = []
    for (const { place, line } of single) {
      problems.push(...(await commandProblems(line)).map((problem) => `${place}: ${problem}`))
    }
    expect(problems).toEqual([])
  })

  it('name configs that are right', async () => {
    const files = single.flatMap(({ line }) => wordsOf(line).filter((word) => /^examples\/.*\.config\.ts$/.test(word)))
    expect(new Set(files).size).toBeGreaterThan(3)
    for (const file of new Set(files)) expect((await loadConfig(join(ROOT, file))).routes.length).toBeGreaterThan(0)
  })

  it.each([
    ['rimlight biuld', 'did you mean `rimlight build`?'],
    ['npx rimlight build --confg a.ts', '--confg'],
    ['rimlight keys add --no-such-thing', '--no-such-thing'],
    ['rimlight build --out', '--out'],
    ['npm start -- --no-such-thing', '--no-such-thing'],
    ['npm run no-such-script', 'there is no script no-such-script'],
    ['npm install left-pad', 'why left-pad?'],
    ['node examples/none.ts', 'there is no examples/none.ts'],
    ['npx cowsay', 'npx cowsay is none of ours'],
    ['aws cloudfront create-key', 'CloudFront has no create-key'],
    ['frobnicate', 'what is frobnicate?'],
  ])('what is wrong is found: %s', async (line, problem) => {
    expect((await commandProblems(line)).join('\n')).toContain(problem)
  })
})
