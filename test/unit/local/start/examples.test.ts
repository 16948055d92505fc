import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkConfig } from '../../../../build/config.ts'
import { policiesOf } from '../../../../build/policies.ts'
import type { Policies } from '../../../../bundle/policies.ts'
import type { Config } from '../../../../edge/config.ts'
import { originTargets } from '../../../../local/host/origin-targets.ts'
import { examplesOf } from '../../../../local/start/examples.ts'
import { temporaryFolder } from '../fixture.ts'

const URL = 'https://localhost:8443'

let folder: string
beforeEach(async () => {
  folder = await temporaryFolder()
})

async function put(...files: string[]) {
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), file)
  }
}

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'us-east-1' } },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/*', origin: 'photos', cache: {}, images: true },
  ],
}

async function examples(config: Config = CONFIG, buckets: Record<string, string> = { '': folder }) {
  const policies: Policies = JSON.parse(JSON.stringify(policiesOf(checkConfig(config, 'a config'))))
  const site = {
    domains: policies.domains,
    httpsUrl: URL,
    httpUrl: '',
    pops: [],
    behaviours: config.routes.map(({ path, origin, cache, images }) => ({
      path,
      origin,
      cached: cache !== 'never',
      images: images === true,
      keyGroups: [],
    })),
    keyPairIds: {},
    origins: [],
    tenants: [],
    samples: [],
  }
  const found = await examplesOf(site, policies, await originTargets(policies.origins, buckets, {}))
  return found.map(({ url }) => url.slice(URL.length))
}

const versionOf = (text: string) => createHash('md5').update(text).digest('hex').slice(0, 12)

describe('examples', () => {
  it('a picture, a rendition of it, and one with the version of its bytes', async () => {
    await put('notes.txt', 'cats/cat.jpg')
    const version = versionOf('cats/cat.jpg')
    expect(await examples()).toEqual(['/cats/cat.jpg', '/cats/cat.jpg?w=640', `/cats/cat.jpg?v=${version}`])
  })

  it('of the samples, where there is no folder', async () => {
    const [first, second, third] = await examples(CONFIG, {})
    expect(first).toMatch(/^\/photos\/\w+\.jpg$/)
    expect(second).toBe(`${first}?w=640`)
    expect(third).toMatch(/\?v=[0-9a-f]{12}$/)
  })

  it('photographs before drawings, those at the top before those below', async () => {
    await put('a/a.jpg', 'b.png', 'c.jpg', 'd.jpg')
    expect((await examples())[0]).toBe('/c.jpg')
  })

  it('names as a URL has them', async () => {
    await put('a b/ü#?%.jpg')
    expect((await examples())[0]).toBe('/a%20b/%C3%BC%23%3F%25.jpg')
  })

  it('nothing that is hidden, linked, or not cached', async () => {
    await put('.hidden/a.jpg', '.b.jpg', 'drafts/c.jpg', 'd/e.jpg')
    await symlink(join(folder, 'd/e.jpg'), join(folder, 'a.jpg'))
    expect((await examples())[0]).toBe('/d/e.jpg')
  })

  it('nothing that needs a signature', async () => {
    await put('private/a.jpg', 'z.jpg')
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const keyGroups = { members: [String(publicKey.export({ type: 'spki', format: 'pem' }))] }
    const auth = { type: 'signed' as const, keyGroups: ['members'] }
    const routes = [{ path: '/private/*', origin: 'photos', cache: {}, auth }, ...CONFIG.routes]
    expect((await examples({ ...CONFIG, keyGroups, routes }))[0]).toBe('/z.jpg')
  })

  it('no version where the route has none', async () => {
    await put('a.jpg')
    const routes = [{ path: '/*', origin: 'photos', cache: {}, images: true as const, version: null }]
    expect(await examples({ ...CONFIG, routes })).toEqual(['/a.jpg', '/a.jpg?w=640'])
  })

  it('any file where there are no pictures, or no renditions', async () => {
    await put('a.txt')
    expect(await examples()).toEqual(['/a.txt'])
    await put('a.jpg')
    expect(await examples({ ...CONFIG, routes: [{ path: '/*', origin: 'photos', cache: {} }] })).toEqual(['/a.jpg'])
  })

  it('the path is the key without the prefix of the origin', async () => {
    await put('a.jpg', 'site/b.jpg')
    const origins = { photos: { bucket: 'example-photos', region: 'us-east-1', prefix: 'site' } }
    expect((await examples({ ...CONFIG, origins }))[0]).toBe('/b.jpg')
    expect((await examples({ ...CONFIG, origins }, {}))[0]).toMatch(/^\/photos\/\w+\.jpg$/)
  })

  it('none of an empty folder, of a folder that is gone, or of a server', async () => {
    expect(await examples()).toEqual([])
    const origins = { api: { domain: 'api.example.com' } }
    expect(await examples({ ...CONFIG, origins, routes: [{ path: '/*', origin: 'api', cache: {} }] }, {})).toEqual([])
  })
})
