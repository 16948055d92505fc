import { describe, expect, it, test } from 'vitest'
import { drawnImports, drawnRoomOf, picture, ROOMS, withoutShortcuts } from '../architecture/picture.ts'
import { codeFiles, projectFiles, textOf } from './sources.ts'

const files = codeFiles()

test('every file of code is in a room of the picture, but for tests, examples, recipes and what lies at the top', () => {
  const outside = Object.keys(files).filter(
    (file) => drawnRoomOf(file) === undefined && !/^(?:test|examples|docs\/recipes)\//.test(file),
  )
  expect(outside.filter((file) => file.includes('/'))).toEqual([])
  const inside = Object.keys(files).map(drawnRoomOf)
  for (const room of Object.keys(ROOMS)) expect(inside, room).toContain(room)
})

test('the picture is that of the imports as they are: `npm run architecture` draws it anew', async () => {
  expect(projectFiles).toContain('docs/architecture.svg')
  expect(textOf('docs/architecture.svg')).toBe(await picture(files))
})

describe('an import', () => {
  it('is drawn from the innermost room of the picture to another', () => {
    const imports = drawnImports({
      'local/host/a.ts': "import '../protocol/b.ts'\nimport '../../base/c.ts'\nimport './d.ts'",
      'local/host/d.ts': '',
      'local/protocol/b.ts': '',
      'local/start.ts': "import '../cli/kit/e.ts'",
      'cli/kit/e.ts': '',
      'base/c.ts': '',
      'deploy/attach/g.ts': "import '../aws/h.ts'",
      'deploy/aws/h.ts': '',
      'test/f.ts': "import '../base/c.ts'",
    })
    expect([...imports].filter(([, others]) => others.size > 0).map(([room, others]) => [room, [...others]])).toEqual([
      ['local/start', ['cli/kit']],
      ['local/host', ['local/protocol', 'base']],
    ])
  })

  it('is left out where a longer way makes it as well', () => {
    const to = (...rooms: string[]) => new Set(rooms)
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
