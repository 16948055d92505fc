/** A CloudFront of a config, with what was built for it. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkConfig } from '../../build/config.ts'
import type { Config } from '../../edge/config.ts'
import { type CloudFront, type CloudFrontOptions, startCloudFront } from '../../local/cloudfront.ts'
import { siteOf } from '../sites.ts'

export type Built = { dist: string; remove(): Promise<void> }

/** A config's bundle, in a temporary folder of its own. */
export async function built(config: Config): Promise<Built> {
  const site = await siteOf(checkConfig(config, 'a config'))
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-e2e-'))
  const dist = join(folder, 'dist')
  await cp(site, dist, { recursive: true })
  return { dist, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Starts a config's bundle, as it was built once for all: what is to change it takes `built`. */
export const started = async (config: Config, options: CloudFrontOptions = {}): Promise<CloudFront> =>
  startCloudFront({ dist: await siteOf(checkConfig(config, 'a config')), ...options })
