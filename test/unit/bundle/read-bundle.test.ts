import { cp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { InputError } from '../../../base/errors.ts'
import type { Manifest } from '../../../bundle/manifest.ts'
import { readBundle, readPolicies } from '../../../bundle/read-bundle.ts'
import type { Config } from '../../../edge/config.ts'
import { type Built, built } from '../../e2e/site.ts'
import { temporaryFolder } from '../local/fixture.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { api: { domain: 'api.example.com' } },
  routes: [{ path: '/*', origin: 'api', cache: {} }],
}

const WHOLE = {
  behaviours: [{ path: '*' }],
  cachePolicies: [],
  domains: ['cdn.example.com'],
  keyGroups: {},
  origins: {},
}

it('is read as it stands', async () => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'policies.json'), JSON.stringify(WHOLE))
  expect(await readPolicies(folder)).toEqual(WHOLE)
})

it('that is not there: the build writes it', async () => {
  const folder = await temporaryFolder()
  await expect(readPolicies(folder)).rejects.toThrow(
    new InputError(`${join(folder, 'policies.json')}: not found; \`rimlight build\` writes it`, {
      code: 'bundle-file-not-found',
    }),
  )
})

test.each([
  ['no JSON', '{'],
  ['no object', 'null'],
  ['of a build before there were origins', JSON.stringify({ ...WHOLE, origins: undefined })],
  ['of a build before there were domains', JSON.stringify({ ...WHOLE, domains: undefined })],
  ['of a build before there were key groups', JSON.stringify({ ...WHOLE, keyGroups: undefined })],
  ['without a behaviour', JSON.stringify({ ...WHOLE, behaviours: [] })],
])('%s: the build writes another', async (_, text) => {
  const folder = await temporaryFolder()
  await writeFile(join(folder, 'policies.json'), text)
  await expect(readPolicies(folder)).rejects.toThrow(
    new InputError(`${join(folder, 'policies.json')}: not the policies of a bundle; run \`rimlight build\` again`, {
      code: 'not-a-bundle',
      expected: 'the policies of a bundle',
    }),
  )
})

describe('a whole bundle', () => {
  let site: Built
  let dist: string
  beforeAll(async () => {
    site = await built(CONFIG)
  })
  afterAll(() => site.remove())
  beforeEach(async () => {
    dist = join(await temporaryFolder(), 'dist')
    await cp(site.dist, dist, { recursive: true })
  })

  it('comes with the config that it was built from, and what its files hold', async () => {
    const { manifest, settings, policies, contents } = await readBundle(dist)
    expect(Object.keys(contents)).toEqual(Object.keys(manifest.artefacts))
    expect([settings.domains, policies.domains]).toEqual([['cdn.example.com'], ['cdn.example.com']])
  })

  it.each(['origin-request.zip', 'policies.json', 'config.json'])('without %s: it is named', async (file) => {
    await rm(join(dist, file))
    await expect(readBundle(dist)).rejects.toThrow(new RegExp(`/${file}: not found`))
  })

  it.each([
    ['of a build before there was a config', ({ artefacts }: Manifest) => ({ artefacts })],
    [
      'without one of the triggers',
      ({ config, artefacts: { 'origin-request': _, ...artefacts } }: Manifest) => ({ config, artefacts }),
    ],
  ])('%s: the build writes another', async (_, changed) => {
    const path = join(dist, 'manifest.json')
    await writeFile(path, JSON.stringify(changed((await readBundle(dist)).manifest)))
    await expect(readBundle(dist)).rejects.toThrow(
      new InputError(`${path}: not a manifest of a whole bundle; run \`rimlight build\` again`, {
        code: 'not-a-bundle',
        expected: 'a manifest of a whole bundle',
      }),
    )
  })

  it.each(['config.json', 'policies.json'])('with another %s than was built', async (file) => {
    await writeFile(join(dist, file), '{}')
    await expect(readBundle(dist)).rejects.toThrow(`${file}: not the file that was built: the manifest says sha256`)
  })
})
