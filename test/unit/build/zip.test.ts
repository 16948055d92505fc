import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import yauzl from 'yauzl'
import { ROOT } from '../../../base/root.ts'
import { zip } from '../../../build/zip.ts'

const FILES = { 'node_modules/b/index.js': 'two', 'index.js': 'one', 'a.node': Buffer.from([0, 255]) }

test('sorted files, whatever order they came in', async () => {
  const reversed = Object.fromEntries(Object.entries(FILES).toReversed())
  const archive = await zip(FILES)
  expect(await zip(reversed)).toEqual(archive)
  const entries = await entriesOf(archive)
  expect(entries.map(({ name }) => name)).toEqual(['a.node', 'index.js', 'node_modules/b/index.js'])
})

test('contents come back, compressed', async () => {
  const text = 'a'.repeat(10_000)
  const archive = await zip({ ...FILES, 'long.js': text })
  const contents = (await entriesOf(archive)).map(({ content }) => content)
  expect(contents).toEqual([Buffer.from([0, 255]), Buffer.from('one'), Buffer.from(text), Buffer.from('two')])
  expect(archive.length).toBeLessThan(1_000)
})

test('one time and one mode for all: a file that everybody may read', async () => {
  for (const { entry } of await entriesOf(await zip(FILES))) {
    expect((entry.externalFileAttributes >>> 16).toString(8)).toBe('100644')
    expect([entry.lastModFileDate, entry.lastModFileTime]).toEqual([0x21, 0])
    expect(entry.extraFields).toEqual([])
  }
})

const run = promisify(execFile)

test.each(['UTC', 'Pacific/Kiritimati', 'America/New_York', 'Africa/Monrovia', 'Asia/Kathmandu'])(
  'the same bytes in %s',
  async (zone) => {
    const script = `import { zip } from ${JSON.stringify(join(ROOT, 'build/zip.ts'))}
      process.stdout.write((await zip({ 'index.js': 'one' })).toString('hex'))`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: ROOT,
      env: { ...process.env, TZ: zone },
    })
    expect(stdout).toBe((await zip({ 'index.js': 'one' })).toString('hex'))
  },
)

async function entriesOf(archive: Buffer) {
  const opened = await yauzl.fromBufferPromise(archive)
  const entries: { name: string; entry: yauzl.Entry; content: Buffer }[] = []
  for await (const entry of opened.eachEntry()) {
    const content = await buffer(await opened.openReadStreamPromise(entry))
    entries.push({ name: entry.fileName, entry, content })
  }
  return entries
}
