import { describe, expect, it, test } from 'vitest'
import { picture, ROOMS, roomImports, roomOf, withoutShortcuts } from '../architecture/picture.ts'
import { codeFiles, projectFiles, textOf } from './sources.ts'

const files = codeFiles()

test('every file of code is in a room of the picture, but for tests and what lies at the top', () => {
  const outside = Object.keys(files).filter((file) => roomOf(file) === undefined && !file.startsWith('test/'))
  expect(outside.filter((file) => file.includes('/'))).toEqual([])
  const inside = Object.keys(files).map(roomOf)
  for (const room of Object.keys(ROOMS)) expect(inside, room).toContain(room)
})

test('the picture is that of the imports as they are: `npm run architecture` draws it anew', async () => {
  expect(projectFiles).toContain('docs/architecture.svg')
  expect(textOf('docs/architecture.svg')).toBe(await picture(files))
})

describe('an import', () => {
  it('counts for the innermost room of both files', () => {
    const imports = roomImports({
      'local/host/a.ts': "import '../protocol/b.ts'\nimport '../../base/c.ts'\nimport './d.ts'",
      'local/start.ts': "import '../cli/kit/e.ts'",
      'test/f.ts': "import '../base/c.ts'",
    })
    expect(Object.fromEntries(imports.get('local/host') ?? [])).toEqual({ 'local/protocol': 1, base: 1 })
    expect(Object.fromEntries(imports.get('local/start') ?? [])).toEqual({ 'cli/kit': 1 })
    expect([...imports.values()].reduce((sum, { size }) => sum + size, 0)).toBe(3)
  })

  it('is left out where a longer way makes it as well', () => {
    const to = (...rooms: string[]) => new Map(rooms.map((room) => [room, 1]))
    const imports = new Map([
      ['a', to('b', 'c', 'd')],
      ['b', to('c')],
      ['c', to('d')],
      ['d', to()],
    ])
    expect(withoutShortcuts(imports)).toEqual([
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ])
  })
})
