/** Runs on `npm pack`: bundles the code of packages, of which an installed Rimlight may have other versions. */
import { writeFile } from 'node:fs/promises'
import { bundlePackages, packedFile } from './bundle.ts'
import { TARGETS } from './targets.ts'

for (const lazy of TARGETS.flatMap((target) => target.lazy)) {
  await writeFile(packedFile(lazy), JSON.stringify(await bundlePackages(lazy)))
}
