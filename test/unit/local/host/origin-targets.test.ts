import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { originTargets, placesBehind, SAMPLES } from '../../../../local/host/origin-targets.ts'
import { temporaryFolder } from '../fixture.ts'

const ORIGINS = {
  photos: {
    domainName: 'a.s3.eu-central-1.amazonaws.com',
    originPath: '',
    s3: { bucket: 'a', region: 'eu-central-1', prefix: '/site/%C3%A9t%C3%A9' },
  },
  vault: {
    domainName: 'b.s3.eu-central-1.amazonaws.com',
    originPath: '',
    s3: { bucket: 'b', region: 'eu-central-1', prefix: '' },
  },
  api: { domainName: 'api.example.com', originPath: '/prod', s3: null },
}

it('without anything: sample pictures behind buckets, below their prefixes, and the real API', async () => {
  const { byOrigin, folders, s3Endpoint } = await originTargets(ORIGINS, {}, {})
  expect(byOrigin.api).toMatchObject({ kind: 'http', url: 'https://api.example.com/prod' })
  expect(byOrigin.photos).toEqual({ kind: 'bucket', bucket: 'a' })
  expect(folders).toEqual({
    a: { folder: SAMPLES, prefix: 'site/été/', isSamples: true },
    b: { folder: SAMPLES, prefix: '', isSamples: true },
  })
  expect(s3Endpoint).toBeUndefined()
})

it('a folder for one bucket, or for all', async () => {
  const folder = await temporaryFolder()
  await mkdir(join(folder, 'one'))
  const { folders } = await originTargets(ORIGINS, { photos: join(folder, 'one'), '': folder }, {})
  expect([folders.a?.folder, folders.b?.folder]).toEqual([join(folder, 'one'), folder])
})

it('a server stands for domain and origin path, an S3-compatible endpoint for all buckets', async () => {
  const servers = { api: 'http://localhost:3000/', photos: 'http://localhost:9000', vault: 'http://localhost:9000' }
  const { byOrigin, folders, s3Endpoint } = await originTargets(ORIGINS, {}, servers)
  expect(byOrigin).toMatchObject({
    api: { url: 'http://localhost:3000' },
    photos: { url: 'http://localhost:9000/a' },
    vault: { url: 'http://localhost:9000/b' },
  })
  expect([folders, s3Endpoint]).toEqual([{}, 'http://localhost:9000'])
})

describe('what can not be is said, all at once', () => {
  it.each([
    [
      'no such bucket',
      { nope: '.' },
      {},
      '--bucket nope: the config has no such origin, only photos, vault',
      'unknown-origin',
    ],
    [
      'a bucket that is none',
      { api: '.' },
      {},
      '--bucket api: this origin is no bucket; --origin api=URL stands in for it',
      'not-a-bucket',
    ],
    [
      'no such origin',
      {},
      { nope: 'http://a' },
      '--origin nope: the config has no such origin, only photos, vault, api',
      'unknown-origin',
    ],
    [
      'no URL',
      {},
      { api: 'localhost:3000' },
      'origin api: expected a URL such as http://localhost:3000, found localhost:3000',
      'not-a-url',
    ],
    [
      'no folder',
      { photos: './nowhere' },
      {},
      'bucket photos: expected a folder, found none at ./nowhere',
      'folder-not-found',
    ],
    [
      'two endpoints',
      {},
      { photos: 'http://a', vault: 'http://b' },
      'origin vault: all S3 origins must be at one endpoint, found http://b beside http://a',
      'several-s3-endpoints',
    ],
    [
      'an endpoint for one bucket of two',
      {},
      { photos: 'http://a' },
      'all S3 origins must be at http://a, or none: origin-response has one endpoint for all',
      'several-s3-endpoints',
    ],
  ])('%s', async (_, buckets, servers, message, code) => {
    await expect(originTargets(ORIGINS, buckets as never, servers as never)).rejects.toMatchObject({ message, code })
  })

  it('in one message', async () => {
    const wrong = originTargets(ORIGINS, { nope: '.' }, { nope: 'http://a' })
    await expect(wrong).rejects.toThrow(/--bucket nope[\s\S]*--origin nope/)
  })
})

describe('of tenants', () => {
  const tenant = (id: string, folder?: string) => ({ id, hostNames: [], prefix: `tenants/${id}`, folder })

  it('each has its folder below its prefix and the origin’s, in every bucket, and none has sample pictures', async () => {
    const folder = await temporaryFolder()
    const targets = await originTargets(ORIGINS, {}, {}, [tenant('shop', folder), tenant('blog')])
    expect(targets.folders).toEqual({})
    expect(targets.tenantFolders).toEqual([
      { bucket: 'a', tenant: 'shop', folder, prefix: 'tenants/shop/site/été/' },
      { bucket: 'b', tenant: 'shop', folder, prefix: 'tenants/shop/' },
    ])
    expect([...placesBehind(targets)]).toEqual([
      ['a', [{ folder, prefix: 'tenants/shop/site/été/' }]],
      ['b', [{ folder, prefix: 'tenants/shop/' }]],
    ])
  })

  it('a folder for a bucket is behind those of tenants', async () => {
    const folder = await temporaryFolder()
    const targets = await originTargets(ORIGINS, { vault: folder }, {}, [tenant('shop', folder)])
    expect(placesBehind(targets).get('b')).toEqual([
      { folder, prefix: 'tenants/shop/' },
      { folder, prefix: '' },
    ])
  })
})
