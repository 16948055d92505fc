import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, test } from 'vitest'
import { readPolicies } from '../../../command/bundle.ts'
import { InputError } from '../../../command/errors.ts'
import { temporaryFolder } from '../local/fixture.ts'

const WHOLE = { behaviours: [{ path: '*' }], cachePolicies: [], domains: ['cdn.example.com'], origins: {} }

it('is read as it stands', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'policies.json'), JSON.stringify(WHOLE))
  expect(await readPolicies(folder)).toEqual(WHOLE)
})

it('that is not there: the build writes it', async () => {
  const folder = await temporaryFolder()
  await expect(readPolicies(folder)).rejects.toThrow(
    new InputError(`${join(folder, 'policies.json')}: not found; \`rimlight build\` writes it`),
  )
})

test.each([
  ['no JSON', '{'],
  ['no object', 'null'],
  ['of a build before there were origins', JSON.stringify({ ...WHOLE, origins: undefined })],
  ['of a build before there were domains', JSON.stringify({ ...WHOLE, domains: undefined })],
  ['without a behaviour', JSON.stringify({ ...WHOLE, behaviours: [] })],
])('%s: the build writes another', async (_, text) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'policies.json'), text)
  await expect(readPolicies(folder)).rejects.toThrow(
    new InputError(`${join(folder, 'policies.json')}: not the policies of a bundle; run \`rimlight build\` again`),
  )
})
