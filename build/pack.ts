/**
 * Runs on `npm pack`: bundles the code of packages, of which an installed Rimlight may have other versions, and writes the
 * schema of configs, which takes a package that an installed Rimlight does not have.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ROOT } from '../base/root.ts'
import { bundlePackages, packedFile } from './bundle.ts'
import { configSchema, SCHEMA_FILE } from './config-schema.ts'
import { TARGETS } from './targets.ts'

for (const lazy of TARGETS.flatMap((target) => target.lazy)) {
  await writeFile(packedFile(lazy), JSON.stringify(await bundlePackages(lazy)))
}

await writeFile(join(ROOT, SCHEMA_FILE), `${JSON.stringify(configSchema(), null, 2)}\n`)
