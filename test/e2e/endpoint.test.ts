/** An S3-compatible endpoint in place of the embedded buckets: another CloudFront's buckets stand in for one. */
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { Config } from '../../edge/config.ts'
import type { CloudFront } from '../../local/cloudfront.ts'
import { photo } from '../images/pictures.ts'
import { started } from './site.ts'

const CONFIG: Config = {
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: 'example-photos', region: 'eu-central-1' } },
  routes: [
    { path: '/drafts/*', origin: 'photos', cache: 'never' },
    { path: '/*', origin: 'photos', cache: {}, images: true },
  ],
}

let endpoint: CloudFront
let cloudfront: CloudFront

beforeAll(async () => {
  endpoint = await started(CONFIG)
  const { endpoint: url, region, ...credentials } = endpoint.s3
  const s3 = new S3Client({ endpoint: url, region, credentials, forcePathStyle: true })
  const Body = await photo(1_200, 800).jpeg().toBuffer()
  for (const Key of ['a b/é+1.jpg', 'drafts/a.jpg']) {
    await s3.send(new PutObjectCommand({ Bucket: 'example-photos', Key, Body, ContentType: 'image/jpeg' }))
  }
  s3.destroy()
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)
  cloudfront = await started(CONFIG, { origins: { photos: url } })
  vi.unstubAllEnvs()
})
afterAll(async () => {
  await cloudfront.stop()
  await endpoint.stop()
})

it('is read with signed requests, by the distribution and by origin-response', async () => {
  const response = await cloudfront.fetch('/a%20b/%C3%A9%2B1.jpg?w=320', { headers: { accept: 'image/webp' } })
  expect(response.headers.get('x-rimlight')).toMatch(/^webp; 384x256/)
  const { format, width } = await sharp(await response.arrayBuffer()).metadata()
  expect([response.status, format, width]).toEqual([200, 'webp', 384])
})

it('is not signed to on a route that is never cached', async () => {
  expect((await cloudfront.fetch('/drafts/a.jpg')).status).toBe(403)
})

it('is one for all S3 origins', async () => {
  const config: Config = {
    ...CONFIG,
    origins: { ...CONFIG.origins, vault: { bucket: 'example-vault', region: 'eu-central-1' } },
    routes: [{ path: '/vault/*', origin: 'vault', cache: {} }, ...CONFIG.routes],
  }
  await expect(started(config, { origins: { photos: 'http://localhost:9000' } })).rejects.toThrow(
    'all S3 origins must be at http://localhost:9000, or none: origin-response has one endpoint for all',
  )
})
