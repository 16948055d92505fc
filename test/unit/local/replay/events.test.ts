import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readEvents } from '../../../../local/replay/events.ts'
import { temporaryFolder, writeJson } from '../fixture.ts'

let folder: string
beforeAll(async () => {
  folder = await temporaryFolder()
})

const read = async (document: unknown) => {
  const [file] = await readEvents([await writeJson(join(folder, 'one.json'), document)])
  return file?.items
}

describe('what a file may hold', () => {
  it.each([
    ['an event', { a: 1 }, [{ event: { a: 1 } }]],
    ['events', [{ a: 1 }, { b: 2 }], [{ event: { a: 1 } }, { event: { b: 2 } }]],
    [
      'an entry',
      { name: 'n', event: { a: 1 }, expect: null, now: 5 },
      [{ name: 'n', event: { a: 1 }, expect: { value: null }, now: 5 }],
    ],
    ['events and entries', [{ a: 1 }, { event: { b: 2 } }], [{ event: { a: 1 } }, { event: { b: 2 } }]],
  ])('%s', async (_, document, items) => {
    expect(await read(document)).toEqual(items)
  })
})

const INPUT_ERROR = { name: 'InputError' }

describe('what is an error, with the file named', () => {
  it.each<[string, string, string, object?]>([
    ['a trailing comma', '{\n  "a": 1,\n}', 'broken JSON at line 3, column 1: unexpected "}"'],
    ['a trailing comma in an array', '[1,]', 'broken JSON at line 1, column 4: unexpected "]"'],
    ['a missing value', '{\n "a": }', 'broken JSON at line 2, column 7: unexpected "}"'],
    ['a missing comma', '{"a": 1\n "b": 2}', 'broken JSON at line 2, column 2: unexpected "\\""'],
    ['a bare word', '{"a": tree}', 'broken JSON at line 1, column 9: unexpected "e"'],
    ['a line break in a string', '{"a": "b\nc"}', 'broken JSON at line 1, column 9: unexpected "\\n"'],
    ['a bad escape', '{"a": "\\x"}', 'broken JSON at line 1, column 9: unexpected "x"'],
    ['text after the end', '{} {}', 'broken JSON at line 1, column 4: unexpected "{"'],
    ['a file cut short', '{\n "a": [1', 'broken JSON at line 2, column 9: the text ends too early'],
    ['an empty file', '', 'broken JSON at line 1, column 1: the text ends too early'],
    [
      'an unknown key',
      '{"event": {}, "expects": 1}',
      'unknown key "expects"; an entry may have name, event, expect, now',
      { code: 'unknown-key', expected: 'name, event, expect, now', found: 'expects' },
    ],
    [
      'a name that is none',
      '{"event": {}, "name": 1}',
      '"name" must be a string, found 1',
      { code: 'wrong-field', expected: 'a string', found: '1' },
    ],
    [
      'a time that is none',
      '{"event": {}, "now": "today"}',
      '"now" must be milliseconds since 1970, found "today"',
      { code: 'wrong-field', found: '"today"' },
    ],
    ['an empty array', '[]', 'the array is empty; expected events', { code: 'no-events', found: 'an empty array' }],
  ])('%s', async (_, text, message, facts = {}) => {
    const path = join(folder, 'broken.json')
    await writeFile(path, text)
    await expect(readEvents([path])).rejects.toMatchObject({ ...INPUT_ERROR, message: `${path}: ${message}`, ...facts })
  })

  it('bytes that are not UTF-8, which would be written back as others', async () => {
    const path = join(folder, 'latin1.json')
    await writeFile(path, Buffer.from('{"uri": "/caf\u00e9"}', 'latin1'))
    const message = `${path}: expected JSON in UTF-8, found bytes that are none`
    await expect(readEvents([path])).rejects.toMatchObject({
      ...INPUT_ERROR,
      message,
      code: 'not-utf-8',
      expected: 'JSON in UTF-8',
    })
  })

  it('a missing file', async () => {
    await expect(readEvents([join(folder, 'none')])).rejects.toMatchObject({
      ...INPUT_ERROR,
      message: `${join(folder, 'none')}: expected a file or folder of events, found nothing`,
      code: 'file-not-found',
      expected: 'a file or folder of events',
      found: 'nothing',
    })
  })

  it('a path through a file', async () => {
    const path = join(await writeJson(join(folder, 'file.json'), {}), 'inner.json')
    await expect(readEvents([path])).rejects.toMatchObject({
      ...INPUT_ERROR,
      message:
        `${path}: expected events, found nothing that can be read (ENOTDIR: not a directory, stat '${path}'); ` +
        'check the path and its permissions',
      code: 'file-unreadable',
    })
  })

  // Root reads whatever the permissions are; this is a file that nobody can read from its beginning.
  it.skipIf(process.platform !== 'linux')('a file that the system refuses to read', async () => {
    await expect(readEvents(['/proc/self/mem'])).rejects.toMatchObject({
      ...INPUT_ERROR,
      message:
        '/proc/self/mem: expected events, found nothing that can be read (EIO: i/o error, read); ' +
        'check the path and its permissions',
      code: 'file-unreadable',
    })
  })

  it('a folder without .json files', async () => {
    const empty = join(folder, 'empty')
    await mkdir(empty)
    await writeFile(join(empty, 'note.txt'), '')
    await expect(readEvents([empty])).rejects.toMatchObject({
      ...INPUT_ERROR,
      message: `${empty}: no .json file in this folder; expected files of events`,
      code: 'no-events',
      found: 'no .json file',
    })
  })

  it('several at once', async () => {
    await expect(readEvents([join(folder, 'x'), join(folder, 'y')])).rejects.toThrow(
      `${join(folder, 'x')}: expected a file or folder of events, found nothing\n${join(folder, 'y')}: expected a file or folder of events, found nothing`,
    )
  })
})

it('takes a folder at any depth, sorted, and a file once, as named', async () => {
  const tree = join(folder, 'tree')
  for (const name of ['b.json', 'a/z.json', 'a/b/c.json']) await writeJson(join(tree, name), {})
  await writeFile(join(tree, 'README.md'), '')
  const files = await readEvents([tree, join(tree, 'b.json')])
  expect(files.map(({ path, named }) => [path.slice(tree.length + 1), named])).toEqual([
    ['a/b/c.json', false],
    ['a/z.json', false],
    ['b.json', true],
  ])
})
