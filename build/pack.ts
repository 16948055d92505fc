/** Runs when the package is packed: bundles what a build there could not bundle to the same bytes. */
import { writeFile } from 'node:fs/promises'
import { bundlePackages, packedFile } from './bundle.ts'
import { TARGETS } from './targets.ts'

for (const { lazy } of TARGETS) {
  if (lazy) await writeFile(packedFile(lazy), JSON.stringify(await bundlePackages(lazy)))
}
