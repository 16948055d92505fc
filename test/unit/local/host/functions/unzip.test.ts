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

test('an entry of another size than the zip tells of is refused', async () => {
  const folder = await temporaryFolder()
  const zip = await writeZip(join(folder, 'a.zip'), { 'index.js': 'one'.repeat(100) })
  const bytes = await readFile(zip)
  // The central directory's header of the entry: its size is 24 bytes behind the signature (APPNOTE.TXT, 4.3.12).
  const at = bytes.lastIndexOf('PK\x01\x02', undefined, 'latin1') + 24
  expect(bytes.readUInt32LE(at)).toBe(300)
  const told = async (size: number) => {
    bytes.writeUInt32LE(size, at)
    await writeFile(zip, bytes)
    return unzip(zip, folder)
  }
  await expect(told(301)).rejects.toThrow('the entry "index.js" is to have 301 bytes, and has 300')
  await expect(told(299)).rejects.toThrow('Cannot create a Buffer larger than 299 bytes')
  await told(300)
  expect(await readFile(join(folder, 'index.js'), 'utf8')).toBe('one'.repeat(100))
})
