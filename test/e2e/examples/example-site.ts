/** The CloudFront of an example's config, over folders of its own. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ROOT } from '../../../base/root.ts'
import { loadConfig } from '../../../build/config.ts'
import { writeAll } from '../../../build/output.ts'
import { makeSite, outputFilesOf } from '../../../build/site.ts'
import { type CloudFront, startCloudFront } from '../../../local/cloudfront.ts'
import { temporaryFolder } from '../../unit/local/fixture.ts'

export type Example = { cloudfront: CloudFront; dist: string }

/** @param objects of the buckets, by the origin's name and the key */
export async function startedExample(
  name: string,
  objects: Record<string, Record<string, Buffer | string>>,
): Promise<Example> {
  const dist = join(await temporaryFolder(), 'dist')
  const config = join(ROOT, 'examples', name, 'edge.config.ts')
  await writeAll(dist, outputFilesOf(await makeSite(await loadConfig(config))))
  const buckets: Record<string, string> = {}
  for (const [origin, files] of Object.entries(objects)) {
    const folder = await temporaryFolder()
    buckets[origin] = folder
    for (const [key, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, key)), { recursive: true })
      await writeFile(join(folder, key), content)
    }
  }
  return { cloudfront: await startCloudFront({ dist, buckets }), dist }
}

/** What a viewer gets, without the cloud's name. */
export async function viewedAt({ fetch }: CloudFront, url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers, redirect: 'manual' })
  const body = Buffer.from(await response.arrayBuffer())
  const header = (name: string) => response.headers.get(name)
  return {
    status: response.status,
    xCache: header('x-cache')?.replace(' from cloudfront', ''),
    cacheControl: header('cache-control'),
    type: header('content-type'),
    header,
    body,
  }
}
