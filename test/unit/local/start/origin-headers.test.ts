import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readOriginHeaders } from '../../../../local/start/origin-headers.ts'
import { temporaryFolder } from '../fixture.ts'

const written = async (text: string) => {
  const file = join(await temporaryFolder(), 'headers.json')
  await writeFile(file, text)
  return file
}

it('takes values by origin and name', async () => {
  expect(await readOriginHeaders(await written('{ "api": { "x-secret": "a" }, "other": {} }'))).toEqual({
    api: { 'x-secret': 'a' },
    other: {},
  })
})

it.each(['', '[]', '{ "api": "hidden" }', '{ "api": { "x-secret": 5 } }', '{ "api": ["hidden"] }'])(
  'refuses %j, and says nothing of what is in it',
  async (text) => {
    const file = await written(text)
    await expect(readOriginHeaders(file)).rejects.toMatchObject({
      code: 'not-origin-headers',
      message: `--origin-headers ${file}: expected JSON of the form { "ORIGIN": { "NAME": "VALUE", … }, … }, found something else`,
    })
  },
)

it('says that there is no file', async () => {
  await expect(readOriginHeaders('nowhere.json')).rejects.toMatchObject({
    code: 'origin-headers-unreadable',
    message: expect.stringContaining('--origin-headers: expected a file that can be read, found nowhere.json: '),
  })
})
