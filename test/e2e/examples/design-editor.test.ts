/** `examples/design-editor/`, from end to end: projects that change on every save, and assets that hardly do. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ROOT } from '../../../base/root.ts'
import { loadConfig } from '../../../build/config.ts'
import { writeAll } from '../../../build/output.ts'
import { makeSite, outputFilesOf } from '../../../build/site.ts'
import { main as publish } from '../../../cli/publish.ts'
import { type ProjectUrls, projectSaver, projectUrls } from '../../../examples/design-editor/store.ts'
import { type CloudFront, startCloudFront } from '../../../local/cloudfront.ts'
import { run } from '../../aws/fixture.ts'
import { temporaryFolder } from '../../unit/local/fixture.ts'

let dist: string
let cloudfront: CloudFront
let urls: ProjectUrls
/** Signed for AWS's own host, and asked through the CDN, which passes them on there. */
let cdnUrls: ProjectUrls
beforeAll(async () => {
  dist = join(await temporaryFolder(), 'dist')
  const config = join(ROOT, 'examples/design-editor/edge.config.ts')
  await writeAll(dist, outputFilesOf(await makeSite(await loadConfig(config))))
  cloudfront = await startCloudFront({
    dist,
    buckets: { assets: await temporaryFolder(), projects: await temporaryFolder() },
  })
  const { endpoint, region, ...credentials } = cloudfront.s3
  urls = projectUrls({ region, endpoint, credentials })
  cdnUrls = projectUrls({ region, credentials }, 'cdn.example.com')
})
afterAll(() => cloudfront?.stop())

const bytes = (text: string) => new TextEncoder().encode(text)

async function viewed(url: string) {
  const response = await cloudfront.fetch(url)
  return { status: response.status, xCache: response.headers.get('x-cache'), text: await response.text() }
}

describe('a project', () => {
  it('is uploaded where it has changed, and not where it has not', async () => {
    const save = projectSaver(urls, '7')
    const uploads = () => cloudfront.requests().length
    const before = uploads()
    expect(await save('data.json', 'application/json', bytes('{"v":1}'))).toBe(true)
    expect(await save('data.json', 'application/json', bytes('{"v":1}'))).toBe(false)
    expect(await save('thumbnail.webp', 'image/webp', bytes('webp'))).toBe(true)
    expect(await save('data.json', 'application/json', bytes('{"v":2}'))).toBe(true)
    // Straight to S3: the CDN saw none of it.
    expect(uploads()).toBe(before)
    const { url } = await urls.read('7', 'data.json')
    expect(await (await fetch(url)).text()).toBe('{"v":2}')
  })

  it('is read through the CDN as it is at that moment, never from a cache', async () => {
    const save = projectSaver(urls, '8')
    for (const state of ['first', 'second', 'third']) {
      await save('data.json', 'application/json', bytes(state))
      const { url } = await cdnUrls.read('8', 'data.json')
      expect(new URL(url).host).toBe('cdn.example.com')
      expect(new URL(url).searchParams.get('X-Amz-Expires')).toBe('900')
      const [one, again] = [await viewed(url), await viewed(url)]
      expect(one).toEqual({ status: 200, xCache: 'Miss from cloudfront', text: state })
      expect(again).toEqual(one)
    }
  })

  it('is for nobody without a signature, nor with one of a quarter of an hour ago', async () => {
    const { url } = await cdnUrls.read('7', 'data.json')
    expect((await viewed('https://cdn.example.com/projects/7/data.json')).status).toBe(403)
    expect((await viewed(url.replace(/X-Amz-Signature=\w{4}/, 'X-Amz-Signature=0000'))).status).toBe(403)
    expect((await viewed(url)).status).toBe(200)
    await cloudfront.advance(901)
    expect((await viewed(url)).status).toBe(403)
  })
})

describe('assets', () => {
  beforeAll(() => {
    const { endpoint, region, accessKeyId, secretAccessKey } = cloudfront.s3
    vi.stubEnv('AWS_ENDPOINT_URL_S3', endpoint)
    vi.stubEnv('AWS_REGION', region)
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey)
  })
  afterAll(() => vi.unstubAllEnvs())

  it('are published where they have changed, and cached', async () => {
    const folder = await temporaryFolder()
    const build = join(folder, 'release')
    await mkdir(join(build, 'build'), { recursive: true })
    await writeFile(join(build, 'build/editor.3f2a.js'), 'export {}')
    await writeFile(join(build, 'template.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
    const published = async () => {
      const where = ['s3://example-editor-assets', '--dist', dist, '--manifest', join(folder, 'urls.json'), '--json']
      const { code, stdout, stderr } = await run(publish, [build, ...where])
      expect([code, stderr]).toEqual([0, ''])
      return JSON.parse(stdout)
    }
    const first = await published()
    expect(first.uploads.map(({ key }: { key: string }) => key).toSorted()).toEqual([
      'build/editor.3f2a.js',
      'template.svg',
    ])
    expect(await published()).toMatchObject({ uploads: [], unchanged: 2 })
    const url = 'https://cdn.example.com/build/editor.3f2a.js'
    expect(await viewed(url)).toMatchObject({ status: 200, xCache: 'Miss from cloudfront' })
    expect(await viewed(url)).toMatchObject({ status: 200, xCache: 'Hit from cloudfront', text: 'export {}' })
  })
})
