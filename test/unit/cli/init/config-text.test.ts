import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { configText } from '../../../../cli/init/config-text.ts'
import type { Config } from '../../../../edge/config.ts'
import { runs } from '../../../runs.ts'
import { temporaryFolder } from '../../local/fixture.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { 'photos-2': { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [{ path: "/it's/*", origin: 'photos-2', cache: {} }],
}

it('is what a person would write, with comments where they belong', () => {
  expect(
    configText(CONFIG, { '': ['Of a test.'], 'routes[0]': ['One.', 'Two.'] }),
  ).toBe(`import { defineConfig } from 'rimlight'

// Of a test.
export default defineConfig({
  domains: ['cdn.example.com'],
  origins: { 'photos-2': { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [
    // One.
    // Two.
    { path: '/it\\'s/*', origin: 'photos-2', cache: {} },
  ],
})
`)
})

it('a comment is wrapped, and never ends early, whatever it holds', () => {
  const text = configText(CONFIG, { domains: [`a\nb */ ${'word '.repeat(60)}`] })
  const lines = text.split('\n')
  expect(lines.filter((line) => line.length > 120)).toEqual([])
  expect(lines.filter((line) => line.includes('word') && !line.trimStart().startsWith('// '))).toEqual([])
})

it('takes the name of the prototype for a key like any other', () => {
  const given = JSON.parse('{"origins":{"__proto__":{"url":"https://example.com"}}}')
  expect(configText(given)).toContain("['__proto__']: { url: 'https://example.com' }")
})

it('says the very values that it was given', async () => {
  const folder = await temporaryFolder()
  const value = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), {
    maxKeys: 4,
    noNullPrototype: true,
  })
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(value, { maxLength: 3 }),
      fc.dictionary(fc.string(), value, { noNullPrototype: true }),
      async (list, more) => {
        const given = { list, more } as never
        const file = join(folder, `${count++}.mjs`)
        const text = configText(given, { list: ['a comment'], 'list[0]': ['another'] })
        await writeFile(file, text.replace(/^import .*$/m, 'const defineConfig = (config) => config'))
        expect((await import(file)).default).toEqual(given)
      },
    ),
    { numRuns: runs(100) },
  )
})
