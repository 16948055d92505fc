/** A CloudFront of a config, with what was built for it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConfig } from '../../build/config.ts'
import { type OutputFile, writeAll } from '../../build/output.ts'
import { makeSite, outputFilesOf } from '../../build/site.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, type CloudFrontOptions, startCloudFront } from '../../local/cloudfront.ts'

export type Built = { dist: string; remove(): Promise<void> }

/** By the config: the same one gives the same bytes, so that a process makes them once. */
const made = new Map<string, Promise<OutputFile[]>>()

const makeFiles = async (config: string): Promise<OutputFile[]> =>
  outputFilesOf(await makeSite(checkConfig(JSON.parse(config), 'a config')))

/** Builds a config's bundle into a temporary folder. */
export async function built(config: Config): Promise<Built> {
  const text = JSON.stringify(config)
  const files = made.get(text) ?? makeFiles(text)
  made.set(text, files)
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-e2e-'))
  const dist = join(folder, 'dist')
  await writeAll(dist, await files)
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
