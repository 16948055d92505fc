/** Renditions in the cache: what they are revalidated with, and what stays of their original. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CloudFront } from '../../local/cloudfront.ts'
import { started } from './site.ts'

let cloudfront: CloudFront
beforeAll(async () => {
  cloudfront = await started({
    domains: ['cdn.example.com'],
    origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
    routes: [{ path: '/*', origin: 'photos', cache: {}, images: true }],
  })
})
afterAll(() => cloudfront.stop())

async function ask(path: string, headers: Record<string, string> = {}) {
  const response = await cloudfront.fetch(path, { headers: { accept: 'image/webp', ...headers } })
  const header = (name: string) => response.headers.get(name)
  const id = header('x-amz-cf-id') ?? ''
  return {
    status: response.status,
    xCache: header('x-cache')?.replace(' from cloudfront', ''),
    etag: header('etag'),
    modified: header('last-modified') ?? '',
    rimlight: header('x-rimlight'),
    bytes: (await response.arrayBuffer()).byteLength,
    origin: (await cloudfront.trace(id))?.steps.find((step) => step.step === 'origin'),
  }
}

describe('a rendition', () => {
  it('is revalidated by its date, without another transform, and never has the ETag of its original', async () => {
    const made = await ask('/photos/dusk.jpg?w=256')
    expect(made).toMatchObject({ xCache: 'Miss', etag: null, rimlight: 'webp; 256x171; q=80', origin: { status: 200 } })
    await cloudfront.advance(86_401)
    const refreshed = await ask('/photos/dusk.jpg?w=256')
    expect(refreshed).toMatchObject({ xCache: 'RefreshHit', etag: null, rimlight: made.rimlight, bytes: made.bytes })
    expect(refreshed.origin).toMatchObject({ status: 304 })
    expect(await ask('/photos/dusk.jpg?w=256')).toMatchObject({ xCache: 'Hit', etag: null, bytes: made.bytes })
  })

  it('answers a viewer that has it with a 304', async () => {
    const { modified } = await ask('/photos/dusk.jpg?w=128')
    expect(await ask('/photos/dusk.jpg?w=128', { 'if-modified-since': modified })).toMatchObject({
      status: 304,
      bytes: 0,
    })
  })
})

it('an original keeps its ETag through a revalidation', async () => {
  const { etag } = await ask('/photos/window.webp')
  expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
  await cloudfront.advance(86_401)
  expect(await ask('/photos/window.webp')).toMatchObject({ xCache: 'RefreshHit', etag })
})
