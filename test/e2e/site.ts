/** A CloudFront of a config, with what was built for it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSite } from '../../build/site.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, type CloudFrontOptions, startCloudFront } from '../../local/cloudfront.ts'

export type Built = { dist: string; remove(): Promise<void> }

/** Builds a config's bundle into a temporary folder. */
export async function built(config: Config): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-e2e-'))
  const file = join(folder, 'edge.config.json')
  await writeFile(file, JSON.stringify(config))
  const dist = join(folder, 'dist')
  await buildSite(file, dist)
  return { dist, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Builds a config's bundle and starts it. `stop` removes the bundle, too. */
export async function started(config: Config, options: CloudFrontOptions = {}): Promise<CloudFront> {
  const { dist, remove } = await built(config)
  try {
    const cloudfront = await startCloudFront({ dist, ...options })
    return {
      ...cloudfront,
      async stop() {
        await cloudfront.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}
