/** Bundles of a site with tenants. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CONFIG, changeFunction, shrink } from '../aws/fixture.ts'
import { built } from '../e2e/site.ts'

/** Without a prefix of its own: keys begin with the tenant's. */
const SITE_CONFIG = {
  ...CONFIG,
  domains: ['sites.example.com'],
  origins: { ...CONFIG.origins, photos: { bucket: 'example-sites', region: 'us-east-1' } },
}

export type TenantBundles = { dist: string; newer: string }

/** A bundle, and a newer one of the same config. */
export async function tenantBundles(): Promise<TenantBundles & { remove(): Promise<void> }> {
  const { dist, remove } = await built(SITE_CONFIG)
  const folder = await mkdtemp(join(tmpdir(), 'rimlight-newer-'))
  const newer = join(folder, 'dist')
  await shrink(dist, 'one')
  await cp(dist, newer, { recursive: true })
  await shrink(newer, 'two')
  await changeFunction(newer)
  return {
    dist,
    newer,
    async remove() {
      await remove()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
