import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sourceText } from '../../../../cli/init/source-file.ts'
import { temporaryFolder } from '../../local/fixture.ts'

const fileOf = async (bytes: Buffer): Promise<string> => {
  const file = join(await temporaryFolder(), 'a file')
  await writeFile(file, bytes)
  return file
}

const TEXT = '{ "name": "Grüße, 🌊" }'

it.each([
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a mark', Buffer.from(`\ufeff${TEXT}`)],
  // As Windows PowerShell writes `terraform show -json > state.json`.
  ['UTF-16', Buffer.from(`\ufeff${TEXT}`, 'utf16le')],
  ['UTF-16, big-endian', Buffer.from(`\ufeff${TEXT}`, 'utf16le').swap16()],
])('%s is read', async (_, bytes) => {
  expect(await sourceText(await fileOf(bytes), '--from-terraform')).toBe(TEXT)
})

it.each([
  ['Latin 1', Buffer.from('Grüße', 'latin1')],
  ['a picture', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['half a character', Buffer.from('ü').subarray(0, 1)],
])('%s is refused', async (_, bytes) => {
  const file = await fileOf(bytes)
  await expect(sourceText(file, '--from-terraform')).rejects.toThrow(
    `${file}: expected text in UTF-8, or in UTF-16 with its byte order mark, found other bytes`,
  )
})

it('of a folder, and of nothing, the option is named', async () => {
  const folder = await temporaryFolder()
  await expect(sourceText(folder, '--from-terraform')).rejects.toThrow(
    `--from-terraform: expected a file, found none at ${folder} (EISDIR`,
  )
})
