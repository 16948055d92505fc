import { describe, expect, it, test } from 'vitest'
import { projectFiles, textOf } from './sources.ts'
import { forbiddenIn } from './texts.ts'

test('no file has the host of a registry, a path of one machine, or what is left to do', () => {
  expect(projectFiles.length).toBeGreaterThan(120)
  expect(projectFiles).toEqual(expect.arrayContaining(['package-lock.json', 'README.md', '.ci/run', '.npmrc']))
  expect(projectFiles.flatMap((file) => forbiddenIn(file, textOf(file)))).toEqual([])
})

const joined = (...parts: string[]) => parts.join('')

describe('each is found', () => {
  it.each([
    ['the host of a registry', joined('https://regi', 'stry.npmjs.org/a')],
    ['the host of a registry', joined('"npm', '.pkg.github.com"')],
    ['a path of one machine', joined('cd /ho', 'me/somebody/project')],
    ['a path of one machine', joined('"/wo', 'rk/main"')],
    ['a path of one machine', joined('file:///Us', 'ers/somebody')],
    ['a path of one machine', joined('C:\\Us', 'ers\\somebody')],
    ['what is left to do', joined('// TO', 'DO: all of it')],
    ['what is left to do', joined('// FIX', 'ME')],
    ['a test that keeps the others from running', joined('it.on', 'ly("a", () => {})')],
    ['a test that keeps the others from running', joined('describe.skip.on', 'ly.each([])')],
    ['a mark of a merge', joined('a\n<<<<', '<<< HEAD')],
  ])('%s: %j', (what, text) => {
    const [found = ''] = forbiddenIn('a.md', `first\n${text}`)
    expect(found).toMatch(/^a\.md:[23] has /)
    expect(found).toContain(what)
  })

  it.each(['./work/a', 'https://www.example.com/home/a', 'npm run build', '/*/home/*', 'only', 'todo'])(
    'not in %s',
    (text) => {
      expect(forbiddenIn('a.md', text)).toEqual([])
    },
  )
})
