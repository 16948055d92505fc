import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withKeyFiles } from '../../../build/key-files.ts'

const PEM = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n'
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rimlight-test-'))
  await writeFile(join(folder, 'site.pem'), PEM)
  await writeFile(join(folder, 'keys.json'), '{"keys":[]}')
  await writeFile(join(folder, 'broken.json'), '{')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('public keys', () => {
  it('of files, beside the config, and as text', async () => {
    expect(await withKeyFiles({ keyGroups: { site: ['site.pem', PEM] } }, folder)).toEqual({
      keyGroups: { site: [PEM, PEM] },
    })
  })

  it('that cannot be read stay as they are, for the check to name', async () => {
    const config = { keyGroups: { site: ['missing.pem', 1], other: 'site.pem' } }
    expect(await withKeyFiles(config, folder)).toEqual(config)
  })
})

describe('jwks', () => {
  const config = (jwks: unknown) => ({ routes: [{ path: '/*', auth: { type: 'jwt', jwks } }, null] })

  it('of a file is what it holds', async () => {
    expect(await withKeyFiles(config('keys.json'), folder)).toEqual(config({ keys: [] }))
  })

  it.each(['https://login.example.com/keys', 'missing.json', 'broken.json', 1])('%j stays', async (jwks) => {
    expect(await withKeyFiles(config(jwks), folder)).toEqual(config(jwks))
  })
})

it('tells of each file that it looks for, there or not', async () => {
  const found: string[] = []
  const routes = [{ path: '/*', auth: { type: 'jwt', jwks: 'broken.json' } }]
  await withKeyFiles({ keyGroups: { site: ['site.pem', 'missing.pem', PEM] }, routes }, folder, (file) =>
    found.push(file),
  )
  expect(found.toSorted()).toEqual(['broken.json', 'missing.pem', 'site.pem'].map((name) => join(folder, name)))
})

it.each([null, 'x', [], {}])('what is no config stays as it is: %j', async (config) => {
  expect(await withKeyFiles(config, folder)).toEqual(config)
})
