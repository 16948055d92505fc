/** What the image benchmarks run on: the built zip, unpacked, and a bucket beside it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConfig } from '../../build/config.ts'
import { makeSite } from '../../build/site.ts'
import type { Artefact } from '../../bundle/manifest.ts'
import { unzip } from '../../local/host/functions/unzip.ts'
import { openS3 } from '../images/s3.ts'
import { BUCKET } from '../images/s3-answers.ts'
import { CREDENTIALS, variablesOf } from '../images/signature.ts'

const REGION = 'eu-central-1'

const configOf = (images: object) => ({
  domains: ['cdn.example.com'],
  origins: { photos: { bucket: BUCKET, region: REGION } },
  routes: [{ path: '/*', origin: 'photos', cache: {}, images: { formats: ['avif', 'webp'], ...images } }],
  lambda: { originResponseMemory: 512 },
})

export type ImageSite = {
  /** Temporary; the zip and `lambda/`, its contents. */
  folder: string
  zip: string
  lambda: string
  artefact: Artefact
  bucket: string
  /** Puts an object into the bucket. @returns its path as a file */
  put(key: string, body: Buffer): Promise<string>
  /** Variables by which a process finds the bucket, and may read from it. */
  env: Record<string, string>
  close(): Promise<void>
}

/** Objects have the ETag `"bench"`. @param images of the config, besides */
export async function openImageSite(images: object = {}): Promise<ImageSite> {
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-bench-'))
  const { built, manifest } = await makeSite(checkConfig(configOf(images), 'the benchmark config'))
  const [zip, lambda] = [join(folder, 'origin-response.zip'), join(folder, 'lambda')]
  await writeFile(zip, built.find(({ target }) => target.trigger === 'origin-response')?.content ?? '')
  await mkdir(lambda)
  await unzip(zip, lambda)
  const objects = new Map()
  const s3 = await openS3({ objects, credentials: CREDENTIALS, region: REGION })
  return {
    folder,
    zip,
    lambda,
    artefact: manifest.artefacts['origin-response'],
    bucket: BUCKET,
    async put(key, body) {
      objects.set(key, { body, type: 'image/jpeg', etag: '"bench"' })
      await writeFile(join(folder, key), body)
      return join(folder, key)
    },
    env: { AWS_ENDPOINT_URL_S3: s3.endpoint, AWS_REGION: REGION, ...variablesOf(CREDENTIALS) },
    async close() {
      await s3.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
