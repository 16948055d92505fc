import { describe, expect, it } from 'vitest'
import { ignoreFile, packageFile, wholeFile } from '../../../../cli/init/changes.ts'

const FACTS = { name: 'site', version: '1.2.3' }

describe('a file that is init’s', () => {
  it.each([
    ['there is none', { text: null }, 'created', '', 'wanted\n'],
    ['the same', { text: 'wanted\n' }, 'unchanged', '', null],
    ['the same, with line ends of Windows', { text: 'wanted\r\n' }, 'unchanged', '', null],
    ['another', { text: 'mine\n' }, 'left-alone', 'it is there, and says something else', null],
    ['one that can’t be read', { unreadable: 'EACCES' }, 'left-alone', 'EACCES', null],
  ])('%s', (_what, found, change, note, content) => {
    expect(wholeFile('a.ts', 'wanted\n', found)).toEqual({ file: 'a.ts', change, note, content })
  })
})

describe('.gitignore', () => {
  const changed = (found: string | null) => ignoreFile('.gitignore', ['dist/', '*.secret'], { text: found })
  it.each([
    ['none', null, 'created', 'dist/\n*.secret\n'],
    ['all lines', '*.secret\n/dist\n', 'unchanged', null],
    ['one line, without an end', 'node_modules\ndist', 'added-to', 'node_modules\ndist\n*.secret\n'],
  ])('%s', (_what, found, change, content) => {
    expect(changed(found)).toMatchObject({ change, content })
    if (content) expect(changed(content)).toMatchObject({ change: 'unchanged', content: null })
  })
})

describe('package.json', () => {
  const changed = (project: unknown, indent: string | number = 2) =>
    packageFile('package.json', FACTS, { text: `${JSON.stringify(project, null, indent)}\n` })
  const SCRIPTS = {
    dev: 'rimlight dev',
    build: 'rimlight build',
    replay: 'rimlight replay events',
    test: 'rimlight build && node --test test/edge.test.mts',
  }

  it('none: one that says all of it', () => {
    const { change, content } = packageFile('package.json', FACTS, { text: null })
    expect(change).toBe('created')
    expect(JSON.parse(content ?? '')).toEqual({
      name: 'site',
      private: true,
      type: 'module',
      scripts: SCRIPTS,
      devDependencies: { rimlight: '^1.2.3' },
    })
    expect(packageFile('package.json', FACTS, { text: content })).toMatchObject({ change: 'unchanged', content: null })
  })

  it('scripts of others stay; ours get a longer name', () => {
    const mine = { name: 'app', scripts: { dev: 'vite', test: 'echo "Error: no test specified" && exit 1' }, x: 1 }
    const { change, note, content } = changed(mine, '\t')
    expect(change).toBe('added-to')
    expect(note).toBe('script edge:dev, script build, script replay, script test, devDependency rimlight')
    expect(content).toContain('\n\t"name"')
    const { dev: _, ...others } = SCRIPTS
    expect(JSON.parse(content ?? '')).toEqual({
      ...mine,
      scripts: { dev: 'vite', ...others, 'edge:dev': 'rimlight dev' },
      devDependencies: { rimlight: '^1.2.3' },
    })
    expect(packageFile('package.json', FACTS, { text: content })).toMatchObject({ change: 'unchanged' })
  })

  it('a script whose names are both taken is left alone, and told of', () => {
    const scripts = { ...SCRIPTS, dev: 'vite', 'edge:dev': 'other' }
    expect(changed({ scripts, dependencies: { rimlight: '1.0.0' } })).toEqual({
      file: 'package.json',
      change: 'left-alone',
      note: 'scripts dev and edge:dev are something else',
      content: null,
    })
  })

  it.each([
    ['broken JSON', '{', 'it is no JSON object'],
    ['a list', '[]', 'it is no JSON object'],
    ['scripts that are none', '{"scripts":[]}', 'its scripts or dependencies are no objects'],
  ])('%s is left alone', (_what, text, note) => {
    expect(packageFile('package.json', FACTS, { text })).toMatchObject({ change: 'left-alone', note, content: null })
  })
})
