import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { unzip } from '../../../../../local/host/functions/unzip.ts'
import { temporaryFolder, writeZip } from '../../fixture.ts'

test('files land in their folders', async () => {
  const folder = await temporaryFolder()
  const zip = await writeZip(join(folder, 'a.zip'), { 'index.js': 'one', 'node_modules/a/index.js': 'two' })
  await unzip(zip, folder)
  expect(await readFile(join(folder, 'index.js'), 'utf8')).toBe('one')
  expect(await readFile(join(folder, 'node_modules/a/index.js'), 'utf8')).toBe('two')
})

test('an entry that points out of the folder is refused', async () => {
  const folder = await temporaryFolder()
  const zip = await writeZip(join(folder, 'a.zip'), { 'xx/evil.js': 'evil' })
  // yazl refuses to write such a name, so it is put in afterwards, in both places where a zip keeps it.
  const bytes = String(await readFile(zip, 'latin1')).replaceAll('xx/evil.js', '../evil.js')
  await writeFile(zip, bytes, 'latin1')
  const inner = join(folder, 'inner')
  await mkdir(inner)
  await expect(unzip(zip, inner)).rejects.toThrow('invalid relative path: ../evil.js')
  expect(existsSync(join(folder, 'evil.js'))).toBe(false)
})
